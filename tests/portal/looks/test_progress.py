"""The page of a running scan as data: how far it is, and plain words for what happens."""

from __future__ import annotations

from typing import Any

import pytest

from portal.scans import progress
from portal.scans.progress import ProgressPage
from tests.portal.looks.documents import AScan

SEEN = {
    "done": 4,
    "total": 10,
    "categories": [
        {"id": "mail_dnssec", "state": "done", "ms": 310},
        {"id": "mail_starttls", "state": "busy", "ms": 5200},
    ],
    "log": [
        {"ms": 0, "event": "started", "values": {}},
        {
            "ms": 110,
            "event": "mail-hosts-found",
            "values": {"hosts": ["mx1.good.example", "mx2.good.example"], "addresses": 4},
        },
        {"ms": 5200, "event": "greeting-delayed", "values": {"host": "mx2.good.example", "seconds": 5}},
    ],
    "way": {
        "lanes": [
            {
                "host": "mx1.good.example",
                "address": "192.0.2.25",
                "state": "done",
                "why": "",
                "stops": {"connection": {"ms": 24}, "starttls": {}, "tls": {"version": "TLSv1.3"}},
                "records": 2,
            },
            {
                "host": "mx2.good.example",
                "address": "2001:db8:53::25",
                "state": "busy",
                "why": "greeting-delayed",
                "stops": {"connection": {"ms": 31}},
                "records": None,
            },
        ],
        "more": 0,
    },
}


def page(seen: dict[str, Any] | None, status: str = "running", language: str = "nl", attempts: int = 1) -> ProgressPage:
    return progress.build(AScan(None, status=status, attempts=attempts), seen, language)


def test_a_waiting_scan_says_that_nothing_has_been_measured() -> None:
    found = page(None, "queued", "en")
    assert found.headline == "Your test waits for a free worker."
    assert "Nothing has been measured yet" in found.remark
    assert (found.done, found.total, found.stages, found.log) == (0, 0, (), ())


def test_a_scan_of_which_nothing_is_known_yet_says_that_it_has_begun() -> None:
    assert page(None).headline == "De test is begonnen."


def test_a_running_scan_says_how_many_checks_are_done_and_which_parts() -> None:
    found = page(SEEN)
    assert found.headline == "4 van 10 controles klaar"
    assert [(stage.name, stage.status, stage.time) for stage in found.stages] == [
        ("DNSSEC", "done", "0,3 s"),
        ("STARTTLS en DANE", "busy", ""),
    ]


def test_no_verdict_is_shown_before_it_is_final() -> None:
    assert {stage.status for stage in page(SEEN).stages} <= {"waiting", "busy", "done"}


def test_the_log_is_newest_first_and_explains_waiting() -> None:
    log = page(SEEN).log
    assert [line.time for line in log] == ["5,2 s", "0,1 s", "0,0 s"]
    assert "Dat is toegestaan. Wij wachten." in log[0].text
    assert log[1].text == "Mailservers gevonden: mx1.good.example, mx2.good.example. Adressen: 4."


def test_the_spoken_line_is_the_count_and_the_newest_event() -> None:
    assert page(SEEN, language="en").announcement.startswith(
        "4 of 10 checks done. mx2.good.example has not greeted yet."
    )


def test_events_that_we_have_no_words_for_are_skipped() -> None:
    log = [{"ms": 1, "event": "brand-new", "values": {}}, {"ms": 2, "event": "mail-hosts-found", "values": {}}]
    assert page({**SEEN, "log": log}).log == ()


def test_hostile_names_are_bounded() -> None:
    event = {"ms": 1, "event": "endpoint-failed", "values": {"host": "x" * 5000 + "\x1b", "address": "192.0.2.1"}}
    text = page({**SEEN, "log": [event]}).log[0].text
    assert len(text) < 250


def test_a_second_attempt_is_told() -> None:
    assert "opnieuw begonnen" in page(SEEN, attempts=2).remark


@pytest.mark.parametrize("status", ["finished", "failed"])
def test_a_scan_that_has_just_ended_needs_no_progress(status: str) -> None:
    assert page(None, status).headline


def test_every_event_has_both_languages_with_the_same_places() -> None:
    import string

    for words in progress.EVENTS.values():
        places = [
            {name for _, name, _, _ in string.Formatter().parse(words[language]) if name} for language in ("nl", "en")
        ]
        assert places[0] == places[1]
