"""What a document would score if some checks passed: the documents are made by hand, the scores follow from docs/scoring.md."""

from __future__ import annotations

from typing import Any

import pytest

from checks import CATALOGUE, Report

Json = dict[str, Any]


def a_row(address: str | None, status: str, outcome: str) -> Json:
    return {
        "subject": "mx1.good.example", "address": address, "status": status, "outcome": outcome,
        "sentence": {}, "evidence": {},
    }  # fmt: skip


def a_check(check_id: str, status: str, outcome: str, points: float | None, *rows: Json) -> Json:
    return {
        "id": check_id, "status": status, "requirement": "required", "outcome": outcome, "points": points,
        "max_points": None if points is None else 10, "sentence": {}, "subjects": list(rows),
    }  # fmt: skip


def a_document(*checks: Json, partial: bool = False) -> Json:
    category = {"id": "mail_starttls", "name": {}, "status": "failed", "score": 0, "checks": list(checks)}
    return {"partial": partial, "categories": [category]}


def stale(*, partial: bool = False) -> Json:
    """STARTTLS works; the record fits nothing, so both DANE checks earn nothing."""
    return a_document(
        a_check("mail_starttls_tls_available", "passed", "ok", 10, a_row("192.0.2.25", "passed", "ok")),
        a_check("mail_starttls_dane_exist", "info", "unmatched", 0, a_row("192.0.2.25", "info", "unmatched")),
        a_check("mail_starttls_dane_valid", "failed", "no-match", 0, a_row("192.0.2.25", "failed", "no-match")),
        partial=partial,
    )


def test_nothing_assumed_gives_the_score_of_the_verdicts() -> None:
    assert Report.score_if(stale(), ()) == 33  # 10 of 30


def test_each_check_that_passes_adds_its_points() -> None:
    assert Report.score_if(stale(), ["mail_starttls_dane_valid"]) == 66
    assert Report.score_if(stale(), ["mail_starttls_dane_valid", "mail_starttls_dane_exist"]) == 100


def test_a_partial_report_never_becomes_100() -> None:
    assert Report.score_if(stale(partial=True), list(CATALOGUE)) == 99


def test_a_check_that_did_not_count_counts_once_it_passes() -> None:
    document = a_document(
        a_check("mail_starttls_dane_exist", "failed", "absent", 0, a_row("192.0.2.25", "failed", "absent")),
        a_check(
            "mail_starttls_dane_valid", "not_tested", "no-tlsa", None, a_row("192.0.2.25", "not_tested", "no-tlsa")
        ),
    )
    assert Report.score_if(document, ["mail_starttls_dane_valid"]) == 50


def test_what_nobody_has_seen_behind_a_closed_gate_is_not_counted_when_the_gate_opens() -> None:
    document = a_document(
        a_check(
            "mail_starttls_tls_available", "failed", "no-starttls", 0,
            a_row("192.0.2.25", "passed", "ok"), a_row("2001:db8::25", "failed", "no-starttls"),
        ),
        a_check(
            "mail_starttls_tls_version", "passed", "ok", 10,
            a_row("192.0.2.25", "passed", "ok"), a_row("2001:db8::25", "not_tested", "no-tls"),
        ),
    )  # fmt: skip
    assert Report.score_if(document, ()) == 0
    assert Report.score_if(document, ["mail_starttls_tls_available"]) == 100


def test_what_we_could_not_see_stays_unseen() -> None:
    check = a_check("mail_starttls_dane_valid", "error", "unknown", None, a_row("192.0.2.25", "error", "unknown"))
    assert Report.score_if(a_document(check), ["mail_starttls_dane_valid"]) is None


@pytest.mark.parametrize("score", [None, 40])
def test_a_category_that_no_longer_exists_keeps_its_score(score: int | None) -> None:
    category = {"id": "mail_gone", "name": {}, "status": "failed", "score": score, "checks": []}
    assert Report.score_if({"partial": False, "categories": [category]}, ()) == score
