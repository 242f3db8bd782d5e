"""Organisations, who belongs to them, who is invited, and the log of what members did. Rows change in ``portal.accounts.lifecycle`` only.

``ScopedQuerySet.visible_to`` is the one way in which a page reads what belongs to an organisation.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Anyone = AbstractBaseUser | AnonymousUser
Row = TypeVar("Row", bound=models.Model)
INVITATION_LASTS = timedelta(days=7)


def new_public_id() -> str:
    """72 random bits, 12 characters, safe in an address."""
    return secrets.token_urlsafe(9)


def digest(token: str) -> str:
    """What is stored of a secret that we hand out: whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones after it may."""

    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    READER = "reader", _("reader")


# Role -> the roles that may do what it may.
AT_LEAST: dict[Role, tuple[Role, ...]] = {
    Role.OWNER: (Role.OWNER,),
    Role.EDITOR: (Role.OWNER, Role.EDITOR),
    Role.READER: (Role.OWNER, Role.EDITOR, Role.READER),
}


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows that belong to one organisation. ``to_organisation`` is the way from the row to it, empty for the organisation itself."""

    to_organisation: ClassVar = "organisation"

    def visible_to(self, user: Anyone, at_least: Role = Role.READER) -> Self:
        """Those of the organisations in which this user has the role or a higher one; none for whoever is not signed in."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        membership = Membership.objects.filter(user_id=user.pk, role__in=AT_LEAST[at_least])
        if not self.to_organisation:
            return self.filter(pk__in=membership.values("organisation"))
        return self.filter(**{f"{self.to_organisation}__in": membership.values("organisation")})


class OrganisationQuerySet(ScopedQuerySet["Organisation"]):
    """Organisations as their members see them."""

    to_organisation = ""


class Organisation(models.Model):
    """A municipality, or whoever else keeps domains here. ``language``: of mail to people who have not chosen one."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page of members."""
        return reverse("organisation", args=[self.public_id])


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    """Memberships as fellow members see them."""


class Membership(models.Model):
    """One person in one organisation. ``alerts``: whether alerts are mailed to this member; ``language``: in which language, or that of the organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role, default=Role.READER)
    alerts = models.BooleanField(default=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"

    def may(self, role: Role) -> bool:
        """Whether this member may do what ``role`` may."""
        return self.role in AT_LEAST[role]


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    """Named reads of invitations."""

    def open(self) -> Self:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, expires_at__gt=timezone.now())

    def with_token(self, token: str) -> Self:
        """That of a link; the link itself is the right to see it."""
        return self.filter(token_digest=digest(token))


def _a_week_from_now() -> Any:
    return timezone.now() + INVITATION_LASTS


class Invitation(models.Model):
    """A link that was mailed to somebody, good for one membership."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=6, choices=Role, default=Role.READER)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=_a_week_from_now)
    accepted_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.email


class Action(models.TextChoices):
    """What the audit log knows. Values are appended, never renamed."""

    ORGANISATION_CREATED = "organisation-created", _("created the organisation")
    ORGANISATION_RENAMED = "organisation-renamed", _("renamed the organisation")
    MEMBER_INVITED = "member-invited", _("invited")
    INVITATION_WITHDRAWN = "invitation-withdrawn", _("withdrew the invitation of")
    MEMBER_JOINED = "member-joined", _("joined as")
    ROLE_CHANGED = "role-changed", _("changed the role of")
    MEMBER_REMOVED = "member-removed", _("removed the member")
    LIST_CREATED = "list-created", _("made the list")
    LIST_CHANGED = "list-changed", _("changed the settings of the list")
    LIST_REMOVED = "list-removed", _("removed the list")
    LIST_SHARED = "list-shared", _("made a public link of the list")
    LIST_UNSHARED = "list-unshared", _("withdrew the public link of the list")
    DOMAINS_ADDED = "domains-added", _("added domains to the list")
    DOMAIN_CHANGED = "domain-changed", _("changed the domain")
    DOMAIN_REMOVED = "domain-removed", _("removed the domain")
    LIST_EXPORTED = "list-exported", _("exported the list")
    TEST_ASKED = "test-asked", _("asked for a test of the list")
    LANGUAGE_CHANGED = "language-changed", _("changed the language of the organisation to")
    ALERT_CLOSED = "alert-closed", _("closed the alert of")


class AuditQuerySet(ScopedQuerySet["AuditEntry"]):
    """The log as members see it."""


class AuditEntry(models.Model):
    """One thing that somebody did. ``actor_name`` outlives the account; empty means the operator at the command line."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="audit")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=24, choices=Action)
    subject = models.CharField(max_length=300, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["organisation", "-at"], name="audit_newest")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.subject}"
