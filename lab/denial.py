"""The NSEC and NSEC3 chains of a zone and the choice of records that prove an answer "no" (RFC 4035 section 3.1.3,
RFC 5155 section 7.2). Unsigned here: the zone's signer adds the signatures.
"""

import base64
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Protocol

import dns.dnssec
from dns.dnssectypes import NSEC3Hash
from dns.name import Name
from dns.rdataset import Rdataset
from dns.rdatatype import RdataType

from lab.model import Denial
from lab.zones import Zone, rdataset

Proof = list[tuple[Name, Rdataset]]
"""Owner names with their NSEC or NSEC3 record, each once."""

OPT_OUT = 1


class Chain(Protocol):
    """What a zone can prove. Every name given lies in the zone and is not below a delegation."""

    def no_name(self, name: Name) -> Proof:
        """That neither the name nor a wildcard that would stand for it exists."""

    def no_data(self, name: Name) -> Proof:
        """That the existing name has no record of the type asked for."""

    def no_data_at_wildcard(self, name: Name) -> Proof:
        """That the name does not exist and the wildcard for it lacks the type asked for."""

    def expansion(self, name: Name) -> Proof:
        """That the name does not exist, so that the wildcard had to answer for it."""

    def unsigned_delegation(self, cut: Name) -> Proof:
        """That the delegation has no DS record."""

    def whole(self) -> Proof:
        """All records of the chain."""


def chain_of(zone: Zone, denial: Denial) -> Chain:
    """The chain that proves denials for this zone."""
    return NsecChain(zone) if denial is Denial.NSEC else Nsec3Chain(zone, opt_out=denial is Denial.NSEC3_OPT_OUT)


class NoChain:
    """Of an unsigned zone: nothing is proven."""

    def no_name(self, name: Name) -> Proof:
        return []

    no_data = no_data_at_wildcard = expansion = unsigned_delegation = no_name

    def whole(self) -> Proof:
        return []


