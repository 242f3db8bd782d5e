"""What happens to organisations and their members, each in one transaction with its line in the audit log. The last owner always stays."""

from __future__ import annotations

import secrets
from enum import StrEnum
from functools import partial

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.accounts.models import Action, AuditEntry, Invitation, Membership, Organisation, Role, digest


class Refusal(StrEnum):
    """Why a change of membership is refused."""

    LAST_OWNER = "last-owner"
    ALREADY_MEMBER = "already-member"
    OTHER_ADDRESS = "other-address"
    GONE = "gone"


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
    organisation = Organisation.objects.create(name=name, language=current_language())
    Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    log(organisation, by, Action.ORGANISATION_CREATED, name)
    return organisation


@transaction.atomic
def create_for_invited(name: str, email: str) -> str:
    """A new organisation, by the operator, with an invitation for its first owner. Returns the link of the invitation."""
    organisation = Organisation.objects.create(name=name, language=current_language())
    log(organisation, None, Action.ORGANISATION_CREATED, name)
    return invite(organisation, email, Role.OWNER, by=None)


@transaction.atomic
def change_organisation(organisation: Organisation, name: str, language: str, *, by: User) -> None:
    """Another name, or another language of mail to those who chose none; the address of the organisation stays."""
    Organisation.objects.filter(pk=organisation.pk).update(name=name, language=language)
    if name != organisation.name:
        log(organisation, by, Action.ORGANISATION_RENAMED, name)
    if language != organisation.language:
        log(organisation, by, Action.LANGUAGE_CHANGED, language)


@transaction.atomic
def invite(organisation: Organisation, email: str, role: Role, *, by: User | None) -> str:
    """Mail a link that makes a member of whoever has this address. Returns the link, for when mail does not arrive. Earlier open invitations of the address
    end. Raises Refused for a member."""
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
    organisation = invitation.organisation
    with translation.override(organisation.language):
        context = {
            "organisation": organisation.name,
            "inviter": invitation.invited_by,
            "link": link,
            "site_name": settings.SITE_NAME,
        }
        subject = _("Invitation: follow the domains of %(organisation)s") % {
            "organisation": " ".join(organisation.name.split())
        }
        body = render_to_string("accounts/mail/invitation.txt", context)
    # A mail server that is away must not undo the invitation: its link is on the page, too.
    send_mail(subject, body, None, [invitation.email], fail_silently=True)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """Make the link of an invitation worthless."""
    log(invitation.organisation, by, Action.INVITATION_WITHDRAWN, invitation.email)
    invitation.delete()


@transaction.atomic
def accept(invitation: Invitation, user: User) -> None:
    """Make a member of whoever was invited. Who is a member already keeps the role. Raises Refused for somebody else, and for a link that is too old or was
    used before."""
    if not is_for(invitation, user):
        raise Refused(Refusal.OTHER_ADDRESS)
    if not Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=timezone.now()):
        raise Refused(Refusal.GONE)
    _membership, new = Membership.objects.get_or_create(
        organisation=invitation.organisation,
        user=user,
        defaults={"role": invitation.role, "language": current_language()},
    )
    if new:
        log(invitation.organisation, user, Action.MEMBER_JOINED, invitation.role)


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether a person has the address that was invited: a link that was forwarded, or read by somebody else, is worth nothing to others. Where addresses are
    confirmed, only a confirmed one counts."""
    mine = EmailAddress.objects.filter(user=user, verified=True, email__iexact=invitation.email)
    claimed = settings.ACCOUNT_EMAIL_VERIFICATION == "none" and user.email.lower() == invitation.email.lower()
    return claimed or mine.exists()


def current_language() -> str:
    """The language in which somebody is using the portal."""
    active = (translation.get_language() or "").partition("-")[0]
    return active if active in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


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
    """The account with this mail address, if there is one: confirmed, where addresses are, as anybody can sign up with the address of somebody else."""
    people = get_user_model().objects.filter(email__iexact=email, is_active=True)
    if settings.ACCOUNT_EMAIL_VERIFICATION != "none":
        confirmed = EmailAddress.objects.filter(email__iexact=email, verified=True)
        people = people.filter(pk__in=confirmed.values("user"))
    return people.order_by("pk").first()


def display_name(user: User) -> str:
    """How pages and mails call somebody."""
    return user.get_full_name() or user.email or user.get_username()
