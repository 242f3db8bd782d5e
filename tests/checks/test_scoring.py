"""The counting, as a spreadsheet would do it: points in, whole percentages out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks import scoring
from checks.model import Category, CategoryReport, Requirement, Scoring, Status, SubjectVerdict, Suite, Verdict

HOST = "mx1.good.example"


def a_row(address: str | None, points: float | None, status: Status = Status.PASSED) -> SubjectVerdict:
    return SubjectVerdict(HOST, address, status, "x", points, {}, {})


def a_verdict(
    points: float | None, *rows: SubjectVerdict, status: Status = Status.PASSED, most: float | None = 10
) -> Verdict:
    return Verdict("id", status, Requirement.REQUIRED, "x", points, most if points is not None else None, {}, rows)


def score(kind: Scoring, *verdicts: Verdict) -> int | None:
    return scoring.category_report(Category("c", Suite.MAIL, {}, kind), verdicts).score


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([10, 10], 100),
        ([10, 0], 50),
        ([10, 10, 0], 66),
        ([2], 20),
        ([10, 10, 10, 10, 10, 10, 9], 98),
        ([None, 10], 100),
        ([None], None),
        ([], None),
    ],
)
def test_sum_is_the_share_of_what_counts_cut_off(points: list[float | None], expected: int | None) -> None:
    assert score(Scoring.SUM, *(a_verdict(got) for got in points)) == expected


def test_lowest_takes_the_worst_check() -> None:
    assert score(Scoring.LOWEST, a_verdict(10), a_verdict(2)) == 20


def test_worst_endpoint_counts_each_address_by_itself() -> None:
    """v4 earns 10 + 0, v6 earns 0 + 10: the score is that of the worse address, 50, not that of the worst of each check, 0."""
    available = a_verdict(0, a_row("192.0.2.1", 10), a_row("2001:db8::1", 0, Status.FAILED), status=Status.FAILED)
    dane = a_verdict(0, a_row("192.0.2.1", 0, Status.FAILED), a_row("2001:db8::1", 10), status=Status.FAILED)
    assert score(Scoring.WORST_ENDPOINT, available, dane) == 50


def test_an_address_that_could_not_be_tested_costs_nothing() -> None:
    verdict = a_verdict(10, a_row("192.0.2.1", 10), a_row("2001:db8::1", None, Status.ERROR))
    assert score(Scoring.WORST_ENDPOINT, verdict) == 100


def test_nothing_counts_at_an_address_that_did_not_pass_the_gate() -> None:
    gate = replace(a_verdict(10, a_row("192.0.2.1", 10), a_row("2001:db8::1", None, Status.ERROR)), check_id="gate")
    dane = a_verdict(0, a_row("192.0.2.1", 10), a_row("2001:db8::1", 0, Status.FAILED))
    category = Category("c", Suite.MAIL, {}, Scoring.WORST_ENDPOINT, gate="gate")
    assert scoring.category_report(category, [gate, dane]).score == 100
    unseen = replace(gate, subjects=gate.subjects[1:])
    assert scoring.category_report(category, [unseen, replace(dane, subjects=dane.subjects[1:])]).score is None


def test_what_counts_elsewhere_earns_nothing_where_it_does_not_apply() -> None:
    """One host has TLSA records and one has not: DANE counts, and the second host has none of its points (20 of 30 and 10 of 30)."""
    available = a_verdict(10, a_row("192.0.2.1", 10), a_row("192.0.2.2", 10))
    exists = a_verdict(0, a_row("192.0.2.1", 10), a_row("192.0.2.2", 0, Status.FAILED), status=Status.FAILED)
    valid = a_verdict(10, a_row("192.0.2.1", 10), a_row("192.0.2.2", None, Status.NOT_TESTED))
    assert score(Scoring.WORST_ENDPOINT, available, exists, valid) == 33


def test_a_host_without_address_takes_the_category_down() -> None:
    verdict = a_verdict(0, a_row("192.0.2.1", 10), a_row(None, 0, Status.FAILED), status=Status.FAILED)
    assert score(Scoring.WORST_ENDPOINT, verdict) == 0


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([100, 100], 100), ([100, 0], 50), ([100, 66], 83), ([100, 99], 99), ([None, 40], 40), ([None], None)],
)
def test_the_total_is_the_plain_mean_cut_off(scores: list[int | None], expected: int | None) -> None:
    assert scoring.total(CategoryReport("c", {}, Status.PASSED, got, ()) for got in scores) == expected


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([Status.PASSED, Status.FAILED, Status.ERROR], Status.FAILED),
        ([Status.PASSED, Status.ERROR, Status.WARNING], Status.ERROR),
        ([Status.PASSED, Status.WARNING], Status.WARNING),
        ([Status.PASSED, Status.INFO, Status.NOT_TESTED], Status.PASSED),
        ([Status.INFO, Status.NOT_TESTED], Status.INFO),
        ([Status.NOT_TESTED], Status.NOT_TESTED),
    ],
)
def test_the_status_of_a_category_is_the_worst_that_asks_for_attention(
    statuses: list[Status], expected: Status
) -> None:
    assert scoring.category_status(a_verdict(None, status=status) for status in statuses) is expected


def test_a_report_is_partial_as_soon_as_one_address_could_not_be_seen_and_is_then_never_100() -> None:
    verdict = a_verdict(10, a_row("192.0.2.1", 10), a_row("2001:db8::1", None, Status.ERROR))
    assert scoring.is_partial([verdict])
    assert not scoring.is_partial([a_verdict(10, a_row("192.0.2.1", 10))])
    assert [scoring.shown(100, partial=True), scoring.shown(100, partial=False), scoring.shown(None, partial=True)] == [
        99,
        100,
        None,
    ]
