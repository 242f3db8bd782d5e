"""The clock of lists on a real PostgreSQL: what is due is asked for once, however many claim; what ended is settled once; nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal.dashboards import lifecycle
from portal.dashboards.models import Alert, DomainList, Entry, Notice, Period, Result, Standing, State
from portal.scans import lifecycle as scans
from portal.scans.models import Failure, Queue, Scan, Status
from tests.portal.builders import MadeReport, a_scan
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import the_cast

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def a_due_list(domains: int, **values: object) -> DomainList:
    """A list with so many domains that are due."""
    found = a_list(the_cast().ours, **values)
    for number in range(domains):
        an_entry(found, f"d{number}.example", due_at=NOW - timedelta(minutes=1))
    return found


@pytest.fixture(autouse=True)
def no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are not told; rows decide."""
    monkeypatch.setattr(scans, "_send", lambda pk, queue: None)


def together(work: Callable[[], object], times: int) -> list[object]:
    """Do the same thing in several threads at once, each with a database connection of its own."""
    start, done = threading.Barrier(times), []

    def one() -> None:
        start.wait()
        try:
            done.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


@pytest.mark.django_db
def test_a_domain_that_is_due_gets_a_scan_of_each_suite_in_the_bulk_queue() -> None:
    found = a_due_list(1)
    assert lifecycle.ask_due(NOW) == 1
    assert sorted(Scan.objects.values_list("suite", "queue")) == [("mail", Queue.BULK), ("web", Queue.BULK)]
    assert Result.objects.waiting().filter(domain_list=found).count() == 2
    assert lifecycle.ask_due(NOW) == 0


@pytest.mark.django_db
def test_a_list_of_mail_alone_asks_for_mail_alone() -> None:
    a_due_list(1, web=False)
    lifecycle.ask_due(NOW)
    assert list(Scan.objects.values_list("suite", flat=True)) == ["mail"]


@pytest.mark.django_db
def test_a_domain_that_is_still_being_tested_is_not_asked_for_twice() -> None:
    found = a_due_list(1)
    lifecycle.ask_due(NOW)
    Entry.objects.update(due_at=NOW)
    lifecycle.ask_due(NOW)
    assert Result.objects.filter(domain_list=found).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clocks_that_tick_at_once_ask_for_every_domain_once() -> None:
    a_due_list(40)
    asked = together(lambda: lifecycle.ask_due(NOW), 4)
    assert sum(int(str(number)) for number in asked) == 40
    assert Result.objects.count() == 80
    assert Scan.objects.count() == 80


@pytest.mark.django_db(transaction=True)
def test_two_workers_settle_every_result_once() -> None:
    a_due_list(20, web=False)
    lifecycle.ask_due(NOW)
    for scan in Scan.objects.all():
        running = scans.claim(scan.pk)
        assert running is not None
        scans.finish(running, MadeReport(a_mail_document(scan.domain)))  # type: ignore[arg-type]
    settled = together(lambda: lifecycle.settle(timezone.now()), 4)
    assert sum(int(str(number)) for number in settled) == 20
    assert not Result.objects.waiting().exists()
    assert Standing.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_workers_that_settle_at_once_open_one_alert_and_tell_it_once() -> None:
    found = a_due_list(10, web=False)
    broken = {"mail_starttls_dane_valid": "failed", "mail_starttls_tls_available": "passed"}
    entries = list(found.entries.all())
    for entry in entries:
        measured(entry, a_mail_document())
        measured(entry, a_mail_document(score=97, **broken))
    asked = together(lambda: lifecycle.ask_to_confirm(timezone.now() + timedelta(hours=1)), 4)
    assert sum(int(str(number)) for number in asked) == 10
    for scan in Scan.objects.filter(status=Status.QUEUED):
        running = scans.claim(scan.pk)
        assert running is not None
        scans.finish(running, MadeReport(a_mail_document(scan.domain, score=97, **broken)))  # type: ignore[arg-type]
    settled = together(lambda: lifecycle.settle(timezone.now()), 4)
    assert sum(int(str(number)) for number in settled) == 10
    assert Alert.objects.filter(state=State.OPEN).count() == Alert.objects.count() == 10
    assert Notice.objects.count() == 20  # Alice and Bob


