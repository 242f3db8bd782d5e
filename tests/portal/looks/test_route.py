"""The mail route: every address with four stops, and an envelope that follows from the same verdicts."""

from __future__ import annotations

from typing import Any

import pytest

from portal.scans import route
from portal.scans.route import Lane, Route
from tests.portal.looks.documents import (
    GOOD,
    STALE,
    a_check,
    a_null_mx_document,
    a_row,
    a_session,
    mail_dnssec,
    mail_starttls,
)


def built(checks: list[dict[str, Any]]) -> Route:
    found = route.build({check["id"]: check for check in checks}, "en")
    assert found is not None
    return found


def second_lane(kind: str) -> Lane:
    return built(mail_starttls(kind)["checks"]).hosts[1].lanes[0]


@pytest.mark.parametrize(
    ("kind", "envelope"),
    [
        ("sealed", "envelope-sealed"),
        ("closed", "envelope-closed"),
        ("open", "envelope-open"),
        ("broken", "envelope-broken"),
        ("unknown", "envelope-unknown"),
    ],
)
def test_the_envelope_follows_from_starttls_and_dane(kind: str, envelope: str) -> None:
    assert second_lane(kind).envelope == envelope


def test_a_matching_record_under_an_unsigned_mx_answer_is_no_seal() -> None:
    unsigned = a_check(
        "mail_dnssec_mailto_exist", "failed", "insecure", [a_row("good.example", None, "failed", "insecure")]
    )
    found = built([unsigned, *mail_starttls("sealed")["checks"]])
    assert found.answer == ("failed", "answer is not signed")
    assert {lane.envelope for host in found.hosts for lane in host.lanes} == {"envelope-closed"}


def test_a_signed_mx_answer_is_said_at_the_start() -> None:
    checks = [*mail_dnssec()["checks"], *mail_starttls("sealed")["checks"]]
    assert built(checks).answer == ("passed", "answer is signed")


def test_every_address_is_a_line_of_four_stops() -> None:
    lanes = [lane for host in built(mail_starttls()["checks"]).hosts for lane in host.lanes]
    assert [lane.address for lane in lanes] == [GOOD[1], STALE[1]]
    assert [lane.family for lane in lanes] == ["IPv4", "IPv6"]
    assert [stop.name for stop in lanes[0].stops] == ["Connection", "STARTTLS", "TLS 1.3", "DANE"]


def test_after_the_stop_that_fails_the_line_is_cut() -> None:
    stops = second_lane("open").stops
    assert [stop.status for stop in stops] == ["passed", "failed", "not_tested", "not_tested"]
    assert [stop.line for stop in stops[1:]] == ["open", "cut", "cut"]
    assert stops[1].text == "filtered out"


def test_encryption_without_a_record_stops_at_dane() -> None:
    stop = second_lane("closed").stops[3]
    assert (stop.status, stop.text) == ("failed", "no record")


def test_an_address_that_we_could_not_reach_is_no_verdict() -> None:
    lane = second_lane("unknown")
    assert lane.status == "error"
    assert not {stop.status for stop in lane.stops} & {"passed", "failed", "warning"}


def test_a_handshake_that_fails_is_open_mail_although_starttls_is_offered() -> None:
    row = a_row(*GOOD, "failed", "handshake", connect_ms=20)
    lane = built([a_check("mail_starttls_tls_available", "failed", "handshake", [row])]).hosts[0].lanes[0]
    assert lane.envelope == "envelope-open"
    assert [stop.status for stop in lane.stops] == ["passed", "passed", "failed", "not_tested"]


def test_a_host_without_address_says_so_instead_of_drawing_a_line() -> None:
    row = a_row("mx9.good.example", None, "failed", "no-address", "mx9.good.example has no address.")
    lane = built([a_check("mail_starttls_tls_available", "failed", "no-address", [row])]).hosts[0].lanes[0]
    assert lane.stops == ()
    assert lane.sentence == "mx9.good.example has no address."


def test_a_slow_greeting_is_named_and_allowed() -> None:
    row = a_row(*GOOD, "passed", "ok", **a_session(greeting_ms=6100))
    host = built([a_check("mail_starttls_tls_available", "passed", "ok", [row])]).hosts[0]
    assert host.remark == "greets after 6.1 seconds, which is allowed"


def test_the_preference_of_a_host_stands_beside_it() -> None:
    table = [{"host": GOOD[0], "preference": 10, "delivery": "authenticated"}]
    found = built(
        [
            a_check("mail_starttls_tls_available", "passed", "ok", [a_row(*GOOD, "passed", "ok", **a_session())]),
            a_check(
                "mail_starttls_dane_delivery", "passed", "x", [a_row("good.example", None, "passed", "x", hosts=table)]
            ),
        ]
    )
    assert found.hosts[0].remark == "preference 10"


def test_more_than_ten_hosts_are_named_in_text() -> None:
    rows = [a_row(f"mx{number}.good.example", "192.0.2.1", "passed", "ok", **a_session()) for number in range(12)]
    found = built([a_check("mail_starttls_tls_available", "passed", "ok", rows)])
    assert len(found.hosts) == 10
    assert found.others == ("mx10.good.example", "mx11.good.example")


def test_without_mail_hosts_there_is_no_route() -> None:
    checks = [check for category in a_null_mx_document()["categories"] for check in category["checks"]]
    assert route.build({check["id"]: check for check in checks}, "nl") is None
