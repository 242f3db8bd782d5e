"""Which signed zones a domain rests on: its own and those of its mail hosts, with the answers that matter in each and
what is worth asking their name servers. Asks for look-ups and is told them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.txt import Steps
from checks.facts.dns import Question
from checks.model import Suite
from checks.records.mx import mail_hosts

MOST_ZONES = 4  # whose name servers are asked in one scan
MOST_HOSTS = 4  # mail hosts that are looked into
MOST_QUESTIONS = 4  # for the servers of one zone, besides the SOA and the keys

_SIGNED = (Security.SECURE, Security.BOGUS)


@dataclass(frozen=True, slots=True)
class Place:
    """A signed zone (its apex), the look-ups that were answered from it, and questions for each of its name servers."""

    zone: str
    lookups: tuple[Lookup, ...]
    questions: tuple[Question, ...] = ()


def apexes(lookup: Lookup) -> tuple[str, ...]:
    """The signed zones, rightly or wrongly signed, of a name and of the end of its aliases. A top-level domain is
    never one: nothing in it is the domain's.
    """
    names = dict.fromkeys((lookup.name, lookup.canonical_name))
    deepest = [[link for link in lookup.chain if _holds(link.zone, name)] for name in names]
    links = [links[-1] for links in deepest if links]
    return tuple(dict.fromkeys(link.zone for link in links if link.state in _SIGNED and link.zone.count(".") > 1))


def find(domain: str, suite: Suite) -> Steps[tuple[Place, ...]]:
    """The signed zones of a domain (absolute name) as far as its website, or its mail, needs them."""
    if suite is Suite.WEB:
        return (yield from _of_hosts([], [domain], 443))
    found = yield frozenset((domain, rdtype) for rdtype in ("MX", "A", "AAAA"))
    mx = found[domain, "MX"]
    hosts: list[str] = []
    if mx.outcome is not Outcome.FAILED and mx.security is not Security.BOGUS:
        has_address = any(found[domain, rdtype].outcome is Outcome.FOUND for rdtype in ("A", "AAAA"))
        hosts = [host.name for host in mail_hosts(domain, mx.records, has_address=has_address).exchanges]
    return (yield from _of_hosts([mx], hosts[:MOST_HOSTS], 25))


def _of_hosts(first: list[Lookup], hosts: Sequence[str], port: int) -> Steps[tuple[Place, ...]]:
    """The zones of ``first`` and of the addresses and TLSA records of hosts."""
    owners = {host: f"_{port}._tcp.{host}" for host in hosts}
    addresses = frozenset((host, rdtype) for host in hosts for rdtype in ("A", "AAAA"))
    found: Mapping[tuple[str, str], Lookup] = {}
    if hosts:
        found = yield addresses | {(owner, "TLSA") for owner in owners.values()}
    lookups = [*first, *(lookup for lookup in found.values() if _counts(lookup))]
    asked = [question for host in hosts for question in _about(owners[host], found[owners[host], "TLSA"])]
    zones = list(dict.fromkeys(zone for lookup in lookups for zone in apexes(lookup)))[:MOST_ZONES]
    return tuple(_place(zone, lookups, asked, zones) for zone in zones)


def _counts(lookup: Lookup) -> bool:
    """A host that does not exist says nothing of its zone; that it has no record of one type does."""
    return lookup.outcome is not Outcome.NO_SUCH_NAME or lookup.rdtype == "TLSA"


def _about(owner: str, tlsa: Lookup) -> Iterator[Question]:
    """The TLSA question that every server must answer, and the name above it that none may deny (RFC 8020)."""
    yield Question(owner, "TLSA")
    if tlsa.outcome is Outcome.FOUND:
        yield Question(owner.partition(".")[2], "TLSA")


def _place(zone: str, lookups: Iterable[Lookup], asked: Iterable[Question], zones: Sequence[str]) -> Place:
    own = tuple(lookup for lookup in lookups if zone in apexes(lookup))
    questions = [question for question in asked if _deepest(question.name, zones) == zone]
    return Place(zone, own, tuple(questions[:MOST_QUESTIONS]))


def _deepest(name: str, zones: Iterable[str]) -> str:
    return max((zone for zone in zones if _holds(zone, name)), key=len, default="")


def _holds(zone: str, name: str) -> bool:
    return zone == "." or name == zone or name.endswith("." + zone)
