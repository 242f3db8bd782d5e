"""How domains of lists get tested: what is due is claimed and asked for, what is finished is settled. The only writer of results and standings.

Beat and workers may run several times at once: rows are claimed with ``FOR UPDATE SKIP LOCKED``, and a constraint allows one waiting result per domain and
suite. A message that is lost costs nothing, as the next tick finds the same rows.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import kombu.exceptions
import redis
from django.db import transaction
from django.utils import timezone

from checks import Suite
from portal.celery import app
from portal.dashboards import rules, standards
from portal.dashboards.alerts import measure_again, take_in, to_confirm
from portal.dashboards.models import Alert, DomainList, Entry, Period, Result, Standing
from portal.scans.lifecycle import request_scans
from portal.scans.models import Queue, Scan, Status

logger = logging.getLogger(__name__)

TICK = "portal.dashboards.tasks.tick"
BATCH = 50  # domains that one tick asks for
MOST_WAITING = 200  # scans in the bulk queue; what is due beyond that stays due
SETTLE_BATCH = 200
_GOLDEN = 0.6180339887498949  # multiples of it, modulo 1, lie evenly spread however many there are


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one round did: domains asked for, results settled."""

    asked: int
    settled: int


def tick(now: datetime | None = None) -> Ticked:
    """One round of the clock."""
    now = now or timezone.now()
    return Ticked(asked=ask_due(now) + ask_to_confirm(now), settled=settle(now))


# --- Asking -------------------------------------------------------------------------------------------------------------------------------------


def reschedule(domain_list: DomainList, now: datetime | None = None) -> None:
    """Give every domain of a list its next moment in the rhythm of the list. Domains that are due stay due."""
    now = now or timezone.now()
    entries = list(Entry.objects.filter(domain_list=domain_list).exclude(due_at__lte=now).only("pk"))
    for entry in entries:
        entry.due_at = next_due(entry.pk, Period(domain_list.period), now)
    Entry.objects.bulk_update(entries, ["due_at"], batch_size=1000)


def ask_now(domain_list: DomainList, now: datetime | None = None) -> int:
    """Make every domain of a list due at once; returns how many. The tick that does the work is told, and comes by itself when the message is lost."""
    asked = Entry.objects.filter(domain_list=domain_list).update(due_at=now or timezone.now())
    transaction.on_commit(send_tick)
    return asked


def send_tick() -> None:
    """Have a worker tick now."""
    try:
        app.send_task(TICK, queue=Queue.INTERACTIVE.value)
    except (kombu.exceptions.OperationalError, redis.RedisError, OSError) as error:
        logger.warning("the tick waits for beat: the broker is away (%s)", error)


def ask_due(now: datetime) -> int:
    """Claim domains that are due, set when they are due next, and ask for their scans; all in one transaction. Returns how many domains."""
    room = MOST_WAITING - Scan.objects.filter(queue=Queue.BULK, status=Status.QUEUED).count()
    if room <= 0:
        return 0
    with transaction.atomic():
        due = (
            Entry.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("domain_list")
            .filter(due_at__lte=now)
            .order_by("due_at")[: min(BATCH, room)]
        )
        entries = list(due)
        # Whoever repairs something and asks again waits for a measurement, and not for the report that was fresh before.
        troubled = set(Alert.objects.standing().filter(entry__in=entries).values_list("entry_id", flat=True))
        for entry in entries:
            ask(entry, again=entry.pk in troubled)
            entry.due_at = next_due(entry.pk, Period(entry.domain_list.period), now)
        Entry.objects.bulk_update(entries, ["due_at"])
    return len(entries)


def ask_to_confirm(now: datetime) -> int:
    """Ask for the second measurements of suspected alerts; returns how many. They go before what is due: somebody has to be warned, or spared."""
    with transaction.atomic():
        alerts = to_confirm(now)
        for alert in alerts:
            ask(alert.entry, [alert.suite], again=True)
    return len(alerts)


def next_due(pk: int, period: Period, now: datetime) -> datetime | None:
    """When the domain with this key is tested next. Each has a place of its own in the day, week or month, evenly spread, which it keeps however late or
    often it is tested; a place that comes within a quarter of the period is passed over once."""
    if period is Period.NEVER:
        return None
    start = _start(period, now)
    while True:
        end = _following(period, start)
        moment = start + (end - start) * ((pk * _GOLDEN) % 1)
        if moment > now + (end - start) / 4:
            return moment
        start = end


