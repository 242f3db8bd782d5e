"""Lists, their domains, what each test of a domain gave, and how it stands now. Rows of results change in ``portal.dashboards.lifecycle`` only.

A ``Result`` keeps totals for ever, also when the report of its scan is no longer kept. A ``Standing`` is the newest result, ready for the overview.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, ScopedQuerySet, new_public_id
from portal.scans.models import Scan, Suite

MAX_ENTRIES = 5000  # domains in one list
MAX_TAGS, TAG_LENGTH = 10, 40


class Period(models.TextChoices):
    """How often a list is tested by itself."""

    NEVER = "never", _("only when asked")
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    MONTHLY = "monthly", _("every four weeks")

    @property
    def length(self) -> timedelta | None:
        """The time between two tests of one domain; None for never."""
        days = {"daily": 1, "weekly": 7, "monthly": 28}.get(self.value)
        return timedelta(days=days) if days else None


class DomainListQuerySet(ScopedQuerySet["DomainList"]):
    """Lists as members see them."""

    def with_sizes(self) -> Self:
        """Each with ``size``, the number of its domains."""
        return self.annotate(size=models.Count("entries"))


class DomainList(models.Model):
    """Domains that are followed together."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="lists")
    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=100)
    mail = models.BooleanField(default=True)
    web = models.BooleanField(default=True)
    period = models.CharField(max_length=7, choices=Period, default=Period.WEEKLY)
    share_token = models.CharField(max_length=43, blank=True, default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = DomainListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["share_token"], condition=~models.Q(share_token=""), name="one_list_per_public_link"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its overview."""
        return reverse("list", args=[self.public_id])

    @property
    def suites(self) -> list[str]:
        """What is tested of each domain, mail first."""
        return [suite.value for suite, wanted in ((Suite.MAIL, self.mail), (Suite.WEB, self.web)) if wanted]


class EntryQuerySet(ScopedQuerySet["Entry"]):
    """Domains of lists as members see them."""

    to_organisation = "domain_list__organisation"


class Entry(models.Model):
    """One domain of one list, with what the organisation itself knows about it. ``due_at``: when it is tested next."""

    domain_list = models.ForeignKey(DomainList, on_delete=models.CASCADE, related_name="entries")
    domain = models.CharField(max_length=253)
    tags = ArrayField(models.CharField(max_length=TAG_LENGTH), default=list, blank=True)
    notes = models.TextField(max_length=2000, blank=True)
    owner = models.CharField(max_length=100, blank=True)
    owner_email = models.EmailField(blank=True)
    supplier = models.CharField(max_length=100, blank=True)
    supplier_email = models.EmailField(blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("domain")
        verbose_name_plural = _("domains")
        ordering: ClassVar = ["domain"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["domain_list", "domain"], name="one_entry_per_domain")]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="entry_due")]

    def __str__(self) -> str:
        return self.domain


class ExplanationQuerySet(ScopedQuerySet["Explanation"]):
    """Explanations as members see them."""

    to_organisation = "entry__domain_list__organisation"


class Explanation(models.Model):
    """Comply or explain: why a check of a domain is not in order, and will not be for now. It changes no score."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="explanations")
    check_id = models.CharField(max_length=80)
    text = models.TextField(max_length=1000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        ordering: ClassVar = ["check_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "check_id"], name="one_explanation_per_check")
        ]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.text[:40]}"


class ResultQuerySet(ScopedQuerySet["Result"]):
    """Results as members see them."""

    to_organisation = "domain_list__organisation"

    def waiting(self) -> Self:
        """Those whose scan has not been looked at yet."""
        return self.filter(settled_at=None)


class Result(models.Model):
    """One test of one suite of one domain, asked for by this list. ``week`` is the Monday of its week, in UTC; ``states`` the status of each category."""

    domain_list = models.ForeignKey(DomainList, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="results")
    suite = models.CharField(max_length=4, choices=Suite)
    scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    measured_at = models.DateTimeField(null=True)
    week = models.DateField(null=True)
    total = models.PositiveSmallIntegerField(null=True)
    states = models.JSONField(default=dict)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry", "suite"], condition=models.Q(settled_at=None), name="one_waiting_result"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["domain_list", "week", "suite", "total"], name="result_weeks"),
            models.Index(fields=["entry", "week"], name="result_history"),
            models.Index(fields=["scan"], condition=models.Q(settled_at=None), name="result_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} ({self.suite})"


class StandingQuerySet(ScopedQuerySet["Standing"]):
    """Standings as members see them."""

    to_organisation = "entry__domain_list__organisation"


class Standing(models.Model):
    """How one suite of one domain stands: its newest result, taken apart for the overview.

    ``standards``: standard -> whether it is met (null when it does not apply or could not be measured). ``week_ago``: the last total of an earlier week.
    """

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="standings")
    suite = models.CharField(max_length=4, choices=Suite)
    scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, related_name="+")
    measured_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    week = models.DateField()
    total = models.PositiveSmallIntegerField(null=True)
    week_ago = models.PositiveSmallIntegerField(null=True)
    states = models.JSONField(default=dict)
    standards = models.JSONField(default=dict)
    certificate_ends = models.DateField(null=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "suite"], name="one_standing_per_suite")]

    def __str__(self) -> str:
        return f"{self.entry} ({self.suite}): {self.total}"
