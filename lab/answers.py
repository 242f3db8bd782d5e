"""What one zone answers to one question: the records, the signatures, the proofs (RFC 1034 section 4.3.2, RFC 4035
section 3.1, RFC 5155 section 7.2), and the faults of that zone. Knows neither messages nor other zones.
"""

import dataclasses
import time
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import dns.name
import dns.rrset
from dns.name import Name
from dns.rcode import Rcode
from dns.rdataset import Rdataset
from dns.rdatatype import RdataType
from dns.rrset import RRset

from lab.denial import Chain, NoChain, Proof, chain_of
from lab.keys import KeyStore
from lab.model import Denial, DnsFault, ZoneFault, ZoneSpec
from lab.signing import DAY, LIFETIME, Clock, Signer, zone_keys
from lab.zones import TTL, Zone, rdataset

_LEFT = {DnsFault.EXPIRED_SIGNATURES: -DAY, DnsFault.ENDING_SIGNATURES: DAY}


class Kind(StrEnum):
    """What sort of answer the zone gives."""

    DATA = "data"
    ALIAS = "alias"
    NOTHING = "nothing"  # the name or the type does not exist
    REFERRAL = "referral"
    SILENCE = "silence"
    REFUSAL = "refusal"  # an error code and nothing else


@dataclass(slots=True)
class Answer:
    """The sections of an answer. `target` is where an alias leads, `delay` the seconds that it lets people wait."""

    kind: Kind
    rcode: Rcode = Rcode.NOERROR
    answer: list[RRset] = field(default_factory=list)
    authority: list[RRset] = field(default_factory=list)
    additional: list[RRset] = field(default_factory=list)
    target: Name | None = None
    delay: float = 0.0


