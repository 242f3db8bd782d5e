"""Do the holders of the networks say who may announce them, and is that who does (RFC 6811)? For the addresses of the
website, of the mail hosts, and of the name servers of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from ipaddress import ip_network
from typing import Any

from checks.evaluate.mail_hosts import hosts_or_reason
from checks.evaluate.view import View
from checks.facts.rpki import AddressRoutes, Route, RpkiState, Vrp
from checks.model import Finding, Observation

Hosts = Callable[[View], tuple[str, ...]]


class Validity(StrEnum):
    """The three states of RFC 6811 section 2."""

    VALID = "valid"
    NOT_FOUND = "not-found"
    INVALID = "invalid"


class Exists(StrEnum):
    """Whether there is a ROA for an address."""

    NOT_CONFIGURED = "not-configured"
    NO_ADDRESSES = "no-addresses"
    OK = "ok"
    UNKNOWN = "unknown"
    MISSING = "missing"


class Valid(StrEnum):
    """Whether the routes to an address agree with the ROAs."""

    NOT_CONFIGURED = "not-configured"
    NO_ADDRESSES = "no-addresses"
    NOT_ROUTED = "not-routed"
    OK = "ok"
    UNKNOWN = "unknown"
    NOT_FOUND = "not-found"
    INVALID = "invalid"


def web_hosts(view: View) -> tuple[str, ...]:
    """The web host."""
    return (view.domain,)


def mail_hosts(view: View) -> tuple[str, ...]:
    """The mail hosts."""
    return tuple(host.name for host in hosts_or_reason(view)[0])


def name_servers(view: View) -> tuple[str, ...]:
    """The name servers of the domain."""
    return view.name_servers.names


def mail_name_servers(view: View) -> tuple[str, ...]:
    """The name servers of the zones that the mail hosts lie in."""
    found = (view.name_servers_of(name).names for name in mail_hosts(view))
    return tuple(dict.fromkeys(server for servers in found for server in servers))


def exists(hosts: Hosts) -> Callable[[View], Finding]:
    """An evaluator: every address of ``hosts`` has a ROA for a route to it."""

    def evaluate(view: View) -> Finding:
        return _finding(view, hosts, Exists, _exists)

    return evaluate


def valid(hosts: Hosts) -> Callable[[View], Finding]:
    """An evaluator: every route to every address of ``hosts`` is one that the ROAs allow."""

    def evaluate(view: View) -> Finding:
        return _finding(view, hosts, Valid, _valid)

    return evaluate


def _finding(
    view: View,
    hosts: Hosts,
    kind: type[Exists] | type[Valid],
    judge: Callable[[AddressRoutes], Exists | Valid],
) -> Finding:
    facts = view.measurement.rpki
    if facts.state is RpkiState.NOT_CONFIGURED:
        return Finding(kind.NOT_CONFIGURED)
    if facts.state is RpkiState.UNAVAILABLE:
        return Finding(kind.UNKNOWN)
    known = {found.address: found for found in facts.addresses}
    rows = [
        _row(host, address, known.get(address), kind, judge)
        for host in hosts(view)
        for lookup in view.addresses(host)
        for address in lookup.records
    ]
    return Finding(kind.NO_ADDRESSES, tuple(rows))


def _row(
    host: str,
    address: str,
    found: AddressRoutes | None,
    kind: type[Exists] | type[Valid],
    judge: Callable[[AddressRoutes], Exists | Valid],
) -> Observation:
    name = host.rstrip(".")
    if found is None:
        return Observation(name, kind.UNKNOWN, {}, address)
    return Observation(name, judge(found), _evidence(found), address)


def _exists(found: AddressRoutes) -> Exists:
    """A ROA that a route does not agree with is a ROA all the same."""
    some = any(route.vrps for route in found.routes) if found.routes else bool(found.vrps)
    return Exists.OK if some else Exists.MISSING


def _valid(found: AddressRoutes) -> Valid:
    """Every route counts, the shorter ones that cover the address too."""
    states = {validity(route) for route in found.routes}
    if not states:
        return Valid.NOT_ROUTED
    if Validity.INVALID in states:
        return Valid.INVALID
    return Valid.NOT_FOUND if Validity.NOT_FOUND in states else Valid.OK


def validity(route: Route) -> Validity:
    """RFC 6811 section 2: without a covering VRP not found; valid when one matches; else invalid. AS 0 never matches (RFC
    6483 section 4).
    """
    if not route.vrps:
        return Validity.NOT_FOUND
    return Validity.VALID if any(_matches(vrp, route) for vrp in route.vrps) else Validity.INVALID


def _matches(vrp: Vrp, route: Route) -> bool:
    return vrp.asn == route.origin != 0 and ip_network(route.prefix).prefixlen <= vrp.max_length


def _evidence(found: AddressRoutes) -> dict[str, Any]:
    rows = [
        {
            "prefix": route.prefix,
            "origin": f"AS{route.origin}",
            "state": validity(route).value,
            "roas": _shown(route.vrps),
        }
        for route in found.routes
    ]
    wrong = next((route for route in found.routes if validity(route) is not Validity.VALID), None)
    named = {"prefix": wrong.prefix, "origin": f"AS{wrong.origin}"} if wrong else {}
    return {"routes": rows, "roas": "" if rows else _shown(found.vrps), **named}


def _shown(vrps: Iterable[Vrp]) -> str:
    return ", ".join(f"AS{vrp.asn} {vrp.prefix} max /{vrp.max_length}" for vrp in list(vrps)[:10])
