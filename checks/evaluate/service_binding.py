"""HTTPS records (RFC 9460): where they lead browsers to, followed through aliases. For information: what is measured is
the website at its own name on port 443.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from checks.dnssec import Lookup, Outcome
from checks.evaluate.txt import Steps, replay
from checks.evaluate.view import View
from checks.facts.dns import DnsFailure
from checks.model import Finding, Observation
from checks.records.service_binding import ServiceBinding, read

MOST_ALIASES = 4
MOST_TARGETS = 4


class Service(StrEnum):
    """Where the HTTPS record leads."""

    OK = "ok"
    ABSENT = "absent"
    NOT_ASKED = "not-asked"  # a measurement from before this was asked
    UNKNOWN = "unknown"
    OTHER_PORT = "other-port"
    NO_SERVICE = "no-service"  # AliasMode to ".": there is no such service (section 2.5.1)
    DEAD_END = "dead-end"


@dataclass(frozen=True, slots=True)
class Followed:
    """The records at the end of the aliases, the names on the way, and whether each target has an address (None: unknown)."""

    lookup: Lookup
    bindings: tuple[ServiceBinding, ...] = ()
    way: tuple[str, ...] = ()
    targets: tuple[tuple[str, bool | None], ...] = ()
    ends: bool = True  # False: more aliases than anybody follows


def find(name: str) -> Steps[Followed]:
    """What browsers find that look for ``name`` (absolute)."""
    owner, way = name, [name]
    while True:
        lookup = (yield frozenset({(owner, "HTTPS")}))[owner, "HTTPS"]
        bindings = read(lookup.records)
        alias = next((binding for binding in bindings if binding.is_alias), None)
        if alias is None or alias.target == ".":
            break
        if len(way) > MOST_ALIASES:
            return Followed(lookup, bindings, tuple(way), ends=False)
        owner = alias.target
        way.append(owner)
    if alias is not None or (len(way) == 1 and not bindings):
        return Followed(lookup, bindings, tuple(way))
    # An alias to a name without records of its own leads to the addresses of that name (section 3).
    here = lookup.canonical_name or owner
    names = [here if binding.target == "." else binding.target for binding in bindings] or [owner]
    return Followed(lookup, bindings, tuple(way), (yield from _addresses(names)))


def _addresses(names: list[str]) -> Steps[tuple[tuple[str, bool | None], ...]]:
    targets = tuple(dict.fromkeys(names))[:MOST_TARGETS]
    asks = frozenset((target, rdtype) for target in targets for rdtype in ("A", "AAAA"))
    found = yield asks
    return tuple((target, _reachable(found[target, "A"], found[target, "AAAA"])) for target in targets)


def _reachable(*lookups: Lookup) -> bool | None:
    if any(lookup.outcome is Outcome.FOUND for lookup in lookups):
        return True
    return None if any(lookup.outcome is Outcome.FAILED for lookup in lookups) else False


def judge(view: View) -> Finding:
    """One row for the website."""
    found = replay(find(view.domain), view.lookup)
    outcome = _outcome(view, found)
    dead = next((target for target, reachable in found.targets if reachable is False), found.way[-1])
    other = sorted({binding.port for binding in found.bindings if not binding.is_alias and binding.port != 443})
    evidence: dict[str, Any] = {
        "records": list(view.lookup(view.domain, "HTTPS").records)[:MOST_TARGETS],
        "leads_to": " → ".join(name.rstrip(".") or "." for name in found.way[1:]) or "-",
        "targets": [target.rstrip(".") for target, _ in found.targets],
        "target": dead.rstrip("."),
        "port": ", ".join(map(str, other)),
        "protocols": list(dict.fromkeys(word for binding in found.bindings for word in binding.alpn)),
        "dnssec": found.lookup.security.value,
    }
    return Finding(outcome, (Observation(view.measurement.domain, outcome, evidence),))


def _outcome(view: View, found: Followed) -> Service:
    if view.failure(view.domain, "HTTPS") is DnsFailure.NOT_ASKED and found.lookup.outcome is Outcome.FAILED:
        return Service.NOT_ASKED
    if found.lookup.outcome is Outcome.FAILED:
        return Service.UNKNOWN
    if not found.ends:
        return Service.DEAD_END
    if any(binding.is_alias for binding in found.bindings):
        return Service.NO_SERVICE
    if len(found.way) == 1 and not found.bindings:
        return Service.ABSENT
    states = [reachable for _, reachable in found.targets]
    if False in states:
        return Service.DEAD_END
    if None in states:
        return Service.UNKNOWN
    return Service.OTHER_PORT if any(binding.port != 443 for binding in found.bindings) else Service.OK
