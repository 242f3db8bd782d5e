"""Answers of name servers that were asked themselves, taken apart: what they hold, without a judgement."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dns.dnssec
import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from checks.dnssec.message import Message, read, read_wire
from checks.facts.dns import Answer, DirectAnswer, DnsFailure, Question

AA, RA, RCODE = 0x0400, 0x0080, 0x000F
FORMERR, NOTIMP = 1, 4


@dataclass(frozen=True, slots=True)
class Seen:
    """A direct answer taken apart: ``flags`` None when no message came."""

    direct: DirectAnswer
    flags: int | None
    message: Message

    @property
    def question(self) -> Question:
        """What the server was asked."""
        return self.direct.answer.question

    def has_flag(self, flag: int) -> bool:
        """A message came and has this bit set."""
        return self.flags is not None and bool(self.flags & flag)

    @property
    def usable(self) -> bool:
        """There is something in it to go by."""
        return self.message.failure is None


def all_taken_apart(direct: Iterable[DirectAnswer]) -> list[Seen]:
    """The answers with their headers and messages, as far as they can be read. Servers that agree send the same message
    but for its number, which is read once.
    """
    known: dict[tuple[Question, bytes], Message] = {}
    return [_taken_apart(item, known) for item in direct]


def taken_apart(direct: DirectAnswer) -> Seen:
    """One answer with its header and its message, as far as they can be read."""
    return _taken_apart(direct, {})


def _taken_apart(direct: DirectAnswer, known: dict[tuple[Question, bytes], Message]) -> Seen:
    answer = direct.answer
    try:
        wire = base64.b64decode(answer.wire, validate=True)
    except ValueError:
        wire = b""
    flags = struct.unpack_from("!H", wire, 2)[0] if len(wire) >= 12 else None
    if answer.failure is not None or flags is None:
        return Seen(direct, flags, Message(answer.failure or DnsFailure.MALFORMED))
    key = (answer.question, wire[2:])
    if key not in known:
        known[key] = read_wire(answer.question, wire)
    return Seen(direct, flags, known[key])


def split(zone: str, seen: Iterable[Seen]) -> tuple[list[Seen], list[Seen]]:
    """The zone's own servers are those that were asked for its SOA; the others are the parent's."""
    items = list(seen)
    own = {(item.direct.host, item.direct.address) for item in items if item.question == Question(zone, "SOA")}
    is_own = [(item.direct.host, item.direct.address) in own for item in items]
    below = dns.name.from_text(zone)
    mine = [
        item
        for item, flag in zip(items, is_own, strict=True)
        if flag
        and item.question.rdtype not in ("DS", "NS")
        and dns.name.from_text(item.question.name).is_subdomain(below)
    ]
    parents = [item for item in items if item.question.name == zone and item.question.rdtype in ("DS", "NS")]
    return mine, parents


def addresses_in(answer: Answer) -> tuple[str, ...]:
    """The addresses in an answer to an A or AAAA question, at its own name or at the end of its aliases."""
    message = read(answer.question, answer)
    rdtype = dns.rdatatype.from_text(answer.question.rdtype)
    return tuple(text for (_, kind), rrset in message.answer.items() if kind == rdtype for text in rrset.texts())


def serial_of(zone: str, items: Sequence[Seen]) -> int | None:
    """The serial in the SOA that one server gave, if it gave one."""
    for item in items:
        if item.usable and item.question == Question(zone, "SOA"):
            texts = texts_of(item.message, zone, "SOA")
            return int(texts[0].split()[2]) if texts else None
    return None


def newest_of(serials: set[int]) -> int | None:
    """By serial number arithmetic (RFC 1982 section 3.2): the one that no other is ahead of."""
    for serial in serials:
        if all((serial - other) % (1 << 32) < 1 << 31 for other in serials):
            return serial
    return max(serials, default=None)


def texts_of(message: Message, zone: str, rdtype: str) -> tuple[str, ...]:
    """Records of a type at the apex, in presentation format."""
    rrset = message.answer.get((dns.name.from_text(zone), dns.rdatatype.from_text(rdtype)))
    return rrset.texts() if rrset is not None else ()


def published_tags(message: Message, zone: str) -> frozenset[int]:
    """Tags of the keys in a DNSKEY answer."""
    rrset = message.answer.get((dns.name.from_text(zone), dns.rdatatype.DNSKEY))
    return frozenset(dns.dnssec.key_id(r) for r in rrset.rdatas if isinstance(r, DNSKEY)) if rrset else frozenset()


def signing_tags(zone: str, items: Sequence[Seen]) -> frozenset[int]:
    """Tags by which any server signs anything but its key set: every server must publish these (RFC 8901 section 3)."""
    apex = dns.name.from_text(zone)
    return frozenset(
        signature.key_tag
        for item in items
        if item.usable
        for section in (item.message.answer, item.message.authority)
        for rrset in section.values()
        if rrset.rdtype != dns.rdatatype.DNSKEY
        for signature in rrset.signatures
        if signature.signer == apex
    )


def different_ds(zone: str, parent: Sequence[Seen]) -> list[Seen]:
    """One answer for each different DS set (D38)."""
    sets: dict[tuple[str, ...], Seen] = {}
    for item in parent:
        if item.usable and item.question.rdtype == "DS" and item.has_flag(AA):
            sets.setdefault(texts_of(item.message, zone, "DS"), item)
    return list(sets.values())


def delegated_to(zone: str, parent: Sequence[Seen]) -> tuple[str, ...]:
    """The NS set in a referral, or in an answer when a server holds both zones."""
    key = (dns.name.from_text(zone), dns.rdatatype.NS)
    for item in parent:
        if item.usable and item.question.rdtype == "NS":
            rrset = item.message.authority.get(key) or item.message.answer.get(key)
            if rrset is not None:
                return rrset.texts()
    return ()


def denial_kinds(items: Sequence[Seen]) -> tuple[str, ...]:
    """NSEC, or NSEC3 with its parameters, as the servers use them (D61)."""
    kinds: set[str] = set()
    for item in items:
        for rrset in item.message.authority.values():
            if rrset.rdtype == dns.rdatatype.NSEC:
                kinds.add("NSEC")
            elif rrset.rdtype == dns.rdatatype.NSEC3:
                fields = rrset.texts()[0].split()
                kinds.add(f"NSEC3 {fields[0]} {fields[2]} {fields[3]}")
    return tuple(sorted(kinds))
