"""Which name servers a domain has: those of the zone that it lies in. Asks for look-ups and is told them."""

from __future__ import annotations

from dataclasses import dataclass

from checks.dnssec import Lookup, Outcome
from checks.evaluate.txt import Steps

MOST_SERVERS = 13  # names; a zone with more is not reached better by more


@dataclass(frozen=True, slots=True)
class NameServers:
    """The apex of the zone and its name servers (absolute names), or the look-up that failed on the way."""

    zone: str
    names: tuple[str, ...] = ()
    failed: Lookup | None = None


def find(domain: str) -> Steps[NameServers]:
    """The NS records at ``domain`` (absolute name), else of the nearest name above it that has them. An alias has none
    of its own, whatever stands at its end. For a signed name its signatures tell at once where its zone begins.
    """
    address = (yield frozenset({(domain, "A")}))[domain, "A"]
    known = address.secure and not address.aliases and f".{domain}".endswith(f".{address.zone}") and address.zone != "."
    labels = (address.zone if known and address.zone else domain).rstrip(".").split(".")
    for place in range(len(labels)):
        name = ".".join(labels[place:]) + "."
        lookup = (yield frozenset({(name, "NS")}))[name, "NS"]
        if lookup.outcome is Outcome.FAILED:
            return NameServers(name, failed=lookup)
        if lookup.records and not lookup.aliases:
            return NameServers(name, tuple(record.lower() for record in lookup.records[:MOST_SERVERS]))
    return NameServers(".")
