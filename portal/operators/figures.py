"""The figures of the installation, read from the database, the broker and the disk. Reads only; what cannot be reached is left out and said so."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import kombu.exceptions
import redis
from django.conf import settings
from django.db import connection
from django.db.models import Avg, Count, F, Min

from portal.celery import app
from portal.dashboards.models import Alert, Entry, Notice, State
from portal.dashboards.notices import MOST_ATTEMPTS
from portal.scans import resolver, rpki
from portal.scans.lifecycle import queue_lengths
from portal.scans.models import Failure, Scan, Status

DAY = timedelta(days=1)
SLOWEST = 10
RATE_OVER = timedelta(minutes=10)
PING_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Slow:
    """A scan that took long, in seconds."""

    domain: str
    suite: str
    seconds: float
    address: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How the installation does now. ``workers`` None: the broker did not answer. Times in seconds, sizes in bytes."""

    queues: dict[str, int]
    workers: Sequence[str] | None
    scans: dict[str, int]
    per_minute: float
    finished_last_hour: int
    finished_last_day: int
    mean_seconds: float | None
    failures: dict[str, int]
    slowest: Sequence[Slow]
    oldest_waiting: float
    overdue: int
    alerts: int
    notices_waiting: int
    notices_given_up: int
    resolver_unfit: str
    rpki_sources: Sequence[rpki.Source]
    database: int
    disk_free: int
    measurements: int
    reports: int


def look(now: datetime, language: str, *, ping: bool = True) -> Figures:
    """All figures. ``ping``: also ask the workers whether they are there, which takes half a second."""
    last_day = Scan.objects.filter(finished_at__gt=now - DAY)
    done = last_day.filter(status=Status.FINISHED)
    waiting = Scan.objects.filter(status=Status.QUEUED).aggregate(first=Min("requested_at"))["first"]
    unsent = Notice.objects.filter(sent_at=None)
    return Figures(
        queues=queue_lengths(),
        workers=_workers() if ping else None,
        scans=_by(Scan.objects.all(), "status"),
        per_minute=done.filter(finished_at__gt=now - RATE_OVER).count() / (RATE_OVER / timedelta(minutes=1)),
        finished_last_hour=done.filter(finished_at__gt=now - timedelta(hours=1)).count(),
        finished_last_day=done.count(),
        mean_seconds=_seconds(done.aggregate(mean=Avg(F("finished_at") - F("started_at")))["mean"]),
        failures=_by(last_day.filter(status=Status.FAILED), "failure"),
        slowest=_slowest(done),
        oldest_waiting=(now - waiting).total_seconds() if waiting else 0.0,
        overdue=Entry.objects.filter(due_at__lte=now - timedelta(hours=1)).count(),
        alerts=Alert.objects.filter(state=State.OPEN).count(),
        notices_waiting=unsent.filter(attempts__lt=MOST_ATTEMPTS).count(),
        notices_given_up=unsent.filter(attempts__gte=MOST_ATTEMPTS).count(),
        resolver_unfit=resolver.unfit_in_words(language),
        rpki_sources=rpki.sources(),
        database=_database_size(),
        disk_free=shutil.disk_usage(settings.BASE_DIR).free,
        measurements=Scan.objects.filter(document__has_key="measurement").count(),
        reports=Scan.objects.filter(document__isnull=False).count(),
    )


def failure_words(code: str) -> str:
    """The sentence of a failure's code."""
    return str(Failure(code).label) if code in Failure else code


def _by(rows: Any, name: str) -> dict[str, int]:
    return dict(rows.order_by().values(name).annotate(n=Count("pk")).values_list(name, "n"))


def _slowest(done: Any) -> list[Slow]:
    took = done.annotate(took=F("finished_at") - F("started_at")).order_by("-took").defer("document")[:SLOWEST]
    return [
        Slow(scan.domain, scan.suite, round(scan.took.total_seconds(), 1), scan.get_absolute_url()) for scan in took
    ]


def _seconds(mean: timedelta | None) -> float | None:
    return round(mean.total_seconds(), 2) if mean is not None else None


def _workers() -> list[str] | None:
    try:
        answers = app.control.ping(timeout=PING_SECONDS) or []
    except (kombu.exceptions.OperationalError, redis.RedisError, OSError):
        return None
    return sorted(name for answer in answers for name in answer)


def _database_size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def metrics(figures: Figures) -> str:
    """The figures in the text format of Prometheus (exposition format 0.0.4). No domain and no person is in them."""
    one = {
        "zegel_scans_per_minute": round(figures.per_minute, 2),
        "zegel_scans_finished_last_hour": figures.finished_last_hour,
        "zegel_scans_finished_last_day": figures.finished_last_day,
        "zegel_oldest_waiting_scan_seconds": round(figures.oldest_waiting, 1),
        "zegel_domains_overdue": figures.overdue,
        "zegel_alerts_open": figures.alerts,
        "zegel_notices_waiting": figures.notices_waiting,
        "zegel_notices_given_up": figures.notices_given_up,
        "zegel_resolver_fit": int(not figures.resolver_unfit),
        "zegel_rpki_sources_away": sum(bool(source.problem) for source in figures.rpki_sources),
        "zegel_database_bytes": figures.database,
        "zegel_disk_free_bytes": figures.disk_free,
        "zegel_measurements_stored": figures.measurements,
        "zegel_reports_stored": figures.reports,
    }
    if figures.mean_seconds is not None:
        one["zegel_scan_seconds_mean_last_day"] = figures.mean_seconds
    many = {
        ("zegel_queue_length", "queue"): figures.queues,
        ("zegel_scans", "status"): figures.scans,
        ("zegel_scans_failed_last_day", "reason"): figures.failures,
    }
    lines = []
    for name, value in one.items():
        lines += [f"# TYPE {name} gauge", f"{name} {value}"]
    for (name, label), values in many.items():
        lines += [f"# TYPE {name} gauge", *(f'{name}{{{label}="{key}"}} {value}' for key, value in values.items())]
    return "\n".join(lines) + "\n"
