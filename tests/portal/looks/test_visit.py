"""The way of a visit: each address a line, summed up by what the report itself says of it."""

from __future__ import annotations

import pytest

from portal.scans.route import Lane
from portal.scans.visit import MOST_LANES, build
from tests.portal.looks.documents import Json, a_check, a_row

SITE, FOUR, SIX = "good.example", "192.0.2.80", "2001:db8::80"


def checks(**outcomes: tuple[str, str]) -> dict[str, Json]:
    """Checks of one address, each with its status and outcome; all in order unless told otherwise."""
    parts = {
        "http_available": ("passed", "ok"),
        "http_redirect": ("passed", "ok"),
        "cert_chain": ("passed", "ok"),
        "cert_domain": ("passed", "ok"),
        "http_hsts": ("passed", "ok"),
        **outcomes,
    }
    return {
        f"web_https_{part}": a_check(
            f"web_https_{part}", status, outcome, [a_row(SITE, FOUR, status, outcome, version="TLSv1.3")]
        )
        for part, (status, outcome) in parts.items()
    }


def lane(**outcomes: tuple[str, str]) -> Lane:
    found = build(checks(**outcomes), "en")
    assert found is not None
    return found.hosts[0].lanes[0]


@pytest.mark.parametrize(
    ("outcomes", "word", "status"),
    [
        ({}, "Closed", "passed"),
        ({"http_available": ("failed", "no-https")}, "Open", "failed"),
        ({"http_available": ("failed", "forbidden")}, "No visit", "failed"),
        ({"http_available": ("error", "unreachable")}, "Could not test", "error"),
        ({"cert_domain": ("failed", "mismatch")}, "Warning", "failed"),
        ({"cert_chain": ("failed", "expired"), "http_redirect": ("failed", "no-redirect")}, "Warning", "failed"),
        ({"http_redirect": ("failed", "no-redirect")}, "Not always closed", "warning"),
        ({"http_redirect": ("passed", "no-http")}, "Closed", "passed"),
    ],
)
def test_a_line_is_summed_up_by_the_worst_that_happens_to_a_visitor(
    outcomes: dict[str, tuple[str, str]], word: str, status: str
) -> None:
    found = lane(**outcomes)
    assert (found.word, found.status) == (word, status)


def test_a_line_has_four_stops_in_the_order_of_a_visit() -> None:
    stops = [(stop.name, stop.text, stop.line) for stop in lane().stops]
    assert stops == [
        ("HTTP", "redirects", "closed"),
        ("TLS 1.3", "agreed", "open"),
        ("Certificate", "is right", "closed"),
        ("HSTS", "on", "closed"),
    ]


def test_without_https_the_line_is_cut() -> None:
    unseen = ("not_tested", "no-https")
    found = lane(
        http_available=("failed", "no-https"),
        cert_chain=unseen,
        cert_domain=unseen,
        http_hsts=unseen,
        http_redirect=unseen,
    )
    assert [stop.line for stop in found.stops[2:]] == ["cut", "cut"]
    assert [stop.text for stop in found.stops[2:]] == ["not reached", "not reached"]


def test_the_worse_of_two_faults_of_a_certificate_is_its_stop() -> None:
    assert lane(cert_chain=("error", "unknown"), cert_domain=("failed", "mismatch")).stops[2].status == "failed"


def test_a_closed_port_for_http_is_as_good_as_a_redirect() -> None:
    assert lane(http_redirect=("passed", "no-http")).stops[0].text == "port is closed"


def test_a_signed_answer_is_said_at_the_start_and_nothing_where_it_was_not_tested() -> None:
    signed = a_check("web_dnssec_exist", "passed", "secure")
    found = build({**checks(), "web_dnssec_exist": signed}, "nl")
    assert found is not None
    assert found.answer == ("passed", "antwoord is ondertekend")
    assert build(checks(), "nl").answer == ("", "")  # type: ignore[union-attr]


def test_addresses_beyond_twenty_are_named_in_text() -> None:
    rows = [a_row(SITE, f"192.0.2.{number}", "passed", "ok") for number in range(MOST_LANES + 2)]
    found = build({"web_https_http_available": a_check("web_https_http_available", "passed", "ok", rows)}, "nl")
    assert found is not None
    assert len(found.hosts[0].lanes) == MOST_LANES
    assert found.others == ("192.0.2.20", "192.0.2.21")


def test_without_addresses_there_is_no_way() -> None:
    nothing = a_check("web_https_http_available", "failed", "no-address", [a_row(SITE, None, "failed", "no-address")])
    assert build({"web_https_http_available": nothing}, "nl") is None
    assert build({}, "nl") is None
