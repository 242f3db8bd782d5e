"""From request to report: the only place that writes the status of a scan.

Every change of status is one conditional UPDATE; a count of 0 means that somebody else was first, and nothing happens. Messages to workers may be lost or come twice;
rows decide. Measures nothing and renders nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import kombu.exceptions
import redis
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Cast
from django.utils import timezone

from checks import Report, Suite
from portal.celery import app
from portal.lib.breaker import Breaker
from portal.lib.redis import client
from portal.scans.documents import Document, findings_of, storable
from portal.scans.live import HEARTBEAT_LASTS, silent
from portal.scans.models import Failure, Finding, Queue, Scan, Status

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 2  # a scan that kills its worker twice is not tried a third time
MESSAGE_LOST_AFTER = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(days=1)
DEADLINE_MARGIN = 45  # seconds past the deadline of the engine
broker = Breaker()
RUN_SCAN = "portal.scans.tasks.run_scan"


# --- Asking -------------------------------------------------------------------------------------------------------------------------------------


def request_scans(
    domain: str, suites: Sequence[Suite], *, again: bool = False, queue: Queue = Queue.INTERACTIVE
) -> list[Scan]:
    """One scan per suite, in the order asked; they know each other by their ``request_id``. ``again`` refuses a fresh report, never a running scan."""
    request_id = uuid.uuid4()
    scans: list[Scan] = []
    for suite in suites:
        scan = request_scan(domain, suite, request_id=request_id, again=again, queue=queue)
        if not scans:
            request_id = scan.request_id
        elif scan.request_id != request_id:
            _introduce(scan, request_id)
        scans.append(scan)
    return scans


def request_scan(
    domain: str, suite: Suite, *, request_id: uuid.UUID, again: bool, queue: Queue = Queue.INTERACTIVE
) -> Scan:
    """The active scan of this domain and suite, or its fresh report, or else a new scan that is queued."""
    while True:
        if known := _known_scan(domain, suite, again=again):
            return known
        try:
            with transaction.atomic():
                scan = Scan.objects.create(domain=domain, suite=suite.value, request_id=request_id, queue=queue)
                transaction.on_commit(partial(_send, scan.pk, queue))
        except IntegrityError:
            continue  # another request was first: its scan is the active one now
        return scan


def _known_scan(domain: str, suite: Suite, *, again: bool) -> Scan | None:
    scans = Scan.objects.light().of(domain, suite.value)
    return scans.active().first() or (None if again else scans.fresh(timezone.now()).first())


def _introduce(scan: Scan, request_id: uuid.UUID) -> None:
    """Two scans that were asked for apart, and are now asked for together; a scan that has a sibling keeps it."""
    if scan.sibling is None:
        Scan.objects.filter(pk=scan.pk).update(request_id=request_id)
        scan.request_id = request_id


def _send(pk: int, queue: str) -> None:
    """Tell the workers. When the broker is away the scan stays QUEUED, and ``reap`` sends it later."""
    if broker.is_open:
        return
    try:
        app.send_task(RUN_SCAN, args=[pk], queue=str(queue))
    except (kombu.exceptions.OperationalError, redis.RedisError, OSError) as error:
        broker.trip()
        logger.warning("scan %s waits: the broker is away (%s)", pk, error)


# --- Running ------------------------------------------------------------------------------------------------------------------------------------


def claim(pk: int) -> Scan | None:
    """Make a queued scan ours; None when it is not queued (any more)."""
    changed = Scan.objects.filter(pk=pk, status=Status.QUEUED).update(
        status=Status.RUNNING, started_at=timezone.now(), attempts=F("attempts") + 1
    )
    return Scan.objects.get(pk=pk) if changed else None


def digest_before(scan: Scan) -> Document | None:
    """What the newest report of the same domain and suite before this one hands on to it, whoever asked for that report."""
    before = Scan.objects.of(scan.domain, scan.suite).filter(status=Status.FINISHED, document__isnull=False)
    digest: Document | None = before.values_list("document__digest", flat=True).first()
    return digest


def finish(scan: Scan, report: Report) -> bool:
    """Store the document and its findings in one transaction. False when this attempt was given up meanwhile: then nothing is stored."""
    document = storable(report.to_json())
    with transaction.atomic():
        changed = _mine(scan).update(status=Status.FINISHED, finished_at=timezone.now(), **_columns(document))
        if changed:
            _store_findings(scan, document)
    return bool(changed)


def fail(scan: Scan, reason: Failure) -> bool:
    """End this attempt without a report. False when it was given up or ended meanwhile."""
    changed = _mine(scan).update(status=Status.FAILED, finished_at=timezone.now(), failure=reason)
    if changed:
        logger.error("scan %s of %s failed: %s", scan.pk, scan, reason.value)
    return bool(changed)


def fail_attempt(pk: int, reason: Failure) -> None:
    """``fail`` for whoever knows only the number of a running scan."""
    if scan := Scan.objects.light().filter(pk=pk, status=Status.RUNNING).first():
        fail(scan, reason)


def _mine(scan: Scan) -> models.QuerySet[Scan]:
    """This very attempt: a worker that was taken for dead and comes back must not write over the attempt after it."""
    return Scan.objects.filter(pk=scan.pk, status=Status.RUNNING, attempts=scan.attempts)


def _columns(document: Document) -> dict[str, Any]:
    return {"document": document, "total": document["score"], "catalogue_version": document["catalogue"]}


def _store_findings(scan: Scan, document: Document) -> None:
    Finding.objects.filter(scan=scan).delete()
    Finding.objects.bulk_create(findings_of(scan, document))


# --- Mending ------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reaped:
    """What a round of mending did, in numbers of scans."""

    sent_again: int
    failed: int


def reap(now: datetime | None = None) -> Reaped:
    """Find scans whose worker or message was lost. Each is tried once more, then failed with the reason; none is left behind."""
    now = now or timezone.now()
    lost = [_retry_or_fail(scan) for scan in _lost_scans(now)]
    waiting = _resend_waiting(now)
    given_up = Scan.objects.filter(status=Status.QUEUED, requested_at__lt=now - GIVE_UP_AFTER).update(
        status=Status.FAILED, finished_at=now, failure=Failure.NEVER_STARTED
    )
    return Reaped(sent_again=lost.count(True) + waiting, failed=lost.count(False) + given_up)


def _lost_scans(now: datetime) -> list[Scan]:
    overdue = now - timedelta(seconds=settings.SCAN_DEADLINE + DEADLINE_MARGIN)
    running = list(
        Scan.objects.light().filter(status=Status.RUNNING, started_at__lt=now - timedelta(seconds=HEARTBEAT_LASTS))
    )
    quiet = silent(scan.pk for scan in running)
    return [scan for scan in running if scan.pk in quiet or (scan.started_at and scan.started_at < overdue)]


def _retry_or_fail(scan: Scan) -> bool:
    """True when the scan was queued again."""
    if scan.attempts >= MAX_ATTEMPTS:
        fail(scan, Failure.WORKER_LOST)
        return False
    with transaction.atomic():
        if _mine(scan).update(status=Status.QUEUED, started_at=None):
            logger.warning("scan %s of %s lost its worker and is tried again", scan.pk, scan)
            transaction.on_commit(partial(_send, scan.pk, scan.queue))
    return True


def _resend_waiting(now: datetime) -> int:
    """A scan that waits while its queue is empty has lost its message. A second message for the same scan does no harm: only one can claim it."""
    sent = 0
    for queue, length in queue_lengths().items():
        if length:
            continue
        waiting = Scan.objects.filter(
            status=Status.QUEUED, queue=queue, requested_at__range=(now - GIVE_UP_AFTER, now - MESSAGE_LOST_AFTER)
        )
        for pk in waiting.order_by("requested_at").values_list("pk", flat=True)[:500]:
            _send(pk, queue)
            sent += 1
    return sent


def queue_lengths() -> dict[str, int]:
    """Messages that wait, by queue; empty when the broker is away."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    try:
        return {queue.value: int(client().llen(f"{prefix}{queue.value}")) for queue in Queue}
    except redis.RedisError:
        return {}