class SignedZone:
    """A zone ready to answer: contents, keys, chain of denial, faults. Not changed once made; `replaced` makes
    another.
    """

    def __init__(
        self, zone: Zone, spec: ZoneSpec, store: KeyStore, *, clock: Clock = time.time, delay: float = 0.0
    ) -> None:
        self._spec = spec
        self._delay = delay
        self._store = store
        self._clock = clock
        self._signer: Signer | None = None
        if spec.signed:
            keys = zone_keys(store, zone.origin, spec)
            zone = zone.replaced(zone.origin, RdataType.DNSKEY, keys.dnskeys())
            if spec.denial is not Denial.NSEC:
                zone = zone.replaced(zone.origin, RdataType.NSEC3PARAM, rdataset(RdataType.NSEC3PARAM, ["1 0 0 -"]))
            left = min((_LEFT.get(fault.kind, LIFETIME) for fault in spec.faults), default=LIFETIME)
            self._signer = Signer(zone.origin, keys, left=left, clock=clock)
        self.zone = zone

    @cached_property
    def _chain(self) -> Chain:
        """Made when the first question comes: most zones of a run are never asked about."""
        return chain_of(self.zone, self._spec.denial) if self._spec.signed else NoChain()

    def replaced(self, name: Name, rdtype: RdataType, data: Rdataset | None) -> "SignedZone":
        """The same zone with this data in the place of what was there; None removes it."""
        changed = self.zone.replaced(name, rdtype, data)
        return SignedZone(changed, self._spec, self._store, clock=self._clock, delay=self._delay)

    def as_it_was(self) -> "SignedZone":
        """The copy of a secondary that has not heard of its primary for two weeks: an older serial, signatures that ran
        out a day ago.
        """
        soa = self.zone.nodes[self.zone.origin][RdataType.SOA][0]
        older = Rdataset(soa.rdclass, soa.rdtype, ttl=TTL)
        older.add(soa.replace(serial=soa.serial - 15 * DAY))
        spec = dataclasses.replace(self._spec, faults=(ZoneFault(DnsFault.EXPIRED_SIGNATURES),))
        zone = self.zone.replaced(self.zone.origin, RdataType.SOA, older)
        return SignedZone(zone, spec, self._store, clock=self._clock, delay=self._delay)

    def look_up(self, name: Name, rdtype: RdataType) -> Answer:
        """The answer to a question about a name in this zone, its faults included."""
        answer = self._untruth(name, rdtype) or self._without_missing(name, rdtype, self._truth(name, rdtype))
        answer.delay = self._delay
        return answer

    def _untruth(self, name: Name, rdtype: RdataType) -> Answer | None:
        """What is said in the place of the truth."""
        for fault in self._spec.faults:
            if self._touches(fault, name, rdtype):
                match fault.kind:
                    case DnsFault.SILENT:
                        return Answer(Kind.SILENCE)
                    case DnsFault.SERVFAIL:
                        return Answer(Kind.REFUSAL, Rcode.SERVFAIL)
                    case DnsFault.NXDOMAIN:
                        return self._nothing(Rcode.NXDOMAIN, [])
        return None

    def master_file(self) -> str:
        """The whole zone in master-file form, signed, for another name server or a verifier; faults of single answers left out."""
        proofs = [rrset for owner, data in self._chain.whole() for rrset in self._with_signature(owner, owner, data)]
        records = [
            rrset
            for name, node in self.zone.nodes.items()
            for data in node.values()
            for rrset in self._at_rest(name, data)
        ]
        return "".join(f"{rrset}\n" for rrset in (*records, *proofs))

    def _at_rest(self, name: Name, data: Rdataset) -> list[RRset]:
        """As it stands in the zone: glue and the NS records of a delegation bear no signature (RFC 4035 section 2.2)."""
        cut = self.zone.cut_for(name)
        own = cut is None or (cut == name and data.rdtype == RdataType.DS)
        return self._with_signature(name, name, data) if own else [_rrset(name, data)]

    def _truth(self, name: Name, rdtype: RdataType) -> Answer:
        cut = self.zone.cut_for(name)
        if cut is not None and not (cut == name and rdtype == RdataType.DS):
            return self._referral(cut)
        if self.zone.exists(name):
            return self._at(name, name, rdtype) or self._nothing(Rcode.NOERROR, self._chain.no_data(name))
        wildcard = Name((b"*", *self.zone.closest_encloser(name).labels))
        if not self.zone.exists(wildcard):
            return self._nothing(Rcode.NXDOMAIN, self._chain.no_name(name))
        found = self._at(wildcard, name, rdtype)
        if found is None:
            return self._nothing(Rcode.NOERROR, self._chain.no_data_at_wildcard(name))
        found.authority = self._signed(self._chain.expansion(name))
        return found

    def _at(self, owner: Name, name: Name, rdtype: RdataType) -> Answer | None:
        """What stands at `owner`, given out under `name`: the two differ for a wildcard."""
        node = self.zone.nodes.get(owner, {})
        if rdtype == RdataType.ANY and node:
            # RFC 8482 section 4.1: one set is enough.
            rdtype = next(iter(node))
        if rdtype in node:
            return Answer(Kind.DATA, answer=self._with_signature(owner, name, node[rdtype]))
        if RdataType.CNAME in node:
            alias = node[RdataType.CNAME]
            return Answer(Kind.ALIAS, answer=self._with_signature(owner, name, alias), target=alias[0].target)
        return None

    def _nothing(self, rcode: Rcode, proof: Proof) -> Answer:
        soa = self.zone.nodes[self.zone.origin][RdataType.SOA]
        authority = self._with_signature(self.zone.origin, self.zone.origin, soa) + self._signed(proof)
        return Answer(Kind.NOTHING, rcode, authority=authority)

    def _referral(self, cut: Name) -> Answer:
        servers = self.zone.nodes[cut][RdataType.NS]
        answer = Answer(Kind.REFERRAL, authority=[_rrset(cut, servers)])
        signed_child = self.zone.get(cut, RdataType.DS)
        if signed_child is not None:
            answer.authority += self._with_signature(cut, cut, signed_child)
        else:
            answer.authority += self._signed(self._chain.unsigned_delegation(cut))
        for server in servers:
            for rdtype in (RdataType.A, RdataType.AAAA):
                glue = self.zone.get(server.target, rdtype)
                if glue is not None:
                    answer.additional.append(_rrset(server.target, glue))
        return answer

    def _signed(self, proof: Proof) -> list[RRset]:
        return [rrset for owner, data in proof for rrset in self._with_signature(owner, owner, data)]

    def _with_signature(self, owner: Name, name: Name, data: Rdataset) -> list[RRset]:
        if self._signer is None:
            return [_rrset(name, data)]
        return [_rrset(name, data), _rrset(name, self._signer.signature(owner, data))]

    def _touches(self, fault: ZoneFault, name: Name, rdtype: RdataType) -> bool:
        below = dns.name.from_text(fault.below, self.zone.origin)
        return name.is_subdomain(below) and fault.rdtype in ("", RdataType.to_text(rdtype))

    def _without_missing(self, name: Name, rdtype: RdataType, answer: Answer) -> Answer:
        for fault in self._spec.faults:
            if fault.kind is DnsFault.MISSING_DENIAL and self._touches(fault, name, rdtype):
                answer.authority = [rrset for rrset in answer.authority if not _is_proof(rrset)]
            if fault.kind is DnsFault.MISSING_SIGNATURE:
                answer.answer = [rrset for rrset in answer.answer if not self._unsigned_by(fault, rrset)]
                answer.authority = [rrset for rrset in answer.authority if not self._unsigned_by(fault, rrset)]
        return answer

    def _unsigned_by(self, fault: ZoneFault, rrset: RRset) -> bool:
        return rrset.rdtype == RdataType.RRSIG and self._touches(fault, rrset.name, rrset.covers)


def _is_proof(rrset: RRset) -> bool:
    proofs = (RdataType.NSEC, RdataType.NSEC3)
    return rrset.rdtype in proofs or rrset.covers in proofs


def _rrset(name: Name, data: Rdataset) -> RRset:
    return dns.rrset.from_rdata_list(name, data.ttl, list(data))
