"""The task of a scan: claim, measure, store; and what is left when one of them goes wrong."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError

from checks import Report, Suite, Target
from portal.scans import live, tasks
from portal.scans.models import Failure, Scan, Status
from tests.portal.builders import a_finished_scan, a_report, a_running_scan, a_scan

pytestmark = pytest.mark.django_db


def engine(monkeypatch: pytest.MonkeyPatch, result: Report | BaseException) -> list[Target]:
    """Put a made-up engine in place of the real one: what it is asked is noted, and it gives or raises ``result``."""
    asked: list[Target] = []

    async def scan(target: Target, options: Any, progress: Any, commons: Any, earlier: Any) -> Report:
        asked.append(target)
        progress({"done": 1, "total": 2, "categories": [], "log": []})
        await asyncio.sleep(0)
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.setattr(tasks, "scan", scan)
    return asked


def test_the_task_measures_the_target_of_the_row_and_stores_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = engine(monkeypatch, a_report(suite="web", score=42))
    scan = a_scan(suite="web")
    tasks.run_scan(scan.pk)
    assert asked == [Target("good.example", Suite.WEB)]
    scan.refresh_from_db()
    assert (scan.status, scan.total) == (Status.FINISHED, 42)


def test_progress_can_be_read_while_the_scan_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, a_report())
    scan = a_scan()
    tasks.run_scan(scan.pk)
    scan.refresh_from_db()
    assert live.read_progress(scan) == {"done": 1, "total": 2, "categories": [], "log": []}


@pytest.mark.parametrize("make", [a_running_scan, a_finished_scan])
def test_a_second_message_for_the_same_scan_measures_nothing(monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    asked = engine(monkeypatch, a_report())
    tasks.run_scan(make().pk)
    assert asked == []


def test_a_message_for_a_scan_that_is_not_there_measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = engine(monkeypatch, a_report())
    tasks.run_scan(999_999)
    assert asked == []


def test_the_soft_limit_ends_the_scan_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, SoftTimeLimitExceeded())
    scan = a_scan()
    tasks.run_scan(scan.pk)
    scan.refresh_from_db()
    assert (scan.status, scan.failure) == (Status.FAILED, Failure.TIMED_OUT)


def test_a_crash_of_ours_ends_the_scan_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, ZeroDivisionError())
    scan = a_scan()
    # Celery's own way of running a task in this process, with its callbacks.
    tasks.run_scan.apply(args=[scan.pk])
    scan.refresh_from_db()
    assert (scan.status, scan.failure) == (Status.FAILED, Failure.CRASHED)


def test_a_database_that_is_away_leaves_the_scan_to_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    engine(monkeypatch, OperationalError("away"))
    scan = a_scan()
    tasks.run_scan.apply(args=[scan.pk])
    assert Scan.objects.get().status == Status.RUNNING


def test_the_task_is_delivered_late_and_again_when_its_worker_is_lost() -> None:
    conf = tasks.app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert (conf.task_serializer, list(conf.accept_content), conf.task_ignore_result) == ("json", ["json"], True)
    # A message must not come back while its scan is still measured.
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit


def test_a_scan_is_handed_what_the_newest_report_of_its_domain_and_suite_hands_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed: list[Any] = []

    async def scan(target: Target, options: Any, progress: Any, commons: Any, earlier: Any) -> Report:
        handed.append(earlier)
        return a_report()

    monkeypatch.setattr(tasks, "scan", scan)
    tasks.run_scan(a_scan("new.example").pk)
    for age, digest in ((60, {"hosts": ["newest"]}), (7200, {"hosts": ["older"]})):
        a_finished_scan(age_seconds=age, digest=digest)
    a_finished_scan(suite="web", age_seconds=1, digest={"hosts": ["of another suite"]})
    a_finished_scan("other.example", age_seconds=1, digest={"hosts": ["of another domain"]})
    tasks.run_scan(a_scan().pk)
    assert handed == [None, {"hosts": ["newest"]}]