# --- Afterwards ---------------------------------------------------------------------------------------------------------------------------------


def rejudged(scan: Scan, report: Report, *, dry_run: bool = False) -> bool:
    """Replace document, total and findings of a finished scan by a newer judgement of the same measurement. True when that changed anything."""
    document = storable(report.to_json())
    if document == scan.document:
        return False
    if not dry_run:
        with transaction.atomic():
            if Scan.objects.filter(pk=scan.pk, status=Status.FINISHED, document__isnull=False).update(
                **_columns(document)
            ):
                _store_findings(scan, document)
    return True


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a round of cleaning removed, in numbers of scans."""

    measurements: int
    reports: int


def prune(now: datetime | None = None) -> Pruned:
    """Thin what is stored: measurements first, reports with their findings later, totals never."""
    now = now or timezone.now()
    old_reports = Scan.objects.filter(document__isnull=False, finished_at__lt=now - settings.RETENTION_REPORT)
    with transaction.atomic():
        Finding.objects.filter(scan__in=old_reports.values("pk")).delete()
        reports = old_reports.update(document=None)
    without = models.Func(
        F("document"),
        Cast(Value("measurement"), models.TextField()),
        template="%(expressions)s",
        arg_joiner=" - ",
        output_field=models.JSONField(),
    )
    old = Scan.objects.filter(document__has_key="measurement", finished_at__lt=now - settings.RETENTION_MEASUREMENT)
    return Pruned(measurements=old.update(document=without), reports=reports)