class NsecChain:
    """RFC 4034 section 4: each name points at the next in canonical order; empty non-terminals have no record."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._names = zone.authoritative_names()
        self._records = {
            name: _nsec(following, [*_types_at(zone, name), RdataType.NSEC, RdataType.RRSIG])
            for name, following in zip(self._names, self._names[1:] + self._names[:1], strict=True)
        }

    def no_name(self, name: Name) -> Proof:
        wildcard = _wildcard_for(self._zone, name)
        return _each_once([self._at_or_before(name), self._at_or_before(wildcard)])

    def no_data(self, name: Name) -> Proof:
        return [self._at_or_before(name)]

    def no_data_at_wildcard(self, name: Name) -> Proof:
        return self.no_name(name)

    def expansion(self, name: Name) -> Proof:
        return [self._at_or_before(name)]

    def unsigned_delegation(self, cut: Name) -> Proof:
        return [self._at_or_before(cut)]

    def whole(self) -> Proof:
        return list(self._records.items())

    def _at_or_before(self, name: Name) -> tuple[Name, Rdataset]:
        """The record at the name itself or the one whose span covers it. Nothing sorts before the top of the zone."""
        owner = self._names[bisect_right(self._names, name) - 1]
        return owner, self._records[owner]


class Nsec3Chain:
    """RFC 5155: the same over hashed names, without salt or extra iterations (RFC 9276 section 3.1)."""

    def __init__(self, zone: Zone, *, opt_out: bool) -> None:
        self._zone = zone
        names = [name for name in zone.names_with_ancestors() if not (opt_out and _only_unsigned(zone, name))]
        by_hash = {hashed(name): name for name in names}
        self._hashes = sorted(by_hash)
        self._records = {
            own: _nsec3(following, _types_with_signature(zone, by_hash[own]), opt_out=opt_out)
            for own, following in zip(self._hashes, self._hashes[1:] + self._hashes[:1], strict=True)
        }

    def no_name(self, name: Name) -> Proof:
        return _each_once([*self._closest_encloser(name), self._covering(_wildcard_for(self._zone, name))])

    def no_data(self, name: Name) -> Proof:
        # An empty non-terminal that only leads to unsigned delegations has no record in an opt-out zone (section 7.1).
        return [self._at(name)] if self._has(name) else self._closest_encloser(name)

    def no_data_at_wildcard(self, name: Name) -> Proof:
        return _each_once([*self._closest_encloser(name), self._at(_wildcard_for(self._zone, name))])

    def expansion(self, name: Name) -> Proof:
        return [self._covering(_next_closer(name, self._zone.closest_encloser(name)))]

    def unsigned_delegation(self, cut: Name) -> Proof:
        return self.no_data(cut)

    def whole(self) -> Proof:
        return [self._owned(own) for own in self._hashes]

    def _closest_encloser(self, name: Name) -> Proof:
        """Section 7.2.1: the closest provable encloser matched, the next closer name covered."""
        encloser = self._zone.closest_encloser(name)
        if encloser == name:
            encloser = name.parent()
        while not self._has(encloser):
            encloser = encloser.parent()
        return [self._at(encloser), self._covering(_next_closer(name, encloser))]

    def _has(self, name: Name) -> bool:
        return hashed(name) in self._records

    def _at(self, name: Name) -> tuple[Name, Rdataset]:
        return self._owned(hashed(name))

    def _covering(self, name: Name) -> tuple[Name, Rdataset]:
        # Before the first hash comes the last one: index -1, as the chain is a ring.
        return self._owned(self._hashes[bisect_left(self._hashes, hashed(name)) - 1])

    def _owned(self, own: bytes) -> tuple[Name, Rdataset]:
        label = base64.b32hexencode(own).lower()
        return Name((label, *self._zone.origin.labels)), self._records[own]


def hashed(name: Name) -> bytes:
    """The NSEC3 hash of a name: SHA-1, no salt, no extra iterations."""
    return base64.b32hexdecode(dns.dnssec.nsec3_hash(name, None, 0, NSEC3Hash.SHA1))


def _wildcard_for(zone: Zone, name: Name) -> Name:
    return Name((b"*", *zone.closest_encloser(name).labels))


def _next_closer(name: Name, encloser: Name) -> Name:
    return name.split(len(encloser) + 1)[1]


def _only_unsigned(zone: Zone, name: Name) -> bool:
    """Whether nothing at or below this name would be signed: what an opt-out span may leave out (RFC 5155 section
    7.1).
    """
    below = [other for other in zone.authoritative_names() if other.is_subdomain(name)]
    return all(other in zone.cuts and zone.get(other, RdataType.DS) is None for other in below)


def _types_at(zone: Zone, name: Name) -> list[RdataType]:
    """The types of which the zone itself answers at this name; at a delegation only NS and DS."""
    types = zone.nodes.get(name, {})
    return [rdtype for rdtype in types if name not in zone.cuts or rdtype in (RdataType.NS, RdataType.DS)]


def _types_with_signature(zone: Zone, name: Name) -> list[RdataType]:
    types = _types_at(zone, name)
    signed = [rdtype for rdtype in types if name not in zone.cuts or rdtype == RdataType.DS]
    return [*types, RdataType.RRSIG] if signed else types


def _nsec(following: Name, types: Iterable[RdataType]) -> Rdataset:
    return rdataset(RdataType.NSEC, [f"{following} {_texts(types)}"])


def _nsec3(following: bytes, types: Iterable[RdataType], *, opt_out: bool) -> Rdataset:
    flags = OPT_OUT if opt_out else 0
    following_text = base64.b32hexencode(following).decode("ascii")
    return rdataset(RdataType.NSEC3, [f"{NSEC3Hash.SHA1:d} {flags} 0 - {following_text} {_texts(types)}"])


def _texts(types: Iterable[RdataType]) -> str:
    return " ".join(RdataType.to_text(rdtype) for rdtype in types)


def _each_once(records: Iterable[tuple[Name, Rdataset]]) -> Proof:
    return list(dict(records).items())
