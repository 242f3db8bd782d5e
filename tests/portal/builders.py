"""Scans and documents for tests, with sensible values for whatever a test does not care about."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from checks import Report, Suite
from portal.scans import lifecycle
from portal.scans.models import Scan, Status

Json = dict[str, Any]


def a_check(check_id: str = "made_up_check", **values: Any) -> Json:
    """One check of a document: failed and required unless said otherwise."""
    check: Json = {
        "id": check_id,
        "status": "failed",
        "requirement": "required",
        "outcome": "absent",
        "points": 0,
        "max_points": 10,
        "sentence": {"nl": "Het ontbreekt.", "en": "It is absent."},
        "subjects": [
            {
                "subject": "mx1.good.example",
                "address": "192.0.2.25",
                "status": "failed",
                "outcome": "absent",
                "points": 0,
                "sentence": {"nl": "Het ontbreekt.", "en": "It is absent."},
                "evidence": {},
            }
        ],
    }
    return {**check, **values}


def a_document(domain: str = "good.example", suite: str = "mail", *, score: int = 50, **values: Any) -> Json:
    """A report document as the engine makes them, with one category and one check."""
    document: Json = {
        "schema": 1,
        "domain": domain,
        "suite": suite,
        "measured_at": "2026-11-23T08:41:00Z",
        "duration_ms": 812,
        "engine": "0.1.0",
        "catalogue": "2026.11",
        "partial": False,
        "score": score,
        "categories": [
            {
                "id": "made_up",
                "name": {"nl": "Verzonnen", "en": "Made up"},
                "status": "failed",
                "score": score,
                "checks": [a_check()],
            }
        ],
        "measurement": {"made": "up"},
    }
    return {**document, **values}


@dataclass(frozen=True)
class MadeReport:
    """Stands in for ``checks.Report`` where a test brings its own document."""

    document: Json

    def to_json(self) -> Json:
        """A fresh copy each time, as the real one gives."""
        return deepcopy(self.document)


def a_report(**values: Any) -> Report:
    """A report of ``a_document``."""
    return MadeReport(a_document(**values))  # type: ignore[return-value]


def a_scan(domain: str = "good.example", suite: str = "mail", **values: Any) -> Scan:
    """A scan that waits."""
    return Scan.objects.create(domain=domain, suite=suite, **values)


def a_running_scan(domain: str = "good.example", suite: str = "mail", **values: Any) -> Scan:
    """A scan that a worker has claimed."""
    scan = lifecycle.claim(a_scan(domain, suite, **values).pk)
    assert scan is not None
    return scan


def a_finished_scan(
    domain: str = "good.example", suite: str = "mail", *, age_seconds: int = 3600, **values: Any
) -> Scan:
    """A scan with a report that was stored ``age_seconds`` ago."""
    scan = a_running_scan(domain, suite)
    assert lifecycle.finish(scan, a_report(domain=domain, suite=suite, **values))
    ended = timezone.now() - timedelta(seconds=age_seconds)
    Scan.objects.filter(pk=scan.pk).update(
        finished_at=ended, started_at=ended - timedelta(seconds=2), requested_at=ended - timedelta(seconds=3)
    )
    scan.refresh_from_db()
    assert scan.status == Status.FINISHED
    return scan


BOTH = [Suite.MAIL, Suite.WEB]
