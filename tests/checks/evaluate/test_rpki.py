"""RPKI as it counts: validity from tables worked out by hand from RFC 6811, points from the published rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks import CATALOGUE, Suite
from checks.evaluate.rpki import Exists, Valid, Validity, validity
from checks.evaluate.view import View
from checks.facts.rpki import AddressRoutes, Route, RpkiFacts, RpkiState, Vrp
from checks.judging import judge
from checks.model import Status, Verdict
from checks.scoring import category_report
from tests.checks.builders import DOMAIN, a_lookup, a_view

HOME = f"{DOMAIN}."
V4, V6 = "192.0.2.80", "2001:db8::80"


@pytest.mark.parametrize(
    ("prefix", "origin", "vrps", "expected"),
    [
        ("192.0.2.0/24", 64496, [], Validity.NOT_FOUND),
        ("192.0.2.0/24", 64496, [("192.0.2.0/24", 24, 64496)], Validity.VALID),
        ("192.0.2.0/24", 64496, [("192.0.0.0/16", 24, 64496)], Validity.VALID),
        ("192.0.2.0/24", 64496, [("192.0.0.0/16", 23, 64496)], Validity.INVALID),
        ("192.0.2.0/24", 64497, [("192.0.2.0/24", 24, 64496)], Validity.INVALID),
        ("192.0.2.0/24", 64496, [("192.0.2.0/24", 24, 64497), ("192.0.2.0/24", 24, 64496)], Validity.VALID),
        ("192.0.2.0/24", 64496, [("192.0.2.0/24", 24, 0)], Validity.INVALID),
        ("192.0.2.0/24", 0, [("192.0.2.0/24", 24, 0)], Validity.INVALID),
        ("2001:db8::/32", 64496, [("2001:db8::/32", 32, 64496)], Validity.VALID),
        ("2001:db8:1::/48", 64496, [("2001:db8::/32", 32, 64496)], Validity.INVALID),
    ],
)
def test_validity_is_that_of_rfc_6811(
    prefix: str, origin: int, vrps: list[tuple[str, int, int]], expected: Validity
) -> None:
    assert validity(Route(prefix, origin, tuple(Vrp(*vrp) for vrp in vrps))) is expected


ROA = (Vrp("192.0.2.0/24", 24, 64496),)
GOOD = Route("192.0.2.0/24", 64496, ROA)
WRONG = Route("192.0.2.0/24", 64499, ROA)
UNKNOWN = Route("192.0.0.0/16", 64496)


def website(facts: RpkiFacts, *addresses: str) -> View:
    four = [address for address in addresses if ":" not in address]
    six = [address for address in addresses if ":" in address]
    view = a_view(Suite.WEB, a_lookup(HOME, "A", *four), a_lookup(HOME, "AAAA", *six))
    view.measurement = replace(view.measurement, rpki=facts)
    return view


def found(*addresses: AddressRoutes) -> RpkiFacts:
    return RpkiFacts(RpkiState.OK, addresses)


def verdict(check_id: str, view: View) -> Verdict:
    check = CATALOGUE[check_id]
    return judge(check, check.evaluate(view))


@pytest.mark.parametrize(
    ("facts", "addresses", "exists", "valid"),
    [
        (found(AddressRoutes(V4, (GOOD,), ROA)), [V4], (Exists.OK, 5), (Valid.OK, 10)),
        (found(AddressRoutes(V4, (UNKNOWN,))), [V4], (Exists.MISSING, 0), (Valid.NOT_FOUND, 0)),
        (found(AddressRoutes(V4, (WRONG,), ROA)), [V4], (Exists.OK, 5), (Valid.INVALID, 0)),
        (found(AddressRoutes(V4, (UNKNOWN, GOOD), ROA)), [V4], (Exists.OK, 5), (Valid.NOT_FOUND, 0)),
        (found(AddressRoutes(V4)), [V4], (Exists.MISSING, 0), (Valid.NOT_ROUTED, 10)),
        (found(AddressRoutes(V4, (), ROA)), [V4], (Exists.OK, 5), (Valid.NOT_ROUTED, 10)),
        (found(AddressRoutes(V4, (GOOD,), ROA), AddressRoutes(V6)), [V4, V6], (Exists.MISSING, 0), (Valid.OK, 10)),
        (found(), [], (Exists.NO_ADDRESSES, 5), (Valid.NO_ADDRESSES, 10)),
        (RpkiFacts(), [V4], (Exists.NOT_CONFIGURED, None), (Valid.NOT_CONFIGURED, None)),
        (RpkiFacts(RpkiState.UNAVAILABLE), [V4], (Exists.UNKNOWN, None), (Valid.UNKNOWN, None)),
        # an address that there was no time for is not held against the domain, and earns it nothing
        (found(), [V4], (Exists.UNKNOWN, None), (Valid.UNKNOWN, None)),
    ],
)
def test_outcomes_and_points(
    facts: RpkiFacts, addresses: list[str], exists: tuple[Exists, float], valid: tuple[Valid, float]
) -> None:
    view = website(facts, *addresses)
    for check_id, expected in (("web_rpki_exists", exists), ("web_rpki_valid", valid)):
        seen = verdict(check_id, view)
        assert (seen.outcome, seen.points) == expected


@pytest.mark.parametrize(
    ("route", "status"), [(GOOD, Status.PASSED), (UNKNOWN, Status.WARNING), (WRONG, Status.FAILED)]
)
def test_nothing_laid_down_is_a_warning_and_a_wrong_origin_a_failure(route: Route, status: Status) -> None:
    assert verdict("web_rpki_valid", website(found(AddressRoutes(V4, (route,), ROA)), V4)).status is status


def test_without_data_the_category_has_no_score() -> None:
    view = website(RpkiFacts(), V4)
    ids = ("web_rpki_exists", "web_rpki_valid", "web_ns_rpki_exists", "web_ns_rpki_valid")
    report = category_report(CATALOGUE.categories["web_rpki"], [verdict(check_id, view) for check_id in ids])
    assert (report.score, report.status) == (None, Status.NOT_TESTED)


def test_name_servers_of_mail_hosts_are_those_of_their_own_zones() -> None:
    lookups = [
        a_lookup(HOME, "MX", "10 mx.provider.example."),
        a_lookup("mx.provider.example.", "A", "192.0.2.25"),
        a_lookup("provider.example.", "NS", "ns1.provider.example."),
        a_lookup("ns1.provider.example.", "A", "192.0.2.53"),
    ]
    view = a_view(Suite.MAIL, *lookups)
    view.measurement = replace(view.measurement, rpki=found(AddressRoutes("192.0.2.53", (WRONG,), ROA)))
    seen = verdict("mail_mx_ns_rpki_valid", view)
    assert [(row.subject, row.address, row.outcome) for row in seen.subjects] == [
        ("ns1.provider.example", "192.0.2.53", Valid.INVALID)
    ]


def test_the_maxima_are_the_published_ones() -> None:
    for category, expected in (("web_rpki", 30), ("mail_rpki", 45)):
        assert sum(check.weight for check in CATALOGUE.values() if check.category == category) == expected
