"""The lifecycle of a scan: who may change its status, and what happens when two try."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from checks import Suite
from portal.scans import lifecycle
from portal.scans.live import Live
from portal.scans.models import Failure, Finding, Scan, Status
from tests.portal.builders import BOTH, a_check, a_document, a_finished_scan, a_report, a_running_scan, a_scan

T = TypeVar("T")
pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Messages to workers, instead of sending them."""
    messages: list[tuple[int, str]] = []
    monkeypatch.setattr(lifecycle, "_send", lambda pk, queue: messages.append((pk, str(queue))))
    return messages


def at_once(work: Callable[[], T], times: int) -> list[T]:
    """The results of the same work in several threads, each with a connection of its own."""
    gate, results = threading.Barrier(times), []

    def run() -> None:
        gate.wait()
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# --- Asking ---


def test_a_request_makes_one_queued_scan_per_suite_that_know_each_other() -> None:
    mail, web = lifecycle.request_scans("good.example", BOTH)
    assert (mail.suite, web.suite) == ("mail", "web")
    assert {mail.status, web.status} == {Status.QUEUED}
    assert mail.sibling == web
    assert web.sibling == mail


def test_the_message_goes_out_after_the_commit(
    sent: list[tuple[int, str]], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        (scan,) = lifecycle.request_scans("good.example", [Suite.MAIL])
        assert sent == []
    assert sent == [(scan.pk, "interactive")]


def test_a_request_for_a_running_scan_gets_that_scan_even_when_asked_again() -> None:
    running = a_running_scan()
    (scan,) = lifecycle.request_scans("good.example", [Suite.MAIL], again=True)
    assert scan == running


def test_a_fresh_report_is_given_instead_of_a_new_scan() -> None:
    fresh = a_finished_scan(age_seconds=299)
    assert lifecycle.request_scans("good.example", [Suite.MAIL]) == [fresh]


def test_a_report_of_five_minutes_is_not_fresh() -> None:
    old = a_finished_scan(age_seconds=301)
    assert lifecycle.request_scans("good.example", [Suite.MAIL]) != [old]


def test_a_fresh_report_is_refused_when_asked_again() -> None:
    fresh = a_finished_scan(age_seconds=1)
    (scan,) = lifecycle.request_scans("good.example", [Suite.MAIL], again=True)
    assert scan != fresh
    assert scan.status == Status.QUEUED


def test_a_failed_scan_is_not_fresh() -> None:
    failed = a_running_scan()
    lifecycle.fail(failed, Failure.CRASHED)
    assert lifecycle.request_scans("good.example", [Suite.MAIL]) != [failed]


def test_a_new_scan_joins_the_request_of_a_fresh_one() -> None:
    mail = a_finished_scan(age_seconds=10)
    found, web = lifecycle.request_scans("good.example", BOTH)
    assert found == mail
    assert web.sibling == mail
    assert found.sibling == web


def test_two_reports_that_were_asked_for_apart_are_introduced() -> None:
    mail = a_finished_scan(age_seconds=10)
    web = a_finished_scan(suite="web", age_seconds=10)
    lifecycle.request_scans("good.example", BOTH)
    mail.refresh_from_db()
    assert mail.sibling == web


@pytest.mark.django_db(transaction=True)
def test_requests_at_the_same_time_share_one_scan(sent: list[tuple[int, str]]) -> None:
    scans = at_once(lambda: lifecycle.request_scans("good.example", [Suite.MAIL])[0].pk, times=6)
    assert len(set(scans)) == 1
    assert len(sent) == 1
    assert Scan.objects.count() == 1


# --- Running ---


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_only_one_gets_the_scan() -> None:
    scan = a_scan()
    claims = at_once(lambda: lifecycle.claim(scan.pk), times=4)
    assert sum(claim is not None for claim in claims) == 1
    assert Scan.objects.get().attempts == 1


def test_a_message_that_comes_twice_claims_nothing() -> None:
    scan = a_finished_scan()
    assert lifecycle.claim(scan.pk) is None


def test_finish_stores_document_total_and_findings_together() -> None:
    scan = a_running_scan()
    assert lifecycle.finish(scan, a_report(score=76))
    scan.refresh_from_db()
    assert (scan.status, scan.total, scan.catalogue_version) == (Status.FINISHED, 76, "2026.11")
    assert scan.document == a_document(score=76)
    row = Finding.objects.get(scan=scan)
    assert (row.check_id, row.outcome, row.status, row.points, row.max_points) == (
        "made_up_check",
        "absent",
        "failed",
        0,
        10,
    )


def test_a_worker_that_was_given_up_cannot_write_over_the_next_attempt() -> None:
    first = a_running_scan()
    Scan.objects.filter(pk=first.pk).update(status=Status.QUEUED)
    second = lifecycle.claim(first.pk)
    assert second is not None
    assert not lifecycle.finish(first, a_report(score=1))
    assert not lifecycle.fail(first, Failure.CRASHED)
    assert lifecycle.finish(second, a_report(score=99))
    assert Scan.objects.get().total == 99


def test_a_finished_scan_cannot_fail_any_more() -> None:
    scan = a_finished_scan()
    assert not lifecycle.fail(scan, Failure.CRASHED)
    lifecycle.fail_attempt(scan.pk, Failure.CRASHED)
    assert Scan.objects.get().status == Status.FINISHED


def test_characters_that_the_database_cannot_hold_do_not_sink_a_report() -> None:
    scan = a_running_scan()
    evidence = {"greeting": "220 \x00mx", "half \ud800": ["\udfff"]}
    check = a_check(subjects=[{"subject": "mx", "evidence": evidence}])
    category = {"id": "c", "status": "failed", "score": 0, "checks": [check]}
    assert lifecycle.finish(scan, a_report(categories=[category]))
    scan.refresh_from_db()
    assert scan.document is not None
    kept = scan.document["categories"][0]["checks"][0]["subjects"][0]["evidence"]
    assert kept == {"greeting": "220 \ufffdmx", "half \ufffd": ["\ufffd"]}


# --- Mending ---


def started(scan: Scan, seconds_ago: float) -> None:
    """Move the start of a scan into the past."""
    Scan.objects.filter(pk=scan.pk).update(started_at=timezone.now() - timedelta(seconds=seconds_ago))


def requested(scan: Scan, seconds_ago: float) -> None:
    """Move the request of a scan into the past."""
    Scan.objects.filter(pk=scan.pk).update(requested_at=timezone.now() - timedelta(seconds=seconds_ago))


def test_a_scan_whose_worker_fell_silent_is_queued_again() -> None:
    scan = a_running_scan()
    started(scan, 15)
    assert lifecycle.reap() == lifecycle.Reaped(sent_again=1, failed=0)
    assert Scan.objects.get().status == Status.QUEUED


def test_a_scan_whose_worker_beats_is_left_alone() -> None:
    scan = a_running_scan()
    started(scan, 15)
    Live(scan).beat()
    assert lifecycle.reap() == lifecycle.Reaped(0, 0)
    assert Scan.objects.get().status == Status.RUNNING


def test_a_scan_past_its_deadline_is_given_up_even_when_its_worker_beats() -> None:
    scan = a_running_scan()
    started(scan, 60 + lifecycle.DEADLINE_MARGIN + 1)
    Live(scan).beat()
    lifecycle.reap()
    assert Scan.objects.get().status == Status.QUEUED


def test_a_scan_that_loses_its_worker_twice_fails_with_the_reason() -> None:
    scan = a_running_scan()
    started(scan, 15)
    lifecycle.reap()
    again = lifecycle.claim(scan.pk)
    assert again is not None
    started(again, 15)
    assert lifecycle.reap() == lifecycle.Reaped(sent_again=0, failed=1)
    scan.refresh_from_db()
    assert (scan.status, scan.failure) == (Status.FAILED, Failure.WORKER_LOST)


def test_a_scan_that_waits_at_an_empty_queue_has_its_message_sent_again(sent: list[tuple[int, str]]) -> None:
    scan = a_scan()
    requested(scan, 31)
    lifecycle.reap()
    assert sent == [(scan.pk, "interactive")]


def test_a_scan_that_was_just_asked_for_is_left_alone(sent: list[tuple[int, str]]) -> None:
    a_scan()
    lifecycle.reap()
    assert sent == []


def test_a_scan_that_waits_its_turn_is_left_alone(sent: list[tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    requested(a_scan(), 120)
    monkeypatch.setattr(lifecycle, "queue_lengths", lambda: {"interactive": 3, "bulk": 0})
    lifecycle.reap()
    assert sent == []


def test_a_scan_that_waited_a_day_fails_with_the_reason(sent: list[tuple[int, str]]) -> None:
    scan = a_scan()
    requested(scan, 25 * 3600)
    assert lifecycle.reap() == lifecycle.Reaped(sent_again=0, failed=1)
    scan.refresh_from_db()
    assert (scan.status, scan.failure) == (Status.FAILED, Failure.NEVER_STARTED)


def test_messages_are_counted_per_queue() -> None:
    lifecycle._send(1, "bulk")
    lifecycle._send(2, "bulk")
    assert lifecycle.queue_lengths() == {"interactive": 0, "bulk": 2}


# --- Afterwards ---


def finished(scan: Scan, days_ago: float) -> None:
    """Move the end of a scan into the past."""
    Scan.objects.filter(pk=scan.pk).update(finished_at=timezone.now() - timedelta(days=days_ago))


def test_prune_takes_the_measurement_first() -> None:
    scan = a_finished_scan(score=76)
    finished(scan, 91)
    assert lifecycle.prune() == lifecycle.Pruned(measurements=1, reports=0)
    scan.refresh_from_db()
    expected = a_document(score=76)
    del expected["measurement"]
    assert scan.document == expected
    assert Finding.objects.count() == 1


def test_prune_takes_report_and_findings_later_and_the_total_never() -> None:
    scan = a_finished_scan(score=76)
    finished(scan, 366)
    assert lifecycle.prune() == lifecycle.Pruned(measurements=0, reports=1)
    scan.refresh_from_db()
    assert (scan.document, scan.total, scan.is_gone) == (None, 76, True)
    assert Finding.objects.count() == 0


def test_prune_leaves_what_is_young() -> None:
    finished(a_finished_scan(), 89)
    assert lifecycle.prune() == lifecycle.Pruned(0, 0)


def test_ids_cannot_be_guessed() -> None:
    ids = {a_scan(f"d{number}.example").public_id for number in range(50)}
    # 96 bits in 6 bits a character.
    assert {len(public_id) for public_id in ids} == {16}
    assert len(ids) == 50


def test_a_lost_message_is_no_reason_to_refuse_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise ConnectionRefusedError("broker away")

    monkeypatch.setattr(lifecycle.app, "send_task", away)
    lifecycle._send(1, "interactive")


def test_progress_is_forgotten_with_the_attempt_it_belongs_to() -> None:
    scan = a_running_scan()
    Live(scan)({"done": 1})
    assert cache.get(f"progress:{scan.pk}:{scan.attempts}") == {"done": 1}
    assert cache.get(f"progress:{scan.pk}:{scan.attempts + 1}") is None
