"""A small signed name space in memory that answers as a resolver would, truthful or told to misbehave.

For tests of validation only: it shares no code with what it tests, nor with the practice internet.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.dnssecalgs import get_algorithm_cls
from dns.dnssecalgs.base import GenericPrivateKey
from dns.dnssectypes import Algorithm
from dns.name import Name
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checks.facts.dns import Answer, DnsFailure, Question

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
TTL = 3600
IN = dns.rdataclass.IN
RSA = frozenset({Algorithm.RSASHA1, Algorithm.RSASHA1NSEC3SHA1, Algorithm.RSASHA256, Algorithm.RSASHA512})
_made: dict[tuple[int, int, int], GenericPrivateKey] = {}

Section = list[dns.rrset.RRset]
Tweak = Callable[[Question, dns.message.Message], None]


def name_of(text: str | Name) -> Name:
    return text if isinstance(text, Name) else dns.name.from_text(text)


@dataclass(eq=False)
class SigningKey:
    """A key pair; the same (algorithm, number) is generated once for all tests."""

    private: GenericPrivateKey
    record: DNSKEY

    @classmethod
    def make(
        cls, algorithm: int = Algorithm.ECDSAP256SHA256, number: int = 0, *, flags: int = 257, bits: int = 1024
    ) -> SigningKey:
        made = (algorithm, number, bits)
        if made not in _made:
            private_class = get_algorithm_cls(algorithm)
            is_rsa = algorithm in RSA
            _made[made] = private_class.generate(key_size=bits) if is_rsa else private_class.generate()  # type: ignore[attr-defined]
        private = _made[made]
        return cls(private, private.public_key().to_dnskey(flags=flags))

    @property
    def tag(self) -> int:
        return dns.dnssec.key_id(self.record)


@dataclass
class Nsec3:
    iterations: int = 0
    salt: bytes = b""
    opt_out: bool = False
    algorithm: int = 1
    flags: int = 0


@dataclass(eq=False)
class Zone:
    """A zone: records, keys, denial by NSEC unless ``nsec3``; unsigned without keys. ``window`` is the validity."""

    apex: Name
    keys: list[SigningKey] = field(default_factory=list)
    zone_keys: list[SigningKey] = field(default_factory=list)  # sign everything but the DNSKEY set; default: ``keys``
    nsec3: Nsec3 | None = None
    window: tuple[datetime, datetime] = (NOW - timedelta(days=7), NOW + timedelta(days=7))
    records: dict[tuple[Name, dns.rdatatype.RdataType], list[str]] = field(default_factory=dict)
    key_records: list[DNSKEY] | None = None

    def __post_init__(self) -> None:
        self.add(self.apex, "SOA", f"ns.{self._suffix} hostmaster.{self._suffix} 1 7200 3600 1209600 300")
        self.add(self.apex, "NS", f"ns.{self._suffix}")

    @property
    def _suffix(self) -> str:
        return "" if self.apex == dns.name.root else self.apex.to_text()

    def add(self, name: str | Name, rdtype: str, *texts: str) -> Zone:
        self.records.setdefault((name_of(name), dns.rdatatype.from_text(rdtype)), []).extend(texts)
        return self

    def drop(self, name: str | Name, rdtype: str) -> Zone:
        del self.records[(name_of(name), dns.rdatatype.from_text(rdtype))]
        return self

    def delegate(self, child: str | Zone, *, ds: list[str] | None = None, digest: str = "SHA256") -> Zone:
        """Delegate with a DS for each key of the child (or the texts given); none for an unsigned child."""
        apex = child.apex if isinstance(child, Zone) else name_of(child)
        self.add(apex, "NS", f"ns.{apex.to_text()}")
        if ds is None and isinstance(child, Zone):
            ds = [ds_text(apex, key, digest) for key in child.keys]
        if ds:
            self.add(apex, "DS", *ds)
        return self

    # What the zone says

    def rrset(self, owner: Name, rdtype: dns.rdatatype.RdataType) -> dns.rrset.RRset:
        if rdtype == dns.rdatatype.DNSKEY and owner == self.apex:
            keys = [key.record for key in {id(k): k for k in self.keys + self.zone_keys}.values()]
            return dns.rrset.from_rdata_list(owner, TTL, self.key_records or keys)
        return dns.rrset.from_text_list(owner, TTL, IN, rdtype, self.records[(owner, rdtype)])

    def signed(self, rrset: dns.rrset.RRset) -> Section:
        """The RRset with its signatures, the way a server sends them."""
        is_key_set = rrset.rdtype == dns.rdatatype.DNSKEY
        keys = self.keys if is_key_set or not self.zone_keys else self.zone_keys
        if not keys:
            return [rrset]
        return [rrset, dns.rrset.from_rdata_list(rrset.name, rrset.ttl, [self.signature(rrset, key) for key in keys])]

    def signature(self, rrset: dns.rrset.RRset, key: SigningKey) -> dns.rdata.Rdata:
        inception, expiration = self.window
        return dns.dnssec.sign(
            rrset,
            key.private,
            self.apex,
            key.record,
            inception=inception,
            expiration=expiration,
            policy=dns.dnssec.allow_all_policy,
        )

    def owners(self) -> set[Name]:
        """Names with records, without what lies below a delegation."""
        names = {owner for owner, _ in self.records}
        return {name for name in names if not any(self._is_cut(above) for above in _above(name, self.apex))}

    def _is_cut(self, name: Name) -> bool:
        return name != self.apex and (name, dns.rdatatype.NS) in self.records

    def _is_unsigned_cut(self, name: Name) -> bool:
        return self._is_cut(name) and (name, dns.rdatatype.DS) not in self.records

    def exists(self, name: Name) -> bool:
        """Has records, or is an empty non-terminal."""
        return any(owner.is_subdomain(name) for owner in self.owners())

    def encloser(self, name: Name) -> Name:
        while not self.exists(name):
            name = name.parent()
        return name

    def types(self, owner: Name) -> list[dns.rdatatype.RdataType]:
        held = [rdtype for name, rdtype in self.records if name == owner]
        if owner == self.apex and self.keys:
            held.append(dns.rdatatype.DNSKEY)
        return held

    def answer(self, name: Name, rdtype: dns.rdatatype.RdataType) -> tuple[dns.rcode.Rcode, Section, Section]:
        for above in _above(name, self.apex, inclusive=True):
            if (above, dns.rdatatype.DNAME) in self.records:
                return dns.rcode.NOERROR, self._redirect(above, name), []
        if self.exists(name):
            return self._at(name, name, rdtype, [])
        wildcard = dns.name.Name((b"*",)) + self.encloser(name)
        if self.exists(wildcard):
            next_closer = name.split(len(self.encloser(name)) + 1)[1]
            return self._at(name, wildcard, rdtype, self.proof(next_closer if self.nsec3 else name))
        return dns.rcode.NXDOMAIN, [], self._no_such_name(name)

    def _at(
        self, name: Name, owner: Name, rdtype: dns.rdatatype.RdataType, proof: Section
    ) -> tuple[dns.rcode.Rcode, Section, Section]:
        """Records at ``owner``, given out under ``name``, with the proof that a wildcard needs."""
        for held in (rdtype, dns.rdatatype.CNAME):
            is_keys = held == dns.rdatatype.DNSKEY and owner == self.apex and bool(self.keys)
            if is_keys or (owner, held) in self.records:
                return dns.rcode.NOERROR, [_renamed(s, name) for s in self.signed(self.rrset(owner, held))], proof
        if self.nsec3 is not None and self.nsec3.opt_out and self._is_unsigned_cut(owner):
            return dns.rcode.NOERROR, [], [*self.soa(), *self.proof(owner.parent()), *self.proof(owner)]
        if self.nsec3 is None or owner == name:
            return dns.rcode.NOERROR, [], [*self.soa(), *proof, *self.proof(owner)]
        encloser = self.proof(self.encloser(name))
        return dns.rcode.NOERROR, [], [*self.soa(), *encloser, *proof, *self.proof(owner)]

    def _redirect(self, owner: Name, name: Name) -> Section:
        dname = self.rrset(owner, dns.rdatatype.DNAME)
        target = name.relativize(owner) + dname[0].target
        return [*self.signed(dname), dns.rrset.from_text(name, TTL, IN, "CNAME", target.to_text())]

    def _no_such_name(self, name: Name) -> Section:
        encloser = self.encloser(name)
        wildcard = dns.name.Name((b"*",)) + encloser
        if self.nsec3 is None:
            return [*self.soa(), *self.proof(name), *self.proof(wildcard)]
        next_closer = name.split(len(encloser) + 1)[1]
        return [*self.soa(), *self.proof(encloser), *self.proof(next_closer), *self.proof(wildcard)]

    def soa(self) -> Section:
        return self.signed(self.rrset(self.apex, dns.rdatatype.SOA))

    def proof(self, name: Name) -> Section:
        """The NSEC or NSEC3 record that matches or covers ``name``, signed."""
        if not self.keys:
            return []
        return self.signed(self._nsec(name) if self.nsec3 is None else self._nsec3(name))

    def _nsec(self, name: Name) -> dns.rrset.RRset:
        order = sorted(self.owners())
        owner = max((held for held in order if held <= name), default=order[-1])
        following = order[(order.index(owner) + 1) % len(order)]
        types = " ".join(
            dns.rdatatype.to_text(t) for t in [*self.types(owner), dns.rdatatype.RRSIG, dns.rdatatype.NSEC]
        )
        return dns.rrset.from_text(owner, 300, IN, "NSEC", f"{following.to_text()} {types}")

    def _nsec3(self, name: Name) -> dns.rrset.RRset:
        settings = self.nsec3 or Nsec3()
        named = {_hash(owner, settings): owner for owner in self._hashed_names()}
        order, wanted = sorted(named), _hash(name, settings)
        owner = max((held for held in order if held <= wanted), default=order[-1])
        following = order[(order.index(owner) + 1) % len(order)]
        types = " ".join(dns.rdatatype.to_text(t) for t in self._nsec3_types(named[owner]))
        flags = settings.flags | int(settings.opt_out)
        salt = settings.salt.hex() or "-"
        text = f"{settings.algorithm} {flags} {settings.iterations} {salt} {_b32(following)} {types}"
        return dns.rrset.from_text(name_of(_b32(owner) + "." + self._suffix), 300, IN, "NSEC3", text)

    def _nsec3_types(self, owner: Name) -> list[dns.rdatatype.RdataType]:
        held = self.types(owner)
        signed = bool(held) and (not self._is_cut(owner) or dns.rdatatype.DS in held)
        return [*held, dns.rdatatype.RRSIG] if signed else held

    def _hashed_names(self) -> Iterator[Name]:
        """Owners and empty non-terminals; with opt-out without unsigned delegations."""
        for owner in self.owners():
            if not (self._is_unsigned_cut(owner) and self.nsec3 and self.nsec3.opt_out):
                yield from (above for above in _above(owner, self.apex, inclusive=True))
                yield owner


class World:
    """Zones that answer together, as one truthful resolver; ``tweaks`` change the messages that it gives."""

    def __init__(self, *zones: Zone) -> None:
        self.zones = {zone.apex: zone for zone in zones}
        self.tweaks: list[Tweak] = []
        self.failures: dict[Question, DnsFailure] = {}
        self.asked: list[Question] = []

    def anchors(self, *apexes: str) -> list[str]:
        """DS trust anchors for the zones named (the root unless told otherwise)."""
        chosen = [self.zones[name_of(apex)] for apex in apexes or (".",)]
        return [f"{z.apex.to_text()} DS {ds_text(z.apex, key)}" for z in chosen for key in z.keys]

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if question in self.failures:
            return Answer(question, failure=self.failures[question])
        message = self.message(question)
        for tweak in self.tweaks:
            tweak(question, message)
        return Answer(question, base64.b64encode(message.to_wire(max_size=65535)).decode())

    def message(self, question: Question) -> dns.message.Message:
        query = dns.message.make_query(question.name, question.rdtype, want_dnssec=True, id=1)
        message = dns.message.make_response(query, recursion_available=True)
        name, rdtype = name_of(question.name), dns.rdatatype.from_text(question.rdtype)
        for _ in range(20):
            rcode, answer, authority = self.zone_for(name, rdtype).answer(name, rdtype)
            message.set_rcode(rcode)
            message.answer.extend(answer)
            message.authority.extend(r for r in authority if r not in message.authority)
            alias = [r for r in answer if r.rdtype == dns.rdatatype.CNAME]
            if not alias or rdtype == dns.rdatatype.CNAME:
                break
            name = alias[-1][0].target
        return message

    def zone_for(self, name: Name, rdtype: dns.rdatatype.RdataType) -> Zone:
        fit = [apex for apex in self.zones if name.is_subdomain(apex)]
        if rdtype == dns.rdatatype.DS and name != dns.name.root:
            fit = [apex for apex in fit if apex != name] or fit
        return self.zones[max(fit, key=len)]


class Everything(Mapping[Question, Answer]):
    """The world as a mapping that has an answer to every question."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._given: dict[Question, Answer] = {}

    def __getitem__(self, question: Question) -> Answer:
        if question not in self._given:
            self._given[question] = self._world.answer(question)
        return self._given[question]

    def __contains__(self, question: object) -> bool:
        return isinstance(question, Question)

    def __iter__(self) -> Iterator[Question]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def ds_text(apex: Name, key: SigningKey, digest: str = "SHA256") -> str:
    return dns.dnssec.make_ds(apex, key.record, digest, policy=dns.dnssec.allow_all_policy).to_text()


def signed_zone(
    apex: str, number: int = 0, algorithm: int = Algorithm.ECDSAP256SHA256, nsec3: Nsec3 | None = None, bits: int = 1024
) -> Zone:
    """A zone with one key for everything. The key is drawn from a few, by ``number``."""
    return Zone(name_of(apex), [SigningKey.make(algorithm, number, bits=bits)], nsec3=nsec3)


def _above(name: Name, apex: Name, *, inclusive: bool = False) -> Iterator[Name]:
    """The strict ancestors of ``name`` below the apex; ``inclusive`` adds the apex."""
    while name not in (apex, dns.name.root):
        name = name.parent()
        if name != apex or inclusive:
            yield name


def _renamed(rrset: dns.rrset.RRset, name: Name) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rrset.ttl, list(rrset))


def _hash(name: Name, settings: Nsec3) -> bytes:
    digest = hashlib.sha1(name.to_digestable() + settings.salt).digest()
    for _ in range(settings.iterations):
        digest = hashlib.sha1(digest + settings.salt).digest()
    return digest


def _b32(digest: bytes) -> str:
    return base64.b32hexencode(digest).decode().lower()
