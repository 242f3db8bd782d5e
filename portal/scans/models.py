"""The rows of a scan and of its findings, and the named reads of them. Status is written in ``lifecycle`` only."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ACTIVE = ("queued", "running")


class Status(models.TextChoices):
    """Where a scan is. FINISHED and FAILED are for ever."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("failed")


class Suite(models.TextChoices):
    """The two suites, by the values that ``checks.Suite`` has."""

    WEB = "web", _("Website")
    MAIL = "mail", _("Mail")


class Queue(models.TextChoices):
    """Which queue a scan waits in: somebody looks at the page, or nobody does."""

    INTERACTIVE = "interactive", _("interactive")
    BULK = "bulk", _("bulk")


class Failure(models.TextChoices):
    """Why a scan has no report. All of these are on our side; whatever the domain does is in a report."""

    WORKER_LOST = "worker-lost", _("The machine that did the test stopped halfway, twice.")
    TIMED_OUT = "timed-out", _("The test took longer than we allow a test to take.")
    CRASHED = "crashed", _("The test stopped because of a fault in our software.")
    NEVER_STARTED = "never-started", _("The test waited a whole day without being started.")


def new_public_id() -> str:
    """An id that cannot be guessed: 96 random bits, 16 characters, safe in an address."""
    return secrets.token_urlsafe(12)


class ScanQuerySet(models.QuerySet["Scan"]):
    """Named reads."""

    def of(self, domain: str, suite: str) -> ScanQuerySet:
        """All scans of a domain and suite, newest first."""
        return self.filter(domain=domain, suite=suite).order_by("-requested_at")

    def active(self) -> ScanQuerySet:
        """Those that wait or run."""
        return self.filter(status__in=ACTIVE)

    def fresh(self, now: datetime) -> ScanQuerySet:
        """Those whose report is so new that it is shown instead of a new scan."""
        return self.filter(status=Status.FINISHED, document__isnull=False, finished_at__gt=now - settings.FRESH_FOR)

    def light(self) -> ScanQuerySet:
        """Without the document, for lists and for the page of a running scan."""
        return self.defer("document")


class Scan(models.Model):
    """One test of one domain: what was asked, how far it is, and the report document of it (measurement included)."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    request_id = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    domain = models.CharField(max_length=253)
    suite = models.CharField(max_length=4, choices=Suite)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    queue = models.CharField(max_length=11, choices=Queue, default=Queue.INTERACTIVE)
    attempts = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveSmallIntegerField(null=True)
    catalogue_version = models.CharField(max_length=20, blank=True)
    failure = models.CharField(max_length=20, choices=Failure, blank=True)
    document = models.JSONField(null=True)

    objects = ScanQuerySet.as_manager()

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        ordering: ClassVar = ["-requested_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["domain", "suite"], condition=models.Q(status__in=ACTIVE), name="one_active_scan"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["domain", "suite", "-requested_at"], name="scan_history"),
            models.Index(fields=["requested_at"], condition=models.Q(status__in=ACTIVE), name="scan_active"),
            models.Index(fields=["finished_at"], name="scan_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.domain} ({self.suite})"

    def get_absolute_url(self) -> str:
        """The permalink."""
        return reverse(f"scan-{self.suite}", args=[self.domain, self.public_id])

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.status in ACTIVE

    @property
    def is_gone(self) -> bool:
        """Whether its report is older than we keep reports."""
        return self.status == Status.FINISHED and self.document is None

    @property
    def duration(self) -> timedelta | None:
        """From start to finish; None until then."""
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None

    @property
    def reference(self) -> str:
        """A short number to mention to the operator; it opens nothing."""
        return f"{self.pk:06d}"

    @property
    def sibling(self) -> Scan | None:
        """The newest scan of the other suite of the same request, without its document. One query."""
        return (
            Scan.objects.light()
            .filter(request_id=self.request_id)
            .exclude(suite=self.suite)
            .order_by("-requested_at")
            .first()
        )


class Finding(models.Model):
    """One check of one scan: the queryable shadow of the document, rebuilt whenever the document is."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="findings")
    check_id = models.CharField(max_length=80)
    outcome = models.CharField(max_length=60)
    status = models.CharField(max_length=12)
    points = models.FloatField(null=True)
    max_points = models.FloatField(null=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [models.UniqueConstraint(fields=["scan", "check_id"], name="one_finding_per_check")]
        indexes: ClassVar = [models.Index(fields=["check_id", "status"], name="finding_by_check")]

    def __str__(self) -> str:
        return f"{self.check_id}: {self.status}"
