"""Lists, their domains, what each test of a domain gave, and how it stands now. Rows of results change in ``portal.dashboards.lifecycle`` only.

A ``Result`` keeps totals for ever, also when the report of its scan is no longer kept. A ``Standing`` is the newest result, ready for the overview.
"""

from __future__ import annotations

import secrets
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


def new_feed_token() -> str:
    """192 random bits: the right to read a feed, or the key that signs a webhook."""
    return secrets.token_urlsafe(24)


class Period(models.TextChoices):
    """How often a list is tested by itself."""

    NEVER = "never", _("only when asked")
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")
    MONTHLY = "monthly", _("every month")


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
    feed_token = models.CharField(max_length=43, db_index=True, default=new_feed_token, editable=False)
    alert_members = models.BooleanField(default=True)
    alert_owner = models.BooleanField(default=False)
    digest = models.BooleanField(default=False)
    webhook_url = models.URLField(max_length=500, blank=True)
    webhook_secret = models.CharField(max_length=43, default=new_feed_token, editable=False)
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
    owner_language = models.CharField(max_length=2, choices=settings.LANGUAGES, blank=True, default="")
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
    """One test of one suite of one domain, asked for by this list. ``week`` is the Monday of its week, in UTC; ``states`` the status of each category;
    ``standards`` which standards were met, as in ``Standing``."""

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
    standards = models.JSONField(default=dict)

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
            models.Index(fields=["entry", "suite", "-measured_at"], name="result_newest"),
            models.Index(fields=["scan"], condition=models.Q(settled_at=None), name="result_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} ({self.suite})"


class Source(models.TextChoices):
    """What a name was found in."""

    CERTIFICATE = "certificate", _("in a certificate")
    MAIL_HOST = "mail-host", _("as a mail server")


class StandingQuerySet(ScopedQuerySet["Standing"]):
    """Standings as members see them."""

    to_organisation = "entry__domain_list__organisation"


class Standing(models.Model):
    """How one suite of one domain stands: its newest result, taken apart for the overview.

    ``hosts``: the mail hosts that are taken for granted; a change is taken over when it was confirmed. ``sealed``: what each of their addresses served, and
    what was published for it, when that fitted last (``rules.Sealed``). ``names``: those in its certificates.
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
    hosts = models.JSONField(null=True)
    sealed = models.JSONField(default=dict)
    names = models.JSONField(default=list)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints: ClassVar = [models.UniqueConstraint(fields=["entry", "suite"], name="one_standing_per_suite")]

    def __str__(self) -> str:
        return f"{self.entry} ({self.suite}): {self.total}"


class Rule(models.TextChoices):
    """What is watched. Values are appended, never renamed."""

    SCORE_DROPPED = "score-dropped", _("The score dropped")
    TLSA_MISMATCH = "tlsa-mismatch", _("A TLSA record no longer matches")
    DNSSEC_BOGUS = "dnssec-bogus", _("DNSSEC is broken")
    STARTTLS_GONE = "starttls-gone", _("STARTTLS is gone")
    CERTIFICATE_ENDS = "certificate-ends", _("A certificate ends soon")
    SIGNATURES_END = "signatures-end", _("DNSSEC signatures end soon")
    MX_CHANGED = "mx-changed", _("The mail servers changed")
    TLSA_NEXT_ONLY = "tlsa-next-only", _("A TLSA record was replaced too early")


class State(models.TextChoices):
    """Where an alert is. SUSPECTED waits for a second measurement, and nobody hears of it. CLOSED: by hand, or known when the domain was added; nobody hears
    of it again until it is over."""

    SUSPECTED = "suspected", _("being checked")
    OPEN = "open", _("open")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")


class AlertQuerySet(ScopedQuerySet["Alert"]):
    """Alerts as members see them."""

    to_organisation = "entry__domain_list__organisation"

    def standing(self) -> Self:
        """Those that are not over: being checked, open, or closed while the trouble is still there."""
        return self.exclude(state=State.RESOLVED).filter(resolved_at=None)

    def told(self) -> Self:
        """Those that anybody has heard of, newest first."""
        return self.exclude(opened_at=None).order_by("-opened_at", "-pk")


class Alert(models.Model):
    """One event of one domain, from the first measurement that shows it to the one that no longer does.

    ``level``: days that are left, for what ends. ``before``: the score that it dropped from. ``check_id``: whose remedy helps. ``records``: what to publish,
    as lines of a zone file. ``confirm_at``: when the second measurement is asked for; null once it is.
    """

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="alerts")
    suite = models.CharField(max_length=4, choices=Suite)
    rule = models.CharField(max_length=20, choices=Rule)
    state = models.CharField(max_length=9, choices=State, default=State.SUSPECTED)
    check_id = models.CharField(max_length=80, blank=True)
    sentence = models.JSONField(default=dict)
    records = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField(null=True)
    before = models.JSONField(null=True)
    scan = models.ForeignKey(Scan, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField()
    confirm_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering: ClassVar = ["-seen_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entry", "suite", "rule"],
                condition=models.Q(state__in=("suspected", "open")),
                name="one_alert_per_event",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["confirm_at"], condition=models.Q(state="suspected"), name="alert_to_confirm"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}: {self.rule} ({self.state})"


class Channel(models.TextChoices):
    """How somebody is told."""

    MAIL = "mail", _("mail")
    DIGEST = "digest", _("daily mail")
    WEBHOOK = "webhook", _("webhook")


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    """Notices as members see them."""

    to_organisation = "alert__entry__domain_list__organisation"


class Notice(models.Model):
    """One message about one alert to one address: written with the alert, sent afterwards, so that none is lost. ``next_at``: not before."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notices")
    resolved = models.BooleanField()
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    channel = models.CharField(max_length=7, choices=Channel)
    target = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(sent_at=None), name="notice_to_send"),
        ]

    def __str__(self) -> str:
        return f"{self.alert} -> {self.target}"