def _start(period: Period, now: datetime) -> datetime:
    """The beginning of the day, week or month of a moment, in UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.MONTHLY:
        return midnight.replace(day=1)
    return midnight - timedelta(days=midnight.weekday() if period is Period.WEEKLY else 0)


def _following(period: Period, start: datetime) -> datetime:
    if period is Period.MONTHLY:
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if period is Period.WEEKLY else 1)


def ask(entry: Entry, suites: Sequence[str] | None = None, *, again: bool = False) -> int:
    """Ask for the scans of a domain that are not already waited for; returns how many. Inside a transaction."""
    wanted = list(suites or entry.domain_list.suites)
    waiting = set(Result.objects.waiting().filter(entry=entry).values_list("suite", flat=True))
    wanted = [suite for suite in wanted if suite not in waiting]
    scans = request_scans(entry.domain, [Suite(suite) for suite in wanted], again=again, queue=Queue.BULK)
    rows = [
        Result(domain_list_id=entry.domain_list_id, entry=entry, suite=suite, scan=scan)
        for suite, scan in zip(wanted, scans, strict=True)
    ]
    # The constraint has the last word when two ask for the same domain at the same moment.
    Result.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


# --- Settling -----------------------------------------------------------------------------------------------------------------------------------


def settle(now: datetime) -> int:
    """Take in the reports of scans that ended; returns how many results. Each result is settled once, by whoever locked it."""
    with transaction.atomic():
        ended = (
            Result.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("entry__domain_list__organisation")
            .waiting()
            .filter(scan__status__in=(Status.FINISHED, Status.FAILED))
            .order_by("asked_at")[:SETTLE_BATCH]
        )
        results = list(ended)
        for result in results:
            assert result.scan_id is not None
            # One report after the other: hundreds at once, each with its measurement, would not fit in the memory of a small machine.
            _settle(result, Scan.objects.get(pk=result.scan_id), now)
    return len(results)


def _settle(result: Result, scan: Scan, now: datetime) -> None:
    result.settled_at = now
    result.measured_at = scan.finished_at or now
    result.week = monday(result.measured_at)
    if scan.document is not None:
        result.total = scan.total
        result.states = standards.states_of(scan.document)
        result.standards = standards.standards_of(scan.document)
        _stand(result, scan, now)
    else:
        # Our own failure is no second measurement.
        measure_again(result.entry, result.suite, now)
    result.save(update_fields=["settled_at", "measured_at", "week", "total", "states", "standards"])


def _stand(result: Result, scan: Scan, now: datetime) -> None:
    """Make this result the newest of its domain and suite, unless a newer one is known."""
    assert result.measured_at is not None
    assert result.week is not None
    before = Standing.objects.filter(entry=result.entry, suite=result.suite).first()
    if before and (before.scan_id == scan.pk or before.measured_at > result.measured_at):
        return  # the same measurement again is no second one, and an older one is no news
    document = scan.document or {}
    hosts = take_in(result.entry, scan, document, before, now)
    week_ago = None if before is None else before.total if before.week < result.week else before.week_ago
    changed = before is None or before.total != result.total or before.states != result.states
    Standing.objects.update_or_create(
        entry=result.entry,
        suite=result.suite,
        defaults={
            "scan": scan,
            "measured_at": result.measured_at,
            "changed_at": result.measured_at if changed or before is None else before.changed_at,
            "week": result.week,
            "total": result.total,
            "week_ago": week_ago,
            "states": result.states,
            "standards": result.standards,
            "certificate_ends": standards.certificate_ends(document),
            "hosts": hosts,
            "sealed": rules.seals(document, before.sealed if before else {}),
            "names": standards.certificate_names(document),
        },
    )


def monday(at: datetime) -> date:
    """The Monday of a moment's week, in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def added(domain_list: DomainList, entries: Sequence[Entry]) -> None:
    """New domains are tested at once, and then in the rhythm of their list."""
    Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(due_at=timezone.now())
    transaction.on_commit(send_tick)
