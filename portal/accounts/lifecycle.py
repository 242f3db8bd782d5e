"""What happens to organisations and their members, each in one transaction with its line in the audit log. The last owner always stays."""

from __future__ import annotations

import secrets
from enum import StrEnum
from functools import partial

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import Action, AuditEntry, Invitation, Membership, Organisation, Role, digest


class Refusal(StrEnum):
    """Why a change of membership is refused."""

    LAST_OWNER = "last-owner"
    ALREADY_MEMBER = "already-member"


class Refused(Exception):
    """A change that the rules do not allow."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def log(organisation: Organisation, actor: User | None, action: Action, subject: str = "") -> None:
    """Write a line in the audit log. ``actor`` None is the operator, or the portal itself."""
    name = (actor.email or actor.get_username()) if actor else ""
    AuditEntry.objects.create(
        organisation=organisation, actor=actor, actor_name=name[:254], action=action, subject=subject[:300]
    )


@transaction.atomic
def create_organisation(name: str, owner: User, *, by: User | None) -> Organisation:
    """A new organisation with its first owner."""
    organisation = Organisation.objects.create(name=name)
    Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    log(organisation, by, Action.ORGANISATION_CREATED, name)
    return organisation


@transaction.atomic
def rename(organisation: Organisation, name: str, *, by: User) -> None:
    """Another name; the address of the organisation stays."""
    Organisation.objects.filter(pk=organisation.pk).update(name=name)
    log(organisation, by, Action.ORGANISATION_RENAMED, name)


@transaction.atomic
def invite(organisation: Organisation, email: str, role: Role, *, by: User | None) -> str:
    """Mail a link that makes whoever opens it a member. Returns the link, for when mail does not arrive. Earlier open invitations of this address end."""
    if Membership.objects.filter(organisation=organisation, user__email__iexact=email).exists():
        raise Refused(Refusal.ALREADY_MEMBER)
    Invitation.objects.open().filter(organisation=organisation, email__iexact=email).delete()
    token = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        organisation=organisation, email=email, role=role, token_digest=digest(token), invited_by=by
    )
    log(organisation, by, Action.MEMBER_INVITED, f"{email} ({role.value})")
    link = settings.SITE_URL + reverse("invitation", args=[token])
    transaction.on_commit(partial(_mail_invitation, invitation, link))
    return link


def _mail_invitation(invitation: Invitation, link: str) -> None:
    context = {
        "organisation": invitation.organisation.name,
        "inviter": invitation.invited_by,
        "link": link,
        "site_name": settings.SITE_NAME,
    }
    subject = _("Invitation: follow the domains of %(organisation)s") % {
        "organisation": " ".join(invitation.organisation.name.split())
    }
    # A mail server that is away must not undo the invitation: its link is on the page, too.
    send_mail(
        subject, render_to_string("accounts/mail/invitation.txt", context), None, [invitation.email], fail_silently=True
    )


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """Make the link of an invitation worthless."""
    log(invitation.organisation, by, Action.INVITATION_WITHDRAWN, invitation.email)
    invitation.delete()


@transaction.atomic
def accept(invitation: Invitation, user: User) -> bool:
    """Make a member of whoever holds the link. False when somebody was first, or the link is too old. Who is a member already keeps the role."""
    taken = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now())
    if not taken:
        return False
    _membership, new = Membership.objects.get_or_create(
        organisation=invitation.organisation, user=user, defaults={"role": invitation.role}
    )
    if new:
        log(invitation.organisation, user, Action.MEMBER_JOINED, invitation.role)
    return True


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: User) -> None:
    """Another role. Raises Refused for the last owner."""
    _keep_an_owner(membership, stays=role == Role.OWNER)
    Membership.objects.filter(pk=membership.pk).update(role=role)
    log(membership.organisation, by, Action.ROLE_CHANGED, f"{membership.user.email}: {role.value}")


@transaction.atomic
def remove(membership: Membership, *, by: User) -> None:
    """End a membership; the person's account stays. Raises Refused for the last owner."""
    _keep_an_owner(membership, stays=False)
    log(membership.organisation, by, Action.MEMBER_REMOVED, membership.user.email)
    membership.delete()


def _keep_an_owner(membership: Membership, *, stays: bool) -> None:
    # The lock makes two owners who step down at the same moment wait for each other.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    owners = Membership.objects.filter(organisation=membership.organisation_id, role=Role.OWNER)
    if not stays and not owners.exclude(pk=membership.pk).exists():
        raise Refused(Refusal.LAST_OWNER)


def person(email: str) -> User | None:
    """The account with this mail address, if there is one."""
    return get_user_model().objects.filter(email__iexact=email, is_active=True).order_by("pk").first()


def display_name(user: User) -> str:
    """How pages and mails call somebody."""
    return user.get_full_name() or user.email or user.get_username()
