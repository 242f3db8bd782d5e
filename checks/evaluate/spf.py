"""The SPF of a domain with everything it includes: who may send, how many look-ups that takes, and the first fault that
a receiver stumbles over. RFC 7208.

``walk`` asks for look-ups and is told them; the survey drives it over the network, the view over the stored answers.
What depends on the message (macros, ``exists``, ``ptr``) is counted and not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from checks.dnssec import Lookup, Outcome, Security, Why
from checks.evaluate.txt import Ask, Steps, texts_of
from checks.records import spf
from checks.records.spf import Mechanism, Qualifier, Spf, has_macro

MOST_LOOKUPS = 10  # RFC 7208 section 4.6.4
MOST_VOID = 2
MOST_MX = 10  # MX records of one mx mechanism
FOLLOWED = 20  # look-up terms that are followed, to tell how far beyond the limit a record is
Network = IPv4Network | IPv6Network


class Fault(StrEnum):
    """Why a receiver gives up, or finds nothing to go by."""

    NO_RECORD = "no-record"
    SEVERAL = "several"
    SYNTAX = "syntax"
    LOOKUP_FAILED = "lookup-failed"
    BOGUS = "bogus"
    LOOP = "loop"
    TOO_MANY_LOOKUPS = "too-many-lookups"
    TOO_MANY_VOID = "too-many-void"
    TOO_MANY_MX = "too-many-mx"
    OPEN = "open"  # +all
    NEUTRAL = "neutral"  # ?all, or neither all nor redirect


@dataclass(frozen=True, slots=True)
class Found:
    """A fault, the path of domains that leads to it, the last step (include, redirect or nothing), and details."""

    fault: Fault
    path: tuple[str, ...]
    via: str = ""
    at: int = -1
    term: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """One record in the tree. ``networks`` may send by this record alone; ``hosts`` are the names of its a and mx
    terms; ``unfollowed`` the terms that depend on the message.
    """

    domain: str
    via: str = ""
    record: str = ""
    security: Security = Security.INDETERMINATE
    parsed: Spf | None = None
    networks: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()
    unfollowed: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """The whole of a domain's SPF. ``faults`` in the order in which a receiver meets them; ``lookups`` and ``void``
    count the way through everything, when nothing matches earlier.
    """

    root: Branch
    lookups: int = 0
    void: int = 0
    faults: tuple[Found, ...] = ()

    @property
    def all_branches(self) -> tuple[Branch, ...]:
        """Every record, a branch before those under it."""
        return tuple(_flattened(self.root))

    @property
    def networks(self) -> tuple[Network, ...]:
        """All that may send, overlaps merged."""
        found = {network for branch in self.all_branches for network in branch.networks}
        four = collapse_addresses(network for network in found if isinstance(network, IPv4Network))
        six = collapse_addresses(network for network in found if isinstance(network, IPv6Network))
        return (*four, *six)


def _flattened(branch: Branch) -> Iterator[Branch]:
    yield branch
    for child in branch.branches:
        yield from _flattened(child)


def walk(domain: str) -> Steps[Tree]:
    """The SPF of ``domain`` (absolute name): all that is wanted next is asked at once."""
    known: dict[Ask, Lookup] = {}
    while True:
        pass_through = _Walk(known)
        tree = pass_through.run(domain)
        missing = frozenset(pass_through.missing)
        if not missing:
            return tree
        known.update((yield missing))


@dataclass(slots=True)
class _Walk:
    """One pass over what is known, left to right as a receiver goes; collects what is still to be asked."""

    known: Mapping[Ask, Lookup]
    missing: set[Ask] = field(default_factory=set)
    faults: list[Found] = field(default_factory=list)
    lookups: int = 0
    void: int = 0

    def run(self, domain: str) -> Tree:
        root = self._branch(domain, "", ())
        return Tree(root, self.lookups, self.void, tuple(self.faults))

    def _ask(self, name: str, rdtype: str) -> Lookup | None:
        found = self.known.get((name, rdtype))
        if found is None:
            self.missing.add((name, rdtype))
        return found

    def _branch(self, domain: str, via: str, above: tuple[str, ...]) -> Branch:
        path = (*above, domain)
        lookup = self._ask(domain, "TXT")
        if lookup is None:
            return Branch(domain, via)
        record, parsed = self._record(lookup, path, via)
        if parsed is None:
            return Branch(domain, via, record, lookup.security)
        networks: list[Network] = []
        hosts: list[str] = []
        unfollowed: list[str] = []
        branches: list[Branch] = []
        for term in parsed.reached:
            branch = self._term(term, path, networks, hosts, unfollowed)
            if branch is not None:
                branches.append(branch)
        branches += self._ending(parsed, path, via, unfollowed)
        return Branch(
            domain,
            via,
            record,
            lookup.security,
            parsed,
            tuple(networks),
            tuple(dict.fromkeys(hosts)),
            tuple(unfollowed),
            tuple(branches),
        )

    def _record(self, lookup: Lookup, path: tuple[str, ...], via: str) -> tuple[str, Spf | None]:
        if lookup.outcome is Outcome.FAILED and lookup.reason is not Why.NOT_A_NAME:
            fault = Fault.BOGUS if lookup.security is Security.BOGUS else Fault.LOOKUP_FAILED
            self.faults.append(Found(fault, path, via, why=lookup.reason.value))
            return "", None
        texts = spf.spf_texts(texts_of(lookup))
        if len(texts) != 1:
            self.faults.append(Found(Fault.SEVERAL if texts else Fault.NO_RECORD, path, via))
            return "", None
        parsed = spf.parse(texts[0])
        if isinstance(parsed, spf.Malformed):
            self.faults.append(Found(Fault.SYNTAX, path, via, parsed.at, parsed.term, parsed.why.value))
            return texts[0], None
        return texts[0], parsed

    def _count(self, path: tuple[str, ...], via: str, term: str) -> bool:
        """One more look-up; whether another record that it leads to is still followed."""
        self.lookups += 1
        if self.lookups == MOST_LOOKUPS + 1:
            self.faults.append(Found(Fault.TOO_MANY_LOOKUPS, path, via, term=term))
        return self.lookups <= FOLLOWED

    def _term(
        self, term: Mechanism, path: tuple[str, ...], networks: list[Network], hosts: list[str], unfollowed: list[str]
    ) -> Branch | None:
        via = "include" if len(path) > 1 else ""
        if term.network is not None and term.qualifier is Qualifier.PASS:
            networks.append(term.network)
        if not term.asks:
            return None
        followed = self._count(path, via, term.text)
        if term.name != "include":  # who may send by what no receiver gets to is of no interest
            followed = self.lookups <= MOST_LOOKUPS
        if term.name in ("exists", "ptr") or has_macro(term.domain) or not followed:
            unfollowed.append(term.text)
            return None
        target = absolute(term.domain) if term.domain else path[-1]
        if term.name == "include":
            return self._follow(target, "include", path, term.text)
        found = [target] if term.name == "a" else self._exchanges(target, path, term.text)
        seen = [network for host in found for network in self._addresses(host, term)]
        if term.name == "a" and self._is_void(target):
            self._nothing(path, term.text)
        if term.qualifier is Qualifier.PASS:
            hosts.extend(found)
            networks.extend(seen)
        return None

    def _follow(self, target: str, via: str, path: tuple[str, ...], term: str) -> Branch | None:
        if target in path:
            self.faults.append(Found(Fault.LOOP, (*path, target), via, term=term))
            return None
        return self._branch(target, via, path)

    def _exchanges(self, target: str, path: tuple[str, ...], term: str) -> list[str]:
        lookup = self._ask(target, "MX")
        if lookup is None or lookup.outcome is Outcome.FAILED:
            return []
        if not lookup.records:  # no data, or no such name
            self._nothing(path, term)
        names = sorted({record.partition(" ")[2].lower() for record in lookup.records} - {"."})
        if len(lookup.records) > MOST_MX:
            self.faults.append(Found(Fault.TOO_MANY_MX, path, "include" if len(path) > 1 else "", term=term))
        return names[:MOST_MX]

    def _is_void(self, host: str) -> bool:
        """The answer is that there is nothing (RFC 7208 section 4.6.4); a look-up that failed is something else."""
        lookups = (self.known.get((host, "A")), self.known.get((host, "AAAA")))
        return all(lookup and lookup.outcome in (Outcome.NO_DATA, Outcome.NO_SUCH_NAME) for lookup in lookups)

    def _nothing(self, path: tuple[str, ...], term: str) -> None:
        self.void += 1
        if self.void == MOST_VOID + 1:
            self.faults.append(Found(Fault.TOO_MANY_VOID, path, "include" if len(path) > 1 else "", term=term))

    def _addresses(self, host: str, term: Mechanism) -> Iterator[Network]:
        for rdtype, length in (("A", term.cidr4), ("AAAA", term.cidr6)):
            lookup = self._ask(host, rdtype)
            for record in lookup.records if lookup else ():
                yield ip_network((record, length), strict=False)

    def _ending(self, parsed: Spf, path: tuple[str, ...], via: str, unfollowed: list[str]) -> Iterable[Branch]:
        """What happens when no mechanism matches: ``all``, the redirect, or neutral (RFC 7208 section 4.7). An include
        needs no ending, and only matches on pass."""
        if parsed.redirect is not None:
            followed = self._count(path, via, parsed.redirect.text)
            if has_macro(parsed.redirect.value) or not followed:
                unfollowed.append(parsed.redirect.text)
                return []
            onward = "include" if via == "include" else "redirect"
            branch = self._follow(absolute(parsed.redirect.value), onward, path, parsed.redirect.text)
            return [branch] if branch else []
        if parsed.all is Qualifier.PASS:
            self.faults.append(Found(Fault.OPEN, path, via, term="+all"))
        elif parsed.all in (Qualifier.NEUTRAL, None) and via != "include":
            self.faults.append(Found(Fault.NEUTRAL, path, via, term="?all" if parsed.all else ""))
        return []


def absolute(domain: str) -> str:
    """A domain-spec without macros as an absolute name in lower case."""
    return domain.lower().rstrip(".") + "."
