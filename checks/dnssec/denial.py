"""Proofs that a name or a type does not exist: what all proofs share, and NSEC (RFC 4034 section 4, RFC 4035 section
5.4, RFC 6840 section 4, RFC 9824). NSEC3 is in its own module.

All records handed in have been verified as signed by the zone; nothing here looks at signatures. The RCODE plays no
part: it is not signed, so what is proven comes from the records alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC

from checks.dnssec.message import Name, Rdatatype
from checks.dnssec.model import Outcome, Why

_NS, _CNAME, _SOA = int(dns.rdatatype.NS), int(dns.rdatatype.CNAME), int(dns.rdatatype.SOA)
_DNAME, _DS, _NXNAME = int(dns.rdatatype.DNAME), int(dns.rdatatype.DS), 128
_ASTERISK = dns.name.Name((b"*",))


@dataclass(frozen=True, slots=True)
class Denial:
    """What is proven. ``outcome`` None means that nothing is.

    ``reason`` is OK, or why the proof leaves the answer insecure. ``delegation``: the name is a zone cut, or may be one
    in an opt-out span. ``detail`` names the part that is missing.
    """

    outcome: Outcome | None
    mechanism: str
    reason: Why = Why.OK
    delegation: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Types:
    """A type bitmap."""

    present: frozenset[int]

    @property
    def says_no_name(self) -> bool:
        """The name does not exist, although it has a record of its own (RFC 9824 section 3.1)."""
        return _NXNAME in self.present

    @property
    def below_a_cut(self) -> bool:
        """The record stands at the parent's side of a delegation, or above a redirected tree: it says nothing about
        names below its owner (RFC 6840 section 4.1)."""
        return self.is_delegation or _DNAME in self.present

    @property
    def is_delegation(self) -> bool:
        """NS without SOA."""
        return _NS in self.present and _SOA not in self.present

    def lack(self, rdtype: int, *, at_root: bool = False) -> bool:
        """The owner exists and has neither this type nor an alias, seen from the right side of a zone cut."""
        if rdtype in self.present or _CNAME in self.present:
            return False
        if rdtype == _DS:
            return at_root or _SOA not in self.present
        return not self.is_delegation


def types_of(windows: Sequence[tuple[int, bytes]]) -> Types:
    """The types in the windows of a bitmap (RFC 4034 section 4.1.2)."""
    return Types(
        frozenset(
            window * 256 + index * 8 + bit
            for window, octets in windows
            for index, octet in enumerate(octets)
            for bit in range(8)
            if octet & (0x80 >> bit)
        )
    )


def wildcard_of(encloser: Name) -> Name | None:
    """The wildcard at a closest encloser; None when that name would be too long to exist."""
    try:
        return _ASTERISK.concatenate(encloser)
    except dns.name.NameTooLong:
        return None


class Nsec:
    """The verified NSEC records of one answer from ``zone``."""

    mechanism = "NSEC"

    def __init__(self, zone: Name, records: Sequence[tuple[Name, NSEC]]) -> None:
        self._zone = zone
        self._records = [
            (owner, record.next, types_of(record.windows))
            for owner, record in records
            if owner.is_subdomain(zone) and record.next.is_subdomain(zone)
        ]

    def deny(self, name: Name, rdtype: Rdatatype) -> Denial:
        """The proof that ``name`` has no ``rdtype``, or does not exist."""
        types = self._types_at(name)
        if types is not None:
            if types.says_no_name:
                return Denial(Outcome.NO_SUCH_NAME, self.mechanism)
            if types.lack(int(rdtype), at_root=name == dns.name.root):
                return Denial(Outcome.NO_DATA, self.mechanism, delegation=types.is_delegation)
            return self._nothing("the type exists, or the record is from the other side of a zone cut")
        cover = self._cover(name)
        if cover is None:
            return self._nothing("no record covers the name")
        owner, following = cover
        if following.is_subdomain(name):  # an empty non-terminal (RFC 4592 section 2.2.2)
            return Denial(Outcome.NO_DATA, self.mechanism)
        return self._deny_wildcard(_closest_encloser(name, owner, following), rdtype)

    def _deny_wildcard(self, encloser: Name, rdtype: Rdatatype) -> Denial:
        wildcard = wildcard_of(encloser)
        types = None if wildcard is None else self._types_at(wildcard)
        if wildcard is None:
            return Denial(Outcome.NO_SUCH_NAME, self.mechanism)
        if types is not None:
            if types.lack(int(rdtype)):
                return Denial(Outcome.NO_DATA, self.mechanism)
            return self._nothing("the wildcard has the type")
        cover = self._cover(wildcard)
        if cover is None:
            return self._nothing("no record covers the wildcard")
        below = cover[1].is_subdomain(wildcard)
        return Denial(Outcome.NO_DATA if below else Outcome.NO_SUCH_NAME, self.mechanism)

    def deny_closer(self, name: Name, labels: int) -> Denial:
        """The proof that a wildcard answer is right: nothing stands nearer to ``name`` than the wildcard, whose parent
        has ``labels`` labels (RFC 4035 section 5.3.4)."""
        cover = self._cover(name)
        if cover is None or cover[1].is_subdomain(name):
            return self._nothing("no record covers the name")
        if len(_closest_encloser(name, *cover)) - 1 != labels:
            return self._nothing("another name is nearer than the wildcard")
        return Denial(Outcome.NO_SUCH_NAME, self.mechanism)

    def _types_at(self, name: Name) -> Types | None:
        return next((types for owner, _, types in self._records if owner == name), None)

    def _cover(self, name: Name) -> tuple[Name, Name] | None:
        """Owner and next name of a record in whose gap ``name`` lies."""
        for owner, following, types in self._records:
            if types.below_a_cut and name.is_subdomain(owner):
                continue
            if _in_gap(owner, name, following):
                return owner, following
        return None

    def _nothing(self, detail: str) -> Denial:
        return Denial(None, self.mechanism, Why.DENIAL_INCOMPLETE, detail=detail)


def _in_gap(owner: Name, name: Name, following: Name) -> bool:
    """Canonical order (RFC 4034 section 6.1); the last record points back to the apex."""
    if owner < following:
        return bool(owner < name < following)
    return bool(name > owner)


def _closest_encloser(name: Name, owner: Name, following: Name) -> Name:
    """The longest ancestor of ``name`` that exists, given the neighbours between which it would lie."""
    shared = max(name.fullcompare(owner)[2], name.fullcompare(following)[2])
    return name.split(shared)[1]
