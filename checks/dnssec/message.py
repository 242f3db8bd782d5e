"""From a DNS message to the RRsets in it, each with its signatures; and the canonical form that signatures cover.

Wire from the network is hostile: whatever cannot be read becomes a failure, never an exception. Nothing here decides
whether a signature is good.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass, field
from functools import lru_cache

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.RRSIG import RRSIG

from checks.facts.dns import Answer, DnsFailure, Question

Name = dns.name.Name
Rdatatype = dns.rdatatype.RdataType

IN = dns.rdataclass.IN
_LONGEST = 65535  # bytes of a DNS message
_MOST_RECORDS = 1000  # in one message; more is only ever sent to cost time
_USABLE = frozenset({dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN})


@dataclass(slots=True)
class RRset:
    """Records of one owner and type as they came, with the signatures that cover them."""

    owner: Name
    rdtype: Rdatatype
    ttl: int
    rdatas: list[dns.rdata.Rdata] = field(default_factory=list)
    signatures: list[RRSIG] = field(default_factory=list)
    _canonical: list[bytes] | None = None

    def canonical_rdatas(self) -> list[bytes]:
        """The rdata in canonical form and order, without duplicates (RFC 4034 sections 6.2 and 6.3)."""
        if self._canonical is None:
            self._canonical = sorted({rdata.to_digestable() for rdata in self.rdatas})
        return self._canonical

    def texts(self) -> tuple[str, ...]:
        """Presentation form of what the signatures cover, in canonical order: names come out in lower case."""
        wires = self.canonical_rdatas()
        return tuple(dns.rdata.from_wire(IN, self.rdtype, wire, 0, len(wire)).to_text() for wire in wires)


Sets = dict[tuple[Name, Rdatatype], RRset]


@dataclass(slots=True)
class Message:
    """A response taken apart. ``failure`` is set when there is nothing in it to go by."""

    failure: DnsFailure | None = None
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    answer: Sets = field(default_factory=dict)
    authority: Sets = field(default_factory=dict)

    @property
    def no_such_name(self) -> bool:
        """What the RCODE says; it is not signed, so never a proof."""
        return self.rcode == dns.rcode.NXDOMAIN

    def denials(self, rdtype: Rdatatype) -> list[RRset]:
        """The signed or unsigned NSEC or NSEC3 RRsets of the authority section."""
        return [rrset for rrset in self.authority.values() if rrset.rdtype == rdtype]


def read(question: Question, answer: Answer | None) -> Message:
    """The message in ``answer``; a failure when it is not an answer to ``question``."""
    if answer is None:
        return Message(DnsFailure.NOT_ASKED)
    if answer.failure is not None or answer.question != question:
        return Message(answer.failure or DnsFailure.MALFORMED)
    try:
        wire = base64.b64decode(answer.wire, validate=True)
    except (binascii.Error, ValueError):
        return Message(DnsFailure.MALFORMED)
    return read_wire(question, b"\0\0" + wire[2:])  # servers that say the same differ in the number of the message only


@lru_cache(maxsize=512)
def read_wire(question: Question, wire: bytes) -> Message:
    """The message in ``wire``, see ``read``. Nobody changes it: measuring, judging and remarks read the same one, and taking a
    message apart is the dearest step of a look-up.
    """
    try:
        if len(wire) > _LONGEST or sum(struct.unpack_from("!HHH", wire, 6)) > _MOST_RECORDS:
            return Message(DnsFailure.MALFORMED)
        parsed = dns.message.from_wire(wire, one_rr_per_rrset=True, raise_on_truncation=True)
        return _taken_apart(question, parsed)
    except (dns.exception.DNSException, ValueError, struct.error, IndexError):
        return Message(DnsFailure.MALFORMED)


def _taken_apart(question: Question, parsed: dns.message.Message) -> Message:
    asked = parsed.question[0] if len(parsed.question) == 1 else None
    if (
        asked is None
        or not parsed.flags & dns.flags.QR
        or parsed.opcode() != dns.opcode.QUERY
        or asked.rdclass != IN
        or asked.name != dns.name.from_text(question.name)
        or asked.rdtype != dns.rdatatype.from_text(question.rdtype)
    ):
        return Message(DnsFailure.MALFORMED)
    rcode = parsed.rcode()
    if rcode not in _USABLE:
        return Message(DnsFailure.SERVFAIL if rcode == dns.rcode.SERVFAIL else DnsFailure.REFUSED, rcode)
    return Message(None, rcode, _sets(parsed.answer), _sets(parsed.authority))


def _sets(section: list[dns.rrset.RRset]) -> Sets:
    """RRsets of class IN by owner and type; signatures go to the RRset that they cover, others are dropped."""
    sets: Sets = {}
    for rrset in section:
        if rrset.rdclass == IN and rrset.rdtype != dns.rdatatype.RRSIG:
            key = (rrset.name, rrset.rdtype)
            held = sets.setdefault(key, RRset(rrset.name, rrset.rdtype, rrset.ttl))
            held.rdatas.extend(rrset)
            held.ttl = min(held.ttl, rrset.ttl)  # RFC 2181 section 5.2
    for rrset in section:
        if rrset.rdclass == IN and rrset.rdtype == dns.rdatatype.RRSIG:
            covered = sets.get((rrset.name, rrset.covers))
            if covered is not None:
                covered.signatures.extend(rdata for rdata in rrset if isinstance(rdata, RRSIG))
    return sets