@pytest.mark.django_db
def test_a_domain_in_trouble_is_measured_anew_when_somebody_asks_and_others_take_what_is_fresh() -> None:
    found = a_due_list(2, web=False)
    well, ill = found.entries.order_by("domain")
    for entry in (well, ill):
        measured(entry, a_mail_document())
    for _ in range(2):
        measured(ill, a_mail_document(mail_starttls_dane_valid="failed", score=97))
    Entry.objects.update(due_at=NOW)
    lifecycle.ask_due(NOW)
    assert [scan.domain for scan in Scan.objects.filter(status=Status.QUEUED)] == [ill.domain]


@pytest.mark.django_db
def test_bulk_scans_are_kept_few_so_that_the_queue_stays_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "MOST_WAITING", 3)
    for number in range(3):
        a_scan(f"other{number}.example", queue=Queue.BULK)
    a_due_list(1)
    assert lifecycle.ask_due(NOW) == 0
    assert Entry.objects.filter(due_at__lte=NOW).count() == 1


@pytest.mark.django_db
def test_a_scan_that_failed_on_our_side_is_settled_without_a_score_and_changes_no_standing() -> None:
    found = a_due_list(1, web=False)
    entry = found.entries.get()
    measured(entry, a_mail_document(score=80))
    Entry.objects.update(due_at=NOW)
    lifecycle.ask(entry, ["mail"], again=True)
    scan = scans.claim(Result.objects.waiting().get().scan_id or 0)
    assert scan is not None
    scans.fail(scan, Failure.CRASHED)
    assert lifecycle.settle(timezone.now()) == 1
    assert Result.objects.order_by("-pk").values_list("total", flat=True)[0] is None
    assert Standing.objects.get().total == 80


LENGTHS = {Period.DAILY: timedelta(days=1), Period.WEEKLY: timedelta(days=7), Period.MONTHLY: timedelta(days=31)}


@pytest.mark.parametrize("period", LENGTHS)
def test_domains_are_spread_evenly_over_the_period_and_keep_their_place(period: Period) -> None:
    start = datetime(2027, 1, 1 if period is Period.MONTHLY else 4, tzinfo=UTC)
    length = LENGTHS[period]
    due = [lifecycle.next_due(pk, period, start - length / 4) for pk in range(1, 1001)]
    tenths = [0] * 10
    for moment in due:
        assert moment is not None
        assert start < moment < start + length
        tenths[int((moment - start) / length * 10)] += 1
    assert max(tenths) - min(tenths) <= 5
    first = due[0]
    assert first is not None
    again = lifecycle.next_due(1, period, first + timedelta(seconds=30))
    assert again is not None
    following = timedelta(days=28) if period is Period.MONTHLY else length  # February
    assert abs((again - start - length) / following - (first - start) / length) < 1e-6


def test_every_calendar_month_has_one_test_of_a_domain_february_too() -> None:
    for pk in range(1, 200):
        at, months = datetime(2027, 1, 1, tzinfo=UTC) - LENGTHS[Period.MONTHLY] / 4, []
        for _ in range(12):
            moment = lifecycle.next_due(pk, Period.MONTHLY, at)
            assert moment is not None
            months.append((moment.year, moment.month))
            at = moment + timedelta(minutes=5)
        assert months == [(2027, month) for month in range(1, 13)]


@pytest.mark.parametrize("period", LENGTHS)
def test_what_was_tested_just_now_is_not_tested_again_at_once(period: Period) -> None:
    for pk in range(1, 200):
        moment = lifecycle.next_due(pk, period, NOW)
        assert moment is not None
        assert moment - NOW > timedelta(days=28 if period is Period.MONTHLY else LENGTHS[period].days) / 4
        assert moment - NOW <= LENGTHS[period] * 1.25


def test_a_list_that_is_never_tested_by_itself_is_never_due() -> None:
    assert lifecycle.next_due(1, Period.NEVER, NOW) is None


@pytest.mark.django_db
def test_the_score_of_an_earlier_week_stays_beside_the_newest() -> None:
    entry = a_due_list(1).entries.get()
    for weeks, score in ((3, 70), (1, 90), (1, 95), (0, 60)):
        measured(entry, a_mail_document(score=score), at=NOW - timedelta(weeks=weeks) + timedelta(minutes=score))
    standing = Standing.objects.get()
    assert (standing.total, standing.week_ago) == (60, 95)


@pytest.mark.django_db
def test_a_report_that_comes_late_does_not_replace_a_newer_one() -> None:
    entry = a_due_list(1).entries.get()
    measured(entry, a_mail_document(score=90), at=NOW)
    measured(entry, a_mail_document(score=10), at=NOW - timedelta(days=1))
    assert Standing.objects.get().total == 90
    assert Result.objects.filter(total=10).exists()
