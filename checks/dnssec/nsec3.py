"""Proofs of absence by NSEC3 (RFC 5155 section 8): hashing, closest encloser, opt-out, and the limits of RFC 9276.

As in ``denial``, the records handed in have been verified.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC3 import NSEC3

from checks.dnssec.budget import Meter
from checks.dnssec.denial import Denial, Types, types_of, wildcard_of
from checks.dnssec.message import Name, Rdatatype
from checks.dnssec.model import Outcome, Why

_SHA1, _OPT_OUT = 1, 1


class _TooMuch(Exception):
    """The budget for hashes is spent."""


@dataclass(frozen=True, slots=True)
class _Record:
    owner: bytes  # the hash in the owner name
    following: bytes
    opt_out: bool
    types: Types

    def covers(self, hashed: bytes) -> bool:
        if self.owner < self.following:
            return self.owner < hashed < self.following
        return hashed > self.owner or hashed < self.following


@dataclass(frozen=True, slots=True)
class _Encloser:
    """A closest encloser proof (RFC 5155 section 8.3): the name, and whether the span over the next closer name is
    opt-out."""

    name: Name
    opt_out: bool


class Nsec3:
    """The verified NSEC3 records of one answer from ``zone``, of one set of parameters."""

    mechanism = "NSEC3"

    def __init__(self, zone: Name, records: Sequence[tuple[Name, NSEC3]], meter: Meter) -> None:
        self._zone = zone
        self._meter = meter
        self._left = meter.budget.hashes_per_message
        self._hashes: dict[Name, bytes] = {}
        known = [(owner, record) for owner, record in records if _is_known(record)]
        self._unknown = bool(records) and not known
        self._salt: bytes = known[0][1].salt if known else b""
        self._iterations: int = known[0][1].iterations if known else 0
        same = ((o, r) for o, r in known if (r.salt, r.iterations) == (self._salt, self._iterations))
        self._records = [held for owner, record in same if (held := _held(zone, owner, record)) is not None]

    def deny(self, name: Name, rdtype: Rdatatype) -> Denial:
        """The proof that ``name`` has no ``rdtype``, or does not exist (RFC 5155 sections 8.4 to 8.7)."""
        if (refusal := self._refusal(rdtype)) is not None:
            return refusal
        try:
            return self._deny(name, rdtype)
        except _TooMuch:
            return Denial(None, self.mechanism, Why.EXHAUSTS_VALIDATORS, detail="hashes")

    def deny_closer(self, name: Name, labels: int) -> Denial:
        """The proof that a wildcard answer is right (RFC 5155 section 8.8)."""
        if (refusal := self._refusal(None)) is not None:
            return refusal
        next_closer = name.split(labels + 2)[1]
        try:
            cover = self._cover(next_closer)
        except _TooMuch:
            return Denial(None, self.mechanism, Why.EXHAUSTS_VALIDATORS, detail="hashes")
        if cover is None:
            return self._nothing("no record covers the next closer name")
        return self._proven(Outcome.NO_SUCH_NAME, opt_out=cover.opt_out)

    def _deny(self, name: Name, rdtype: Rdatatype) -> Denial:
        exact = self._at(name)
        if exact is not None:
            if not exact.types.lack(int(rdtype), at_root=name == dns.name.root):
                return self._nothing("the type exists, or the record is from the other side of a zone cut")
            return Denial(Outcome.NO_DATA, self.mechanism, delegation=exact.types.is_delegation)
        encloser = self._closest_encloser(name)
        if encloser is None:
            return self._nothing("no proof of the closest encloser")
        if rdtype == dns.rdatatype.DS and encloser.opt_out:
            return Denial(Outcome.NO_DATA, self.mechanism, Why.OPT_OUT, delegation=True)
        wildcard = wildcard_of(encloser.name)
        at_wildcard = None if wildcard is None else self._at(wildcard)
        if at_wildcard is not None:
            if at_wildcard.types.lack(int(rdtype)):
                return self._proven(Outcome.NO_DATA, opt_out=encloser.opt_out)
            return self._nothing("the wildcard has the type")
        if wildcard is None or self._cover(wildcard) is not None:
            return self._proven(Outcome.NO_SUCH_NAME, opt_out=encloser.opt_out)
        if encloser.opt_out:  # an empty non-terminal above unsigned delegations has no record of its own
            return self._proven(Outcome.NO_DATA, opt_out=True)
        return self._nothing("no record covers the wildcard")

    def _refusal(self, rdtype: Rdatatype | None) -> Denial | None:
        """What keeps the records from being used at all."""
        if self._unknown:  # RFC 5155 section 8.1: ignored, so a delegation cannot be told to be signed
            if rdtype == dns.rdatatype.DS:
                return Denial(Outcome.NO_DATA, self.mechanism, Why.UNSUPPORTED_ALGORITHM, delegation=True)
            return self._nothing("unknown hash algorithm or flags")
        if self._iterations > self._meter.budget.iterations:
            return Denial(Outcome.NO_DATA, self.mechanism, Why.ITERATIONS_TOO_HIGH, delegation=True)
        return None

    def _closest_encloser(self, name: Name) -> _Encloser | None:
        next_closer = name
        while next_closer != self._zone:
            candidate = next_closer.parent()
            found = self._at(candidate)
            if found is not None:
                if found.types.below_a_cut:
                    return None
                cover = self._cover(next_closer)
                return None if cover is None else _Encloser(candidate, cover.opt_out)
            next_closer = candidate
        return None

    def _at(self, name: Name) -> _Record | None:
        hashed = self._hash(name)
        return next((record for record in self._records if record.owner == hashed), None)

    def _cover(self, name: Name) -> _Record | None:
        hashed = self._hash(name)
        return next((record for record in self._records if record.covers(hashed)), None)

    def _hash(self, name: Name) -> bytes:
        """RFC 5155 section 5."""
        known = self._hashes.get(name)
        if known is not None:
            return known
        self._left -= 1
        if self._left < 0 or not self._meter.spend_hash():
            raise _TooMuch
        salt = self._salt
        digest = hashlib.sha1(name.to_digestable() + salt, usedforsecurity=False).digest()
        for _ in range(self._iterations):
            digest = hashlib.sha1(digest + salt, usedforsecurity=False).digest()
        self._hashes[name] = digest
        return digest

    def _proven(self, outcome: Outcome, *, opt_out: bool) -> Denial:
        """A span that leaves out unsigned delegations proves nothing about them (RFC 5155 section 9.2)."""
        return Denial(outcome, self.mechanism, Why.OPT_OUT if opt_out else Why.OK)

    def _nothing(self, detail: str) -> Denial:
        return Denial(None, self.mechanism, Why.DENIAL_INCOMPLETE, detail=detail)


def _is_known(record: NSEC3) -> bool:
    """RFC 5155 sections 8.1 and 8.2: records of an unknown hash or with unknown flags are ignored."""
    return record.algorithm == _SHA1 and record.flags in (0, _OPT_OUT)


def _held(zone: Name, owner: Name, record: NSEC3) -> _Record | None:
    if len(owner) != len(zone) + 1 or not owner.is_subdomain(zone):
        return None
    try:
        hashed = base64.b32hexdecode(owner.labels[0].upper())
    except (binascii.Error, ValueError):
        return None
    if len(hashed) != 20 or len(record.next) != 20:
        return None
    return _Record(hashed, record.next, bool(record.flags & _OPT_OUT), types_of(record.windows))
