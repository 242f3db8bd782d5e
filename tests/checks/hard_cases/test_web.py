"""Rows W of the house's list of hard cases (web), each by its id: what is measured, the verdict, and the words."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta

import pytest

from checks.dnssec import Lookup, Outcome, Security
from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable
from checks.facts.page import Page, PagePair
from checks.facts.security_txt import SecurityTxtFile, SecurityTxtSearch
from checks.net.aio import AioDoor
from checks.net.scripted import After, Step
from checks.net.transport import Interrupted, Limits
from checks.probes import http
from checks.wire.http import MAX_BODY
from tests.checks.builders import DOMAIN, a_lookup, an_endpoint
from tests.checks.hard_cases.verdicts import a_website, said, verdict
from tests.checks.made import NOW
from tests.checks.probes.test_http import probed
from tests.checks.probes.test_tls_scan import OPTIONS

AT = "good.example (192.0.2.80)"
SIX = "2001:db8::80"


def answers(status: int = 200, **fields: str) -> HttpResponse:
    return HttpResponse(status, tuple((name.replace("_", "-"), value) for name, value in fields.items()))


def redirected(location: str, status: int = 301) -> tuple[str, str]:
    return said("web_https_http_redirect", a_website(endpoints=[an_endpoint(http=answers(status, Location=location))]))


@pytest.mark.parametrize(
    "location", ["https://www.good.example/", "https://other.example/", "https://evil.good.example/"]
)
def test_W01_a_first_hop_to_another_host_is_named(location: str) -> None:
    words = (
        f"{AT} redirects from HTTP straight to another name: {location}. Redirect to HTTPS on the same name first, and go on"
        " from there."
    )
    assert redirected(location) == ("failed", words)


@pytest.mark.parametrize(
    ("location", "status"),
    [
        ("https://good.example:443/", "passed"),
        ("https://GOOD.example./x?y", "passed"),
        ("https://good.example:8443/", "passed"),
        ("https://good.example:99999/", "failed"),
        ("/welcome", "failed"),
        ("//good.example/", "failed"),
        ("https://[::1/", "failed"),
        ("https:///nowhere", "failed"),
        ("https://127.0.0.1/", "failed"),
    ],
)
def test_W02_odd_locations_are_read_as_browsers_read_them(location: str, status: str) -> None:
    assert redirected(location)[0] == status


async def test_W03_a_body_without_end_is_cut_off_by_bytes() -> None:
    endpoint, door = await probed([[b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 10_000] * 1000]])
    assert endpoint.http == HttpResponse(200, (), MAX_BODY, truncated=True)
    assert door.clock() <= 1000 + http.RESPONSE


async def test_W03_a_byte_a_second_is_cut_off_by_time() -> None:
    slow: list[Step] = [step for byte in b"HTTP/1.1 200 OK\r\n" * 1000 for step in (After(1), bytes([byte]))]
    endpoint, door = await probed([slow])
    assert endpoint.http == Unreachable(Reason.TIMEOUT)
    assert door.clock() <= 1000 + http.RESPONSE
    assert said("web_https_http_redirect", a_website(endpoints=[an_endpoint(http=endpoint.http)]))[0] == "passed"


async def test_W03_a_compressed_bomb_is_never_unpacked() -> None:
    bomb = zlib.compress(b"\0" * 10_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    endpoint, _ = await probed([[head, bomb]])
    assert isinstance(endpoint.http, HttpResponse)
    assert endpoint.http.body_bytes == len(bomb)
    status, words = said("web_https_http_compress", a_website(endpoints=[an_endpoint(https=endpoint.http)]))
    assert (status, AT in words) == ("info", True)


def test_W04_https_that_is_broken_over_ipv6_has_a_row_of_its_own() -> None:
    broken = an_endpoint(address=SIX, tls=Unreachable(Reason.REFUSED), https=None)
    found = verdict("web_https_http_available", a_website(endpoints=[an_endpoint(), broken]))
    assert [(row.address, row.status.value) for row in found.subjects] == [("192.0.2.80", "passed"), (SIX, "failed")]
    words = f"good.example ({SIX}) offers no HTTPS. Whoever watches on the way can read along. Switch HTTPS on."
    assert found.sentence["en"] == words


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (["max-age=31536000", "max-age=0"], "passed"),
        (["max-age=0", "max-age=31536000"], "failed"),
        (['MAX-AGE="63072000"; IncludeSubDomains'], "passed"),
        (["max-age=0"], "failed"),
    ],
    ids=["first-counts", "first-counts-when-bad", "quoted-and-upper-case", "switched-off"],
)
def test_W05_the_first_rule_over_https_counts(fields: list[str], status: str) -> None:
    response = HttpResponse(200, tuple(("Strict-Transport-Security", value) for value in fields))
    assert said("web_https_http_hsts", a_website(endpoints=[an_endpoint(https=response)]))[0] == status


def test_W05_a_rule_over_plain_http_does_not_count() -> None:
    plain = answers(301, Location=f"https://{DOMAIN}/", Strict_Transport_Security="max-age=31536000")
    view = a_website(endpoints=[an_endpoint(http=plain, https=answers())])
    words = f"{AT} sends no HSTS rule (status 200). A browser may fall back to HTTP that way. Switch HSTS on."
    assert said("web_https_http_hsts", view) == ("failed", words)


def a_file(
    text: str, *, content_type: str = "text/plain; charset=utf-8", urls: tuple[str, ...] = ()
) -> SecurityTxtSearch:
    place = (f"https://{DOMAIN}/.well-known/security.txt",)
    body = base64.b64encode(text.encode()).decode()
    return SecurityTxtSearch(SecurityTxtFile((*place, *urls), "192.0.2.80", 200, content_type, body))


GOOD = f"Contact: https://{DOMAIN}/report\nExpires: {(NOW + timedelta(days=90)).isoformat()}\n"


def test_W06_a_file_at_another_host_is_right_and_its_place_is_shown() -> None:
    elsewhere = "https://supplier.example/security.txt"
    view = a_website(security_txt=a_file(GOOD, urls=(elsewhere,)))
    assert said("web_appsecpriv_securitytxt", view) == ("passed", f"{DOMAIN} has a right security.txt.")
    assert verdict("web_appsecpriv_securitytxt", view).subjects[0].evidence["url"] == elsewhere


def test_W06_an_expired_file_and_a_wrong_type_are_said() -> None:
    past = GOOD.replace(str(NOW.year), str(NOW.year - 2), 1).replace(str(NOW.year + 1), str(NOW.year - 1), 1)
    status, words = said("web_appsecpriv_securitytxt", a_website(security_txt=a_file(past)))
    assert (status, "expired" in words) == ("warning", True)
    html = a_website(security_txt=a_file(GOOD, content_type="text/html"))
    words = f"The security.txt of {DOMAIN} is sent as text/html. Make it text/plain with utf-8."
    assert said("web_appsecpriv_securitytxt", html) == ("warning", words)


def test_W06_a_signature_is_taken_off() -> None:
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        + f"Canonical: https://{DOMAIN}/.well-known/security.txt\n"
        + GOOD
        + "-----BEGIN PGP SIGNATURE-----\n\nabcd\n-----END PGP SIGNATURE-----\n"
    )
    view = a_website(security_txt=a_file(text))
    assert said("web_appsecpriv_securitytxt", view)[0] == "passed"
    assert verdict("web_appsecpriv_securitytxt", view).subjects[0].evidence["signed"] is True


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.1.1", "fe80::1", "fd00::1", "64:ff9b::a00:1", "::ffff:10.0.0.1", "::1"],
)
async def test_W07_an_address_for_internal_use_is_never_dialled_and_said(address: str) -> None:
    with pytest.raises(Interrupted) as refused:
        async with AioDoor(OPTIONS, Limits()).connect(address, 443, 1, 10**9):
            pass
    assert refused.value.why.reason is Reason.FORBIDDEN
    forbidden = Unreachable(Reason.FORBIDDEN)
    view = a_website(endpoints=[an_endpoint(address=address, http=forbidden, tls=forbidden, https=None)])
    words = (
        f"good.example ({address}) is an address for internal use. Visitors on the internet cannot get there. Put the public"
        " address in DNS."
    )
    assert said("web_https_http_available", view) == ("failed", words)


async def test_W08_what_is_dialled_is_the_address_that_was_looked_up() -> None:
    """A probe is given a literal and never asks for the name again, so a name that changes in between changes nothing."""
    for name in (DOMAIN, "localhost"):
        with pytest.raises(Interrupted) as refused:
            async with AioDoor(OPTIONS, Limits()).connect(name, 443, 1, 10**9):
                pass
        assert refused.value.why.reason is Reason.FORBIDDEN


REFUSALS = (answers(403), answers(406), answers(429), answers(503, cf_mitigated="challenge"))
each_refusal = pytest.mark.parametrize("refusal", REFUSALS, ids=["403", "406", "429", "challenge"])


@each_refusal
def test_W09_who_refuses_us_is_not_down_and_lacks_nothing_for_certain(refusal: HttpResponse) -> None:
    view = a_website(endpoints=[an_endpoint(http=refusal, https=refusal)])
    assert said("web_https_http_available", view) == ("passed", f"{AT} works over HTTPS.")
    refused = f"{AT} refused our test (status {refusal.status}), so we did not see"
    expected = {
        "web_https_http_hsts": "error",
        "web_https_http_redirect": "error",
        "web_https_http_compress": "info",
        "web_appsecpriv_csp": "warning",
        "web_appsecpriv_referrer_policy": "warning",
        "web_appsecpriv_x_content_type_options": "warning",
        "web_appsecpriv_x_frame_options": "info",
    }
    found = {check: said(check, view) for check in expected}
    assert {check: status for check, (status, _) in found.items()} == expected
    assert all(words.startswith(refused) for _, words in found.values())


def test_W09_what_is_right_in_a_refusal_is_right() -> None:
    refusal = answers(403, Strict_Transport_Security="max-age=31536000", X_Content_Type_Options="nosniff")
    view = a_website(endpoints=[an_endpoint(https=refusal)])
    assert said("web_https_http_hsts", view)[0] == "passed"
    assert said("web_appsecpriv_x_content_type_options", view)[0] == "passed"


def test_W09_the_fields_of_a_challenge_are_not_those_of_the_website() -> None:
    challenge = answers(403, cf_mitigated="challenge", X_Content_Type_Options="nosniff", X_Frame_Options="SAMEORIGIN")
    view = a_website(endpoints=[an_endpoint(https=challenge)])
    assert said("web_appsecpriv_x_content_type_options", view)[0] == "warning"
    assert said("web_appsecpriv_x_frame_options", view)[0] == "info"


def test_W09_a_website_that_refuses_plain_http_alone_does_not_refuse_us() -> None:
    view = a_website(endpoints=[an_endpoint(http=answers(403))])
    assert said("web_https_http_redirect", view)[0] == "failed"


def test_W09_a_security_txt_that_is_refused_is_not_absent() -> None:
    search = SecurityTxtSearch(SecurityTxtFile((f"https://{DOMAIN}/.well-known/security.txt",), "192.0.2.80", 403))
    status, words = said("web_appsecpriv_securitytxt", a_website(security_txt=search))
    assert status == "warning"
    assert words.startswith(f"{DOMAIN} refused to give us its security.txt (status 403).")


def pages(four: int, six: int) -> tuple[str, str]:
    endpoints = [an_endpoint(), an_endpoint(address=SIX)]
    pair = PagePair(Page("192.0.2.80", 443, four), Page(SIX, 443, six), 0.0)
    view = a_website(a_lookup(f"{DOMAIN}.", "AAAA", SIX), endpoints=endpoints, pages=pair)
    return said("web_ipv6_ws_similar", view)


@pytest.mark.parametrize(("four", "six"), [(403, 403), (200, 429), (429, 200)])
def test_W09_two_pages_are_not_different_because_we_were_refused(four: int, six: int) -> None:
    status, words = pages(four, six)
    assert status == "warning"
    assert words.startswith(f"{DOMAIN} refused our test (status {four} over IPv4, {six} over IPv6).")


def test_W09_a_page_over_one_address_and_403_over_the_other_is_a_difference() -> None:
    """The same agent was welcome over IPv4."""
    assert pages(200, 403)[0] == "failed"


def https_record(*records: str, more: tuple[Lookup, ...] = ()) -> tuple[str, str]:
    return said("web_https_service_record", a_website(a_lookup(f"{DOMAIN}.", "HTTPS", *records), *more))


CDN = "cdn.supplier.example."
OK = ("passed", f"The HTTPS record of {DOMAIN} leads to a name that has an address.")


@pytest.mark.parametrize(
    ("records", "more"),
    [
        (('1 . alpn="h2,h3"',), ()),
        ((f"0 {CDN}",), (a_lookup(CDN, "AAAA", SIX),)),
        ((f"0 {CDN}",), (a_lookup(CDN, "HTTPS", '1 . alpn="h3"'), a_lookup(CDN, "A", "192.0.2.1"))),
        ((f"1 {CDN}", "2 ."), (a_lookup(CDN, "A", "192.0.2.1"),)),
    ],
    ids=["service-here", "alias-to-addresses", "alias-to-a-service", "two-services"],
)
def test_W10_a_record_that_leads_to_an_address_is_right(records: tuple[str, ...], more: tuple[Lookup, ...]) -> None:
    assert https_record(*records, more=more) == OK


@pytest.mark.parametrize(
    ("records", "more"),
    [
        ((f"0 {CDN}",), ()),
        ((f"1 {CDN}",), ()),
        ((f"0 {CDN}",), (a_lookup(CDN, "HTTPS", "1 gone.example."),)),
        ((f"0 {CDN}",), (a_lookup(CDN, "HTTPS", f"0 {CDN}"),)),
    ],
    ids=["alias", "service", "behind-an-alias", "loop"],
)
def test_W10_a_record_that_leads_nowhere_is_a_warning(records: tuple[str, ...], more: tuple[Lookup, ...]) -> None:
    status, words = https_record(*records, more=more)
    assert status == "warning"
    assert words.startswith(f"The HTTPS record of {DOMAIN} leads to ")
    assert "there is no address there" in words


def test_W10_another_port_and_no_service_at_all_are_said() -> None:
    status, words = https_record('1 . port="8443"')
    assert (status, "leads browsers to port 8443" in words) == ("info", True)
    assert https_record("0 .")[0] == "warning"
    assert "says that there is no website" in https_record("0 .")[1]


def test_W10_no_record_is_nothing_to_do_and_no_answer_is_no_verdict() -> None:
    assert https_record()[0] == "not_tested"
    failed = a_lookup(f"{DOMAIN}.", "HTTPS", outcome=Outcome.FAILED, security=Security.INDETERMINATE)
    view = a_website(failed)
    assert said("web_https_service_record", view)[0] == "not_tested", "a measurement from before it was asked"
    unknown = a_lookup(CDN, "A", outcome=Outcome.FAILED, security=Security.INDETERMINATE)
    assert https_record(f"0 {CDN}", more=(unknown,))[0] == "error"


def test_W11_a_site_with_only_ipv6_has_nothing_to_compare() -> None:
    pair = PagePair(Page("", failure=Unreachable(Reason.UNREACHABLE)), Page(SIX, 443, 200))
    lookups = (a_lookup(f"{DOMAIN}.", "A"), a_lookup(f"{DOMAIN}.", "AAAA", SIX))
    view = a_website(*lookups, endpoints=[an_endpoint(address=SIX)], pages=pair)
    assert said("web_ipv6_ws_similar", view) == ("not_tested", f"Not tested: {DOMAIN} has only IPv6.")
    assert said("web_https_http_available", view) == ("passed", f"good.example ({SIX}) works over HTTPS.")
