"""What is told while a scan runs: JSON-able, bounded, without verdicts, and by address how far it was visited."""

from __future__ import annotations

import json
from typing import Any

from checks.model import Suite
from checks.progress import LONGEST_LOG, MOST_LANES, Reporter

MX = {"host": "mx1.good.example", "address": "192.0.2.25"}


def told(*events: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What the callback hears, once for each event."""
    heard: list[dict[str, Any]] = []
    reporter = Reporter(Suite.MAIL, heard.append)
    for event, values in events:
        reporter.event(event, **values)
    return heard


def test_an_address_is_followed_stop_by_stop_with_what_was_seen_there() -> None:
    heard = told(
        ("records-found", {"host": MX["host"], "count": 2}),
        ("endpoint-started", MX),
        ("reached", {**MX, "stop": "connection", "ms": 24}),
        ("reached", {**MX, "stop": "tls", "version": "TLSv1.3"}),
        ("endpoint-done", MX),
    )
    (lane,) = heard[-1]["way"]["lanes"]
    assert (lane["state"], lane["records"]) == ("done", 2)
    assert lane["stops"] == {"connection": {"ms": 24}, "tls": {"version": "TLSv1.3"}}
    assert json.loads(json.dumps(heard)) == heard


def test_what_was_told_does_not_change_afterwards() -> None:
    heard = told(("endpoint-started", MX), ("reached", {**MX, "stop": "connection", "ms": 24}))
    assert heard[0]["way"]["lanes"][0]["stops"] == {}


def test_a_second_try_takes_nothing_back() -> None:
    first, second = ({**MX, "stop": "connection", "ms": ms} for ms in (24, 31))
    (lane,) = told(("endpoint-started", MX), ("reached", first), ("retrying", MX), ("reached", second))[-1]["way"][
        "lanes"
    ]
    assert (lane["stops"], lane["why"]) == ({"connection": {"ms": 24}}, "retrying")


def test_a_domain_with_very_many_addresses_does_not_make_the_page_endless() -> None:
    starts = [("endpoint-started", {**MX, "address": f"192.0.2.{number}"}) for number in range(MOST_LANES + 3)]
    reached = [("reached", {**values, "stop": "starttls"}) for _, values in starts]
    way = told(*starts, *reached)[-1]["way"]
    assert (len(way["lanes"]), way["more"]) == (MOST_LANES, 3)


def test_stops_leave_the_log_to_what_people_read() -> None:
    reached = [("reached", {**MX, "stop": "starttls"})] * LONGEST_LOG
    log = told(("endpoint-started", MX), *reached, ("judging", {}))[-1]["log"]
    assert [line["event"] for line in log] == ["endpoint-started", "judging"]
