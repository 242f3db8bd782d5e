"""Keys and signatures of a zone (RFC 4034, RFC 4035 section 2). A signature is made when somebody first asks for it
and again when half of its time is over, so a start costs nothing and a long run never serves signatures that are
about to end.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import dns.dnssec
import dns.rdataset
from dns.dnssectypes import DSDigest
from dns.name import Name
from dns.rdataset import Rdataset
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS

from lab.keys import KeyStore, PrivateKey
from lab.model import ZoneSpec
from lab.zones import TTL

BACKDATED = 3_600
LIFETIME = 14 * 86_400
"""Seconds before and after the moment of signing in which a signature holds."""
DAY = 86_400

ZONE_KEY = 0x0100
SECURE_ENTRY_POINT = 0x0001

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the record that publishes it."""

    private: PrivateKey
    dnskey: DNSKEY


@dataclass(frozen=True, slots=True)
class ZoneKeys:
    """What signs the key set, and what signs the rest: one key twice, or two (RFC 6781 section 3.1)."""

    key_signing: SigningKey
    zone_signing: SigningKey

    def dnskeys(self) -> Rdataset:
        """The DNSKEY set to publish."""
        return dns.rdataset.from_rdata_list(TTL, list({key.dnskey for key in (self.key_signing, self.zone_signing)}))


def zone_keys(store: KeyStore, origin: Name, spec: ZoneSpec) -> ZoneKeys:
    """The keys of a zone, taken from the store or made."""
    label = f"zone-{origin.to_text(omit_final_dot=True)}"
    entry = _signing_key(store, f"{label}-ksk", spec, ZONE_KEY | SECURE_ENTRY_POINT)
    return ZoneKeys(entry, _signing_key(store, f"{label}-zsk", spec, ZONE_KEY) if spec.split_keys else entry)


def ds_record(origin: Name, key: SigningKey) -> DS:
    """The DS record (SHA-256) with which the parent points at this key."""
    return dns.dnssec.make_ds(origin, key.dnskey, DSDigest.SHA256)


def stray_ds(store: KeyStore, origin: Name, spec: ZoneSpec) -> DS:
    """A DS record for a key that the zone does not have."""
    return ds_record(origin, _signing_key(store, f"zone-{origin.to_text(omit_final_dot=True)}-stray", spec, 0x0101))


def _signing_key(store: KeyStore, label: str, spec: ZoneSpec, flags: int) -> SigningKey:
    private = store.private_key(label, spec.algorithm)
    return SigningKey(private, dns.dnssec.make_dnskey(private.public_key(), spec.algorithm, flags=flags))


class Signer:
    """Makes and remembers the signatures of one zone."""

    def __init__(self, origin: Name, keys: ZoneKeys, *, left: float = LIFETIME, clock: Clock = time.time) -> None:
        """`left`: seconds that a signature still holds when it is given out; less than nothing for one that ran out."""
        self._origin = origin
        self._keys = keys
        self._left = left
        self._clock = clock
        self._made: dict[tuple[Name, RdataType], tuple[float, Rdataset, Rdataset]] = {}

    def signature(self, name: Name, data: Rdataset) -> Rdataset:
        """The RRSIG over this RRset; `name` is the owner as it stands in the zone, so `*.…` for a wildcard."""
        now = self._clock()
        known = self._made.get((name, data.rdtype))
        if known and known[1] is data and now - known[0] < LIFETIME / 2:
            return known[2]
        made = self._sign(name, data, now)
        self._made[name, data.rdtype] = (now, data, made)
        return made

    def _sign(self, name: Name, data: Rdataset, now: float) -> Rdataset:
        key = self._keys.key_signing if data.rdtype == RdataType.DNSKEY else self._keys.zone_signing
        ending = now + self._left
        signature = dns.dnssec.sign(
            (name, data),
            key.private,
            self._origin,
            key.dnskey,
            inception=int(ending - LIFETIME - BACKDATED),
            expiration=int(ending),
        )
        return dns.rdataset.from_rdata(data.ttl, signature)
