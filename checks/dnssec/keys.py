"""Keys of a zone: which we can use, how large they are, which DS record fits which.

Sizes are refused before any arithmetic. What a signature covers is not known here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import dns.dnssec
import dns.name
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from dns.dnssecalgs import get_algorithm_cls
from dns.dnssecalgs.base import GenericPublicKey
from dns.dnssectypes import Algorithm, DSDigest
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from checks.dnssec.model import DsView

# RFC 9904's registry as validators need it: RSA/MD5, DSA and GOST are not validated (RFC 9906), RSA/SHA-1 still is.
ALGORITHMS = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
DIGESTS = {1: "sha1", 2: "sha256", 4: "sha384"}
_RSA = frozenset({1, 5, 7, 8, 10})
_FIXED_BITS = {12: 512, 13: 256, 14: 384, 15: 256, 16: 456}
_SMALLEST_RSA = 512  # RFC 3110 section 2 and RFC 5702 section 2
_LONGEST_EXPONENT = 8  # bytes; nobody uses more than 4
_ZONE, _REVOKE, _SEP = 0x0100, 0x0080, 0x0001


class Flaw(StrEnum):
    """Why a key validates nothing."""

    NO_ZONE_FLAG = "no-zone-flag"  # RFC 4034 section 2.1.1
    PROTOCOL = "protocol"  # RFC 4034 section 2.1.2
    REVOKED = "revoked"  # RFC 5011 section 2.1
    ALGORITHM = "algorithm"
    SIZE = "size"


@dataclass(slots=True, eq=False)
class Key:
    """A DNSKEY record. ``flaw`` is None when it may validate."""

    rdata: DNSKEY
    tag: int
    algorithm: int
    bits: int
    flaw: Flaw | None
    _public: GenericPublicKey | None = None
    _read: bool = False

    @property
    def is_entry_point(self) -> bool:
        """The SEP flag is set."""
        return bool(int(self.rdata.flags) & _SEP)

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """The signature arithmetic. False too when the key or the signature makes no sense."""
        public = self._public_key()
        if public is None:
            return False
        try:
            public.verify(signature, data)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True

    def _public_key(self) -> GenericPublicKey | None:
        if not self._read:
            self._read = True
            try:
                private_class = get_algorithm_cls(self.algorithm)
                self._public = private_class.public_cls.from_dnskey(self.rdata)
            except (ValueError, UnsupportedAlgorithm):
                self._public = None
        return self._public


def read_keys(records: Sequence[DNSKEY], largest: int) -> list[Key]:
    """The keys in a DNSKEY set; RSA keys above ``largest`` bits are refused."""
    return [_read_key(record, largest) for record in records]


def _read_key(record: DNSKEY, largest: int) -> Key:
    bits, size_is_sane = _size(record, largest)
    flags = int(record.flags)
    flaw: Flaw | None = None
    if not flags & _ZONE:
        flaw = Flaw.NO_ZONE_FLAG
    elif record.protocol != 3:
        flaw = Flaw.PROTOCOL
    elif flags & _REVOKE:
        flaw = Flaw.REVOKED
    elif record.algorithm not in ALGORITHMS:
        flaw = Flaw.ALGORITHM
    elif not size_is_sane:
        flaw = Flaw.SIZE
    return Key(record, dns.dnssec.key_id(record), int(record.algorithm), bits, flaw)


def _size(record: DNSKEY, largest: int) -> tuple[int, bool]:
    """Bits of the key, and whether its size may be used at all (RFC 3110 section 2 for the layout of RSA keys)."""
    if record.algorithm not in _RSA:
        return _FIXED_BITS.get(int(record.algorithm), len(record.key) * 8), True
    key = record.key
    length, start = (key[0], 1) if key else (0, 0)
    if key and length == 0:
        length, start = int.from_bytes(key[1:3], "big"), 3
    modulus = key[start + length :].lstrip(b"\0")
    bits = len(modulus) * 8 - (8 - modulus[0].bit_length() if modulus else 0)
    exponent = key[start : start + length]
    return bits, _SMALLEST_RSA <= bits <= largest and 0 < len(exponent) <= _LONGEST_EXPONENT


def algorithm_name(number: int) -> str:
    """The mnemonic of a DNSSEC algorithm, or its number."""
    return Algorithm.to_text(Algorithm.make(number))


def digest_name(number: int) -> str:
    """The mnemonic of a DS digest type, or its number."""
    return DSDigest.to_text(DSDigest.make(number))


def usable_ds(records: Sequence[DS]) -> list[DS]:
    """The DS records that a chain may be built on: known algorithm and digest; SHA-1 only when there is nothing
    stronger (RFC 4509 section 3). None means that the zone counts as unsigned (RFC 4035 section 5.2)."""
    known = [ds for ds in records if int(ds.algorithm) in ALGORITHMS and int(ds.digest_type) in DIGESTS]
    stronger = [ds for ds in known if ds.digest_type != DSDigest.SHA1]
    return stronger or known


def fits(ds: DS, owner: dns.name.Name, key: Key) -> bool:
    """The DS record is the digest of this key (RFC 4034 section 5.1.4), whether or not the key may be used."""
    digest = DIGESTS.get(int(ds.digest_type))
    if digest is None or ds.key_tag != key.tag or int(ds.algorithm) != key.algorithm:
        return False
    hashed = hashlib.new(digest, owner.to_digestable() + key.rdata.to_digestable(), usedforsecurity=False).digest()
    return hmac.compare_digest(hashed, ds.digest)


def ds_text(owner: dns.name.Name, key: Key) -> str:
    """The DS record that points to this key, as rdata in presentation format: SHA-256 (RFC 8624 section 3.3)."""
    digest = hashlib.sha256(owner.to_digestable() + key.rdata.to_digestable()).hexdigest()
    return f"{key.tag} {key.algorithm} 2 {digest}"


def ds_views(records: Sequence[DS], owner: dns.name.Name, keys: Sequence[Key]) -> tuple[DsView, ...]:
    """DS records as they are shown, each with whether a usable key fits it."""
    usable = [key for key in keys if key.flaw is None]
    return tuple(
        DsView(
            ds.key_tag,
            algorithm_name(int(ds.algorithm)),
            digest_name(int(ds.digest_type)),
            any(fits(ds, owner, key) for key in usable),
        )
        for ds in sorted(records, key=lambda ds: (ds.key_tag, int(ds.algorithm), int(ds.digest_type), ds.digest))
    )


def anchor_ds(record: DNSKEY, owner: dns.name.Name) -> DS:
    """A DNSKEY trust anchor as the DS record that says the same."""
    return dns.dnssec.make_ds(owner, record, "SHA256")
