"""The way of a mail or a visit while a scan runs: which stops were reached, and why one waits; no verdicts."""

from __future__ import annotations

from typing import Any

from portal.scans import underway
from portal.scans.underway import Host, Lane, Underway

ALL = {"connection": {"ms": 24}, "starttls": {}, "tls": {"version": "TLSv1.3"}}


def a_lane(state: str = "busy", why: str = "", records: int | None = 2, **stops: dict[str, Any]) -> dict[str, Any]:
    host = {"host": "mx1.good.example", "address": "192.0.2.25"}
    return {**host, "state": state, "why": why, "stops": stops, "records": records}


def drawn(lane: dict[str, Any], suite: str = "mail", language: str = "nl") -> Lane:
    way = underway.build({"lanes": [lane], "more": 0}, suite, language)
    assert way is not None
    return way.hosts[0].lanes[0]


def signs(lane: Lane) -> list[tuple[str, str]]:
    return [(stop.name, stop.status) for stop in lane.stops]


def test_there_is_no_way_before_an_address_is_visited() -> None:
    assert underway.build(None, "mail", "nl") is None
    assert underway.build({"lanes": [], "more": 0}, "mail", "nl") is None


def test_the_stops_fill_up_in_the_order_of_the_report() -> None:
    names = ("Verbinding", "STARTTLS", "TLS", "DANE")
    for reached in range(3):
        lane = drawn(a_lane(**dict(list(ALL.items())[:reached])))
        expected = ["done"] * reached + ["busy"] + ["waiting"] * (3 - reached)
        assert signs(lane) == list(zip(names, expected, strict=True))
    assert signs(drawn(a_lane(**ALL)))[2:] == [("TLS 1.3", "done"), ("DANE", "done")]


def test_a_slow_greeting_is_explained_and_is_no_fault() -> None:
    lane = drawn(a_lane(why="greeting-delayed", connection={"ms": 24}))
    assert (lane.stops[1].status, lane.stops[1].text) == ("busy", "wacht op begroeting")
    assert lane.sentence == "Deze server begroet traag. Dat is toegestaan. Wij wachten."


def test_the_explanation_goes_when_the_greeting_came() -> None:
    lane = drawn(a_lane(why="greeting-delayed", **ALL), language="en")
    assert lane.sentence == "Encrypted. We look at what else the server accepts."


def test_no_verdict_is_shown_also_when_an_address_is_done_or_got_nowhere() -> None:
    for lane in (a_lane("done", **ALL), a_lane("done", records=0, **ALL), a_lane("failed"), a_lane("done")):
        assert {status for _, status in signs(drawn(lane))} <= {"done", "not_tested"}
        assert drawn(lane).status == "done"


def test_records_are_counted_when_there_is_a_certificate_to_lay_beside_them() -> None:
    assert drawn(a_lane(connection={"ms": 24})).stops[3].status == "waiting"
    assert drawn(a_lane(**ALL)).stops[3].text == "records: 2"
    assert drawn(a_lane(records=None, **ALL)).stops[3].status == "busy"


def test_the_two_ports_of_a_website_are_visited_side_by_side() -> None:
    lane = drawn(a_lane(tls={"version": "TLSv1.2"}), "web")
    assert signs(lane) == [("HTTP", "busy"), ("TLS 1.2", "done"), ("Certificaat", "done"), ("HSTS", "busy")]


def test_a_host_is_done_when_all_its_addresses_are() -> None:
    half = underway.build({"lanes": [a_lane("done", **ALL), a_lane(**ALL)], "more": 0}, "mail", "en")
    whole = underway.build({"lanes": [a_lane("done", **ALL), a_lane("failed")], "more": 0}, "mail", "en")
    assert [host.word for way in (half, whole) for host in hosts(way)] == ["running", "done"]


def hosts(way: Underway | None) -> tuple[Host, ...]:
    assert way is not None
    return way.hosts


def test_hostile_names_are_bounded_and_addresses_that_are_not_drawn_are_counted() -> None:
    lane = {**a_lane(), "host": "x" * 5000 + "\x1b", "address": "y" * 5000}
    way = underway.build({"lanes": [lane], "more": 7}, "mail", "en")
    assert len(hosts(way)[0].name) <= 253
    assert len(hosts(way)[0].lanes[0].address) <= 60
    assert way is not None
    assert "7 addresses more" in way.more
