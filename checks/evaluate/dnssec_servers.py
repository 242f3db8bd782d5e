"""Do all name servers of the signed zones give the same, provable answers? One row for each address of each server, so
that the one that is wrong is named. What this machine could not ask is never put down to a server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from checks.dnssec import Security
from checks.dnssec.servers import Fault, ServerView
from checks.dnssec.servers import Finding as Found
from checks.evaluate.signed_zones import Place
from checks.evaluate.view import View
from checks.model import Finding, Observation, Suite


class Servers(StrEnum):
    """One address of one name server beside the others."""

    OK = "ok"
    INSECURE = "insecure"
    LEFT_OUT = "left-out"
    NOT_MEASURED = "not-measured"
    EVERYWHERE = "everywhere"
    UNKNOWN = "unknown"
    OPEN = "open"
    STALE = "stale"
    PARTLY = "partly"
    SILENT = "silent"
    LAME = "lame"
    BOGUS = "bogus"


_WORTH: Mapping[Fault, Servers] = {
    Fault.OPEN_RESOLVER: Servers.OPEN,
    Fault.STALE: Servers.STALE,
    Fault.NO_UDP: Servers.PARTLY,
    Fault.NO_TCP: Servers.PARTLY,
    Fault.SILENT_ON_TYPE: Servers.PARTLY,
    Fault.REFUSES_TYPE: Servers.PARTLY,
    Fault.DENIES_EMPTY_NON_TERMINAL: Servers.PARTLY,
    Fault.UNREACHABLE: Servers.SILENT,
    Fault.NO_EDNS: Servers.LAME,
    Fault.REFUSES: Servers.LAME,
    Fault.LAME: Servers.LAME,
    Fault.MIXED_SIGNERS: Servers.BOGUS,
    Fault.KEYS_WITHOUT_PATH: Servers.BOGUS,
    Fault.UNSIGNED: Servers.BOGUS,
    Fault.BOGUS: Servers.BOGUS,
}
_ORDER = list(Servers)


def servers_agree(view: View) -> Finding:
    """All servers of the zones that the website or the mail rests on (RFC 4035 section 2.2, RFC 1912 section 2.8)."""
    places = view.signed_places
    if not places:
        return Finding(_without_zones(view))
    if not view.measurement.dns.direct:
        return Finding(Servers.NOT_MEASURED)
    rows = [row for place in places for row in _of_zone(view, place)]
    seen = any(row.outcome not in (Servers.SILENT, Servers.LEFT_OUT) for row in rows)
    if not seen:  # the resolver had answers from these servers, so it is we who cannot get there
        return Finding(Servers.UNKNOWN)
    return Finding(Servers.UNKNOWN, tuple(rows))


def _without_zones(view: View) -> Servers:
    """No signed zone: the domain is unsigned, or its chain could not be seen."""
    first = view.lookup(view.domain, "A") if view.measurement.suite is Suite.WEB else view.mx
    return Servers.UNKNOWN if first.security is Security.INDETERMINATE else Servers.INSECURE


def _of_zone(view: View, place: Place) -> Iterable[Observation]:
    found = view.servers(place.zone)
    reached = frozenset(":" in server.address for server in _all_servers(view) if _answered(server))
    broken = any(lookup.security is Security.BOGUS for lookup in place.lookups)
    outcomes = [_outcome(server, reached) for server in found.servers]
    tested = {outcome for outcome in outcomes if outcome not in (Servers.LEFT_OUT, Servers.SILENT)}
    everywhere = broken and tested == {Servers.BOGUS}
    for server, outcome in zip(found.servers, outcomes, strict=True):
        shown = Servers.EVERYWHERE if everywhere and outcome is Servers.BOGUS else outcome
        yield Observation(server.host.rstrip("."), shown, _evidence(place.zone, server, shown), server.address)


def _all_servers(view: View) -> Iterable[ServerView]:
    return (server for place in view.signed_places for server in view.servers(place.zone).servers)


def _answered(server: ServerView) -> bool:
    return server.untested is None and all(found.fault is not Fault.UNREACHABLE for found in server.faults)


def _outcome(server: ServerView, reached: frozenset[bool]) -> Servers:
    """The worst of its faults. Silence over an address family in which nobody answered us may be our own."""
    if server.untested is not None:
        return Servers.LEFT_OUT
    if reached and not _answered(server) and (":" in server.address) not in reached:
        return Servers.LEFT_OUT
    return max((_WORTH[found.fault] for found in server.faults), key=_ORDER.index, default=Servers.OK)


def _evidence(zone: str, server: ServerView, outcome: Servers) -> dict[str, Any]:
    shown: dict[str, Any] = {"zone": zone}
    worst = max(server.faults, key=lambda found: _ORDER.index(_WORTH[found.fault]), default=None)
    if worst is not None:
        shown["reason"] = _reason(worst)
    if server.serial is not None:
        shown["serial"] = server.serial
    if server.faults:
        shown["faults"] = [_fault(found) for found in server.faults]
    if server.untested is not None:
        shown["failure"] = server.untested.value
    return shown


def _reason(found: Found) -> str:
    """A bogus answer is explained by what breaks its chain, any other fault by itself."""
    return str(found.detail.get("reason") or found.fault.value)


def _fault(found: Found) -> dict[str, Any]:
    shown: dict[str, Any] = {"fault": found.fault.value}
    if found.question is not None:
        shown |= {"name": found.question.name, "record_type": found.question.rdtype}
    return {
        **shown,
        **{key: value for key, value in found.detail.items() if key in ("reason", "serial", "newest", "parent")},
    }
