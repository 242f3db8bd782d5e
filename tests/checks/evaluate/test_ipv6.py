"""IPv6 as it counts: points by hand from the published rules, and the rows where the reference is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks import CATALOGUE, Suite
from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.ipv6 import MxAddress, NsAddress, Reach, Similar, WsAddress, WsReach
from checks.evaluate.view import View
from checks.facts.dns import Answer, DirectAnswer, DnsFailure, Question
from checks.facts.http import WebEndpoint
from checks.facts.network import Reason, Unreachable
from checks.facts.page import Page, PagePair
from checks.judging import judge
from checks.model import Verdict
from tests.checks.builders import DOMAIN, a_lookup, a_session, a_view, an_endpoint

HOME = f"{DOMAIN}."
V4, V6, V6_TOO = "192.0.2.80", "2001:db8::80", "2001:db8::81"
CLOSED = Unreachable(Reason.REFUSED)
NO_IPV6 = Unreachable(Reason.NO_IPV6)


def verdict(check_id: str, view: View) -> Verdict:
    check = CATALOGUE[check_id]
    return judge(check, check.evaluate(view))


def points(check_id: str, view: View) -> tuple[str, float | None]:
    found = verdict(check_id, view)
    return found.outcome, found.points


def failed(name: str, rdtype: str) -> Lookup:
    return a_lookup(name, rdtype, outcome=Outcome.FAILED, security=Security.INDETERMINATE)


def name_servers(**servers: list[DnsFailure | None] | None) -> View:
    """Name servers by what each of their IPv6 addresses did: None is an answer. None for a server without addresses."""
    lookups = [a_lookup(HOME, "NS", *(f"{name}.good.example." for name in servers))]
    seen = []
    for number, (name, answers) in enumerate(servers.items()):
        host = f"{name}.good.example"
        addresses = [f"2001:db8:{number}::{place}" for place in range(1, len(answers or ()) + 1)]
        lookups.append(a_lookup(f"{host}.", "AAAA", *addresses))
        seen += [
            DirectAnswer(host, address, False, Answer(Question(HOME, "NS"), failure=failure))
            for address, failure in zip(addresses, answers or (), strict=True)
        ]
    view = a_view(Suite.WEB, *lookups)
    view.measurement = replace(view.measurement, name_servers=tuple(seen))
    return view


@pytest.mark.parametrize(
    ("view", "outcome"),
    [
        (name_servers(ns1=[None], ns2=[None]), NsAddress.OK),
        (name_servers(ns1=[None], ns2=[None], ns3=None), NsAddress.OK),
        (name_servers(ns1=[None], ns2=None), NsAddress.ONE),
        (name_servers(ns1=None, ns2=None), NsAddress.NONE),
    ],
)
def test_two_name_servers_have_an_address(view: View, outcome: NsAddress) -> None:
    assert points("web_ipv6_ns_address", view) == (outcome, None)


def test_name_servers_of_a_name_without_them_are_those_above_it() -> None:
    lookups = [
        a_lookup("example.", "NS", "ns1.example.", "ns2.example."),
        a_lookup("ns1.example.", "AAAA", "2001:db8::1"),
        a_lookup("ns2.example.", "AAAA", "2001:db8::2"),
    ]
    assert verdict("web_ipv6_ns_address", a_view(Suite.WEB, *lookups)).outcome == NsAddress.OK


def test_a_failed_look_up_of_name_servers_is_not_counted() -> None:
    view = a_view(Suite.WEB, failed(HOME, "NS"))
    assert points("web_ipv6_ns_address", view) == (NsAddress.UNKNOWN, None)
    assert points("web_ipv6_ns_reach", view) == (Reach.UNKNOWN, None)


@pytest.mark.parametrize(
    ("view", "outcome", "earned"),
    [
        (name_servers(ns1=[None], ns2=[None]), Reach.OK, 10),
        (name_servers(ns1=[DnsFailure.REFUSED], ns2=[DnsFailure.SERVFAIL]), Reach.OK, 10),
        (name_servers(ns1=[None], ns2=[None], ns3=None), Reach.OK, 10),
        (name_servers(ns1=[None], ns2=None), Reach.OK, 5),
        (name_servers(ns1=[None], ns2=None, ns3=None), Reach.OK, 3),
        (name_servers(ns1=[None]), Reach.ALONE, 5),
        (name_servers(ns1=[None], ns2=[None, DnsFailure.TIMEOUT]), Reach.SOME, 6),
        (name_servers(ns1=[None], ns2=[DnsFailure.TIMEOUT]), Reach.NONE, 5),
        (name_servers(ns1=[DnsFailure.UNREACHABLE], ns2=[DnsFailure.TIMEOUT]), Reach.NONE, 0),
        (name_servers(ns1=[None], ns2=[None], ns3=[None, DnsFailure.TIMEOUT]), Reach.SOME, 7),
        (name_servers(ns1=None, ns2=None), Reach.NO_ADDRESS, 0),
        (name_servers(ns1=[DnsFailure.NO_IPV6], ns2=[DnsFailure.NO_IPV6]), Reach.OURS, None),
        (name_servers(ns1=[DnsFailure.NO_IPV6], ns2=None), Reach.OURS, None),
    ],
)
def test_points_of_name_servers_are_the_mean_cut_off(view: View, outcome: Reach, earned: float | None) -> None:
    assert points("web_ipv6_ns_reach", view) == (outcome, earned)


def website(*endpoints: WebEndpoint, pages: PagePair | None = None) -> View:
    addresses = [endpoint.address for endpoint in endpoints]
    four = [address for address in addresses if ":" not in address]
    six = [address for address in addresses if ":" in address]
    view = a_view(Suite.WEB, a_lookup(HOME, "A", *four), a_lookup(HOME, "AAAA", *six), web=endpoints)
    view.measurement = replace(view.measurement, pages=pages)
    return view


def at(address: str, **changes: object) -> WebEndpoint:
    return an_endpoint(address=address, **changes)


DEAD = {"http": CLOSED, "tls": CLOSED, "https": None}
OURS = {"http": NO_IPV6, "tls": NO_IPV6, "https": None}


@pytest.mark.parametrize(
    ("view", "outcome", "earned"),
    [
        (website(at(V4), at(V6)), WsReach.OK, 10),
        (website(at(V6)), WsReach.OK, 10),
        (website(at(V4, http=CLOSED), at(V6, http=CLOSED)), WsReach.OK, 10),
        (website(at(V4), at(V6, http=Unreachable(Reason.RESET))), WsReach.OK, 10),
        # the reference says passed here, with the same two points
        (website(at(V4), at(V6, http=CLOSED)), WsReach.PORT_MISSING, 2),
        (website(at(V4), at(V6), at(V6_TOO, **DEAD)), WsReach.SOME, 2),
        (website(at(V4), at(V6, **DEAD)), WsReach.NONE, 0),
        (website(at(V4)), WsReach.NO_ADDRESS, 0),
        (website(at(V4), at(V6, **OURS)), WsReach.OURS, None),
    ],
)  # fmt: skip
def test_the_website_over_ipv6(view: View, outcome: WsReach, earned: float | None) -> None:
    assert points("web_ipv6_ws_reach", view) == (outcome, earned)


@pytest.mark.parametrize(
    ("lookup", "outcome"),
    [
        (a_lookup(HOME, "AAAA", V6), WsAddress.OK),
        (a_lookup(HOME, "AAAA"), WsAddress.NONE),
        (a_lookup(HOME, "AAAA", "::ffff:192.0.2.80"), WsAddress.NONE),
        (failed(HOME, "AAAA"), WsAddress.UNKNOWN),
    ],
)
def test_the_website_has_an_address(lookup: Lookup, outcome: WsAddress) -> None:
    assert points("web_ipv6_ws_address", a_view(Suite.WEB, lookup)) == (outcome, None)


def pair(status4: int = 200, status6: int = 200, distance: float | None = 0.0, **six: object) -> PagePair:
    return PagePair(Page(V4, 443, status4), replace(Page(V6, 443, status6), **six), distance)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("view", "outcome", "earned"),
    [
        (website(at(V4), at(V6), pages=pair()), Similar.OK, 2),
        (website(at(V4), at(V6), pages=pair(distance=10.0)), Similar.OK, 2),
        (website(at(V4), at(V6), pages=pair(distance=10.1)), Similar.DIFFERENT, 0),
        (website(at(V4), at(V6), pages=pair(302, 302, location="https://other.example/")), Similar.DIFFERENT, 0),
        (website(at(V4), at(V6), pages=pair(404, 404)), Similar.ERROR_PAGE, 2),
        # status 400 is no success, and different status codes keep no points
        (website(at(V4), at(V6), pages=pair(400, 400)), Similar.ERROR_PAGE, 2),
        (website(at(V4), at(V6), pages=pair(200, 403)), Similar.STATUS, 0),
        (website(at(V4), at(V6), pages=pair(port=80)), Similar.PORTS, 0),
        (website(at(V4), at(V6), pages=pair(failure=CLOSED, distance=None)), Similar.NO_RESPONSE, 0),
        (website(at(V4), at(V6), pages=pair(failure=NO_IPV6, distance=None)), Similar.OURS, None),
        (website(at(V4), at(V6, http=CLOSED), pages=pair()), Similar.PORTS, 0),
        (website(at(V4, **DEAD), at(V6), pages=pair()), Similar.PORTS, 0),
        (website(at(V4), at(V6, **DEAD)), Similar.NOT_REACHED, 0),
        (website(at(V4)), Similar.NOT_REACHED, 0),
        (website(at(V6)), Similar.NO_IPV4, None),
        (website(at(V4), at(V6, **OURS)), Similar.OURS, None),
    ],
)
def test_the_website_over_both_families(view: View, outcome: Similar, earned: float | None) -> None:
    assert points("web_ipv6_ws_similar", view) == (outcome, earned)


def mail(*hosts: str, **aaaa: tuple[str, ...]) -> tuple[list[Lookup], list[str]]:
    lookups = [a_lookup(HOME, "MX", *(f"10 {host}.good.example." for host in hosts))]
    for host in hosts:
        lookups += [
            a_lookup(f"{host}.good.example.", "A", "192.0.2.25"),
            a_lookup(f"{host}.good.example.", "AAAA", *aaaa.get(host, ())),
        ]
    return lookups, list(hosts)


def mail_view(reached: dict[str, list[Unreachable | None]]) -> View:
    """Mail hosts by what each of their IPv6 addresses did: None is a session."""
    addresses = {
        host: tuple(f"2001:db8:{number}::{place}" for place in range(1, len(found) + 1))
        for number, (host, found) in enumerate(reached.items())
    }
    lookups, _ = mail(*reached, **addresses)
    sessions = [
        a_session(host=f"{host}.good.example", address=address, **_session(failure))
        for host, found in reached.items()
        for address, failure in zip(addresses[host], found, strict=True)
    ]
    return a_view(Suite.MAIL, *lookups, smtp=tuple(sessions))


def _session(failure: Unreachable | None) -> dict[str, object]:
    return (
        {} if failure is None else {"failure": failure, "greeting": None, "ehlo": None, "starttls": None, "tls": None}
    )


@pytest.mark.parametrize(
    ("reached", "outcome", "earned"),
    [
        ({"mx1": [None], "mx2": [None]}, Reach.OK, 10),
        ({"mx1": [None], "mx2": []}, Reach.OK, 5),
        ({"mx1": [None], "mx2": [CLOSED]}, Reach.NONE, 5),
        ({"mx1": [None, CLOSED], "mx2": [None]}, Reach.SOME, 6),
        ({"mx1": [Unreachable(Reason.TIMEOUT)]}, Reach.NONE, 0),
        ({"mx1": [Unreachable(Reason.RESET)]}, Reach.OK, 10),
        ({"mx1": [], "mx2": []}, Reach.NO_ADDRESS, 0),
        ({"mx1": [NO_IPV6], "mx2": [NO_IPV6]}, Reach.OURS, None),
        ({"mx1": [NO_IPV6], "mx2": []}, Reach.OURS, None),
    ],
)
def test_points_of_mail_hosts_are_the_mean_and_none_is_left_out(
    reached: dict[str, list[Unreachable | None]], outcome: Reach, earned: float | None
) -> None:
    assert points("mail_ipv6_mx_reach", mail_view(reached)) == (outcome, earned)


@pytest.mark.parametrize(
    ("view", "outcome"),
    [
        (mail_view({"mx1": [None]}), MxAddress.OK),
        (mail_view({"mx1": [None], "mx2": []}), MxAddress.NONE),
        (a_view(Suite.MAIL, a_lookup(HOME, "MX", "0 .")), MxAddress.NULL_MX),
        (a_view(Suite.MAIL), MxAddress.NO_HOSTS),
        (a_view(Suite.MAIL, failed(HOME, "MX")), MxAddress.MX_UNKNOWN),
        (
            a_view(Suite.MAIL, a_lookup(HOME, "A", V4), a_lookup(HOME, "TXT", '"v=spf1 -all"')),
            MxAddress.NO_NULL_MX,
        ),
        (a_view(Suite.MAIL, a_lookup(HOME, "TXT", '"v=spf1 -all"')), MxAddress.NO_HOSTS),
    ],
)
def test_addresses_of_mail_hosts_and_why_there_are_none(view: View, outcome: MxAddress) -> None:
    assert points("mail_ipv6_mx_address", view) == (outcome, None)


def test_without_mail_hosts_nothing_of_them_counts() -> None:
    assert points("mail_ipv6_mx_reach", a_view(Suite.MAIL, a_lookup(HOME, "MX", "0 ."))) == (Reach.NULL_MX, None)
