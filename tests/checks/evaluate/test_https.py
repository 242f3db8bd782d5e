"""Outcomes of HTTPS for one address. Ids are rows of the house's list of hard cases (W: web)."""

from __future__ import annotations

import pytest

from checks.evaluate import https
from checks.evaluate.certificate import Name, Trust
from checks.evaluate.https import Hsts, Https, Redirect
from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable
from checks.facts.tls import TlsFailure, Verification
from checks.model import Suite
from tests.checks.builders import DOMAIN, a_handshake, a_lookup, a_view, an_endpoint
from tests.checks.made import Made

PLAIN = HttpResponse(200)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, Https.OK, id="handshake-done"),
        pytest.param({"tls": Unreachable(Reason.REFUSED), "http": PLAIN}, Https.NO_HTTPS, id="443-closed-80-open"),
        pytest.param({"tls": Unreachable(Reason.TIMEOUT), "http": PLAIN}, Https.SILENT, id="443-silent-80-open"),
        pytest.param(
            {"tls": Unreachable(Reason.TIMEOUT), "http": Unreachable(Reason.TIMEOUT)},
            Https.UNREACHABLE,
            id="all-silent",
        ),
        pytest.param(
            {"tls": Unreachable(Reason.REFUSED), "http": Unreachable(Reason.REFUSED)},
            Https.UNREACHABLE,
            id="all-closed",
        ),
        pytest.param({"tls": TlsFailure(Reason.PROTOCOL)}, Https.HANDSHAKE, id="no-tls-on-443"),
        pytest.param({"tls": Unreachable(Reason.FORBIDDEN)}, Https.FORBIDDEN, id="W07-private-address"),
        pytest.param({"tls": Unreachable(Reason.NO_IPV6)}, Https.NO_IPV6, id="no-ipv6-here"),
        pytest.param({"tls": Unreachable(Reason.OURS)}, Https.OURS, id="our-limit"),
    ],
)
def test_https_at_one_address(changes: dict[str, object], expected: Https) -> None:
    [row] = https.available(a_view(Suite.WEB, web=(an_endpoint(**changes),))).observations
    assert row.outcome is expected


def test_a_name_without_address_has_no_https() -> None:
    assert https.available(a_view(Suite.WEB)).outcome is Https.NO_ADDRESS


def test_addresses_that_were_not_reached_in_time_are_our_side() -> None:
    view = a_view(Suite.WEB, a_lookup(f"{DOMAIN}.", "A", "192.0.2.80"))
    assert https.available(view).outcome is Https.OURS


@pytest.mark.parametrize(
    ("status", "location", "expected"),
    [
        (301, f"https://{DOMAIN}/", Redirect.OK),
        (308, f"HTTPS://{DOMAIN.upper()}:443/path?x", Redirect.OK),
        (302, f"https://{DOMAIN}./", Redirect.OK),
        (301, f"https://{DOMAIN}:8443/", Redirect.OK),
        (301, f"https://www.{DOMAIN}/", Redirect.OTHER_HOST),
        (301, f"http://www.{DOMAIN}/", Redirect.STAYS_PLAIN),
        (301, "/home", Redirect.STAYS_PLAIN),
        (301, "", Redirect.NO_REDIRECT),
        (301, "https://[broken/", Redirect.NO_REDIRECT),
        (200, f"https://{DOMAIN}/", Redirect.NO_REDIRECT),
        (404, "", Redirect.NO_REDIRECT),
    ],
)
def test_w01_w02_the_first_redirect_decides(status: int, location: str, expected: Redirect) -> None:
    response = HttpResponse(status, (("location", location),) if location else ())
    [row] = https.redirect(a_view(Suite.WEB, web=(an_endpoint(http=response),))).observations
    assert row.outcome is expected


def test_a_closed_port_80_needs_no_redirect() -> None:
    [row] = https.redirect(a_view(Suite.WEB, web=(an_endpoint(http=Unreachable(Reason.REFUSED)),))).observations
    assert row.outcome is Redirect.NO_HTTP


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (("max-age=31536000",), Hsts.OK),
        (('MAX-AGE="31536000"; includeSubDomains; preload',), Hsts.OK),
        (("max-age=63072000; future=x",), Hsts.OK),
        (("max-age=31535999",), Hsts.TOO_SHORT),
        (("max-age=0",), Hsts.TOO_SHORT),
        (("max-age=300", "max-age=31536000"), Hsts.TOO_SHORT),
        (("includeSubDomains",), Hsts.MALFORMED),
        (("max-age=31536000; max-age=1",), Hsts.MALFORMED),
        (("max-age=-1",), Hsts.MALFORMED),
        (("max-age=" + "9" * 4000,), Hsts.MALFORMED),
        (("max age=31536000",), Hsts.MALFORMED),
        ((), Hsts.ABSENT),
    ],
)
def test_w05_hsts(fields: tuple[str, ...], expected: Hsts) -> None:
    response = HttpResponse(200, tuple(("Strict-Transport-Security", field) for field in fields))
    [row] = https.strict_transport(a_view(Suite.WEB, web=(an_endpoint(https=response),))).observations
    assert row.outcome is expected


def test_hsts_is_not_tested_without_https_and_unknown_when_the_answer_broke_off() -> None:
    no_https = an_endpoint(tls=Unreachable(Reason.REFUSED), http=PLAIN, https=None)
    broken = an_endpoint(https=Unreachable(Reason.RESET))
    rows = https.strict_transport(a_view(Suite.WEB, web=(no_https, broken))).observations
    assert [row.outcome for row in rows] == [Hsts.NO_HTTPS, Hsts.UNKNOWN]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0, Trust.OK),
        (10, Trust.EXPIRED),
        (9, Trust.NOT_YET_VALID),
        (18, Trust.SELF_SIGNED),
        (19, Trust.UNKNOWN_ROOT),
        (20, Trust.INCOMPLETE),
        (21, Trust.INCOMPLETE),
        (79, Trust.OTHER),
    ],
)
def test_trust_is_openssls_word(code: int, expected: Trust) -> None:
    tls = a_handshake(Made.issued("x", names=(DOMAIN,)), verification=Verification(code, "words", 0))
    [row] = https.chain(a_view(Suite.WEB, web=(an_endpoint(tls=tls),))).observations
    assert row.outcome is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((DOMAIN,), Name.OK),
        (("*.example",), Name.OK),
        ((DOMAIN.upper(),), Name.OK),
        (("www.good.example",), Name.MISMATCH),
        (("*.good.example",), Name.MISMATCH),
        ((), Name.MISMATCH),
    ],
)
def test_the_certificate_has_to_name_the_host(names: tuple[str, ...], expected: Name) -> None:
    tls = a_handshake(Made.issued(DOMAIN, names=names))
    [row] = https.name(a_view(Suite.WEB, web=(an_endpoint(tls=tls),))).observations
    assert row.outcome is expected
