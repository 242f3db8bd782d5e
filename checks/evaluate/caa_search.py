"""Where the CAA records of a host are. Asks for look-ups and is told them; what the records say is judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from checks.dnssec import Lookup, Outcome
from checks.evaluate.txt import Steps
from checks.records.caa import MOST_RECORDS


@dataclass(frozen=True, slots=True)
class CaaSet:
    """The records that count for a host, and where they are. ``failed`` is the look-up that ended the search."""

    owner: str = ""
    texts: tuple[str, ...] = ()
    lookup: Lookup | None = None
    failed: Lookup | None = None


def find(name: str) -> Steps[CaaSet]:
    """The records at ``name`` (absolute), else those of the nearest name above it that has any (RFC 8659 section 3)."""
    labels = name.rstrip(".").split(".")
    for place in range(len(labels)):
        owner = ".".join(labels[place:]) + "."
        lookup = (yield frozenset({(owner, "CAA")}))[owner, "CAA"]
        if lookup.outcome is Outcome.FAILED:
            return CaaSet(owner, failed=lookup)
        if lookup.records:
            return CaaSet(owner, lookup.records[:MOST_RECORDS], lookup)
    return CaaSet()
