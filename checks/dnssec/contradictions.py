"""Answers of one scan that contradict each other: denials of what is also answered, and aliases beside other records.

Nothing here decides about security. A plain resolver never notices most of this; one that reuses denials (RFC 8198)
or follows aliases strictly does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3
from dns.rdtypes.ANY.RRSIG import RRSIG

from checks.dnssec.budget import Budget, Meter
from checks.dnssec.denial import Nsec
from checks.dnssec.message import Message, Name, RRset, read
from checks.dnssec.model import Outcome, Why
from checks.dnssec.nsec3 import Nsec3
from checks.dnssec.signatures import label_count
from checks.facts.dns import Answer, Question

_CNAME = dns.rdatatype.CNAME
_ALLOWED_BESIDE_CNAME = frozenset({dns.rdatatype.NSEC, dns.rdatatype.KEY, dns.rdatatype.SIG})  # RFC 4034 section 3


class Clash(StrEnum):
    """What contradicts what."""

    DENIED_AND_ANSWERED = "denied-and-answered"
    ALIAS_AND_DATA = "alias-and-data"  # RFC 1034 section 3.6.2
    TWO_ALIASES = "two-aliases"  # RFC 2181 section 10.1


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A name and type that are there, and the question whose answer says otherwise."""

    clash: Clash
    name: str
    rdtype: str
    question: Question


Taken = list[tuple[Question, Message]]


def _read(answer: Answer) -> Message:
    return read(answer.question, answer)


def contradictions(
    answers: Iterable[Answer], message: Callable[[Answer], Message] = _read
) -> tuple[Contradiction, ...]:
    """Every contradiction in the answers of a scan, or of one name server, each once. ``message`` takes one apart."""
    taken = [(answer.question, message(answer)) for answer in answers]
    taken = [(question, message) for question, message in taken if message.failure is None]
    found = dict.fromkeys((*_denied_and_answered(taken), *_beside_aliases(taken)))
    return tuple(sorted(found, key=lambda clash: (clash.clash, clash.name, clash.rdtype, clash.question)))


def _denied_and_answered(taken: Taken) -> Iterator[Contradiction]:
    present = [
        held for _, message in taken for rrset in message.answer.values() if (held := _signed(rrset)) is not None
    ]
    for question, message in taken:
        for zone, denial in _denials(message).items():
            for signer, rrset in present:
                if signer == zone and _denies(denial, rrset):
                    name, rdtype = rrset.owner.canonicalize().to_text(), dns.rdatatype.to_text(rrset.rdtype)
                    yield Contradiction(Clash.DENIED_AND_ANSWERED, name, rdtype, question)


def _signed(rrset: RRset) -> tuple[Name, RRset] | None:
    """The set with its zone. What a wildcard or a DNAME made is rightly denied under its own name (RFC 6672 5.3)."""
    for signature in rrset.signatures:
        if signature.labels == label_count(rrset.owner):
            return signature.signer, rrset
    return None


def _denials(message: Message) -> Mapping[Name, Nsec | Nsec3]:
    """The denials in a message by the zone that signed them."""
    nsec: dict[Name, list[tuple[Name, NSEC]]] = {}
    nsec3: dict[Name, list[tuple[Name, NSEC3]]] = {}
    for rrset in message.authority.values():
        for signer in {signature.signer for signature in _own(rrset)}:
            nsec.setdefault(signer, []).extend((rrset.owner, r) for r in rrset.rdatas if isinstance(r, NSEC))
            nsec3.setdefault(signer, []).extend((rrset.owner, r) for r in rrset.rdatas if isinstance(r, NSEC3))
    found: dict[Name, Nsec | Nsec3] = {zone: Nsec(zone, records) for zone, records in nsec.items() if records}
    meter = Meter(Budget())
    return found | {zone: Nsec3(zone, records, meter) for zone, records in nsec3.items() if records}


def _own(rrset: RRset) -> Sequence[RRSIG]:
    return [s for s in rrset.signatures if s.labels == label_count(rrset.owner)]


def _denies(denial: Nsec | Nsec3, rrset: RRset) -> bool:
    """The records prove that this very set is not there. An opt-out span proves nothing of the kind."""
    proof = denial.deny(rrset.owner, rrset.rdtype)
    return proof.outcome in (Outcome.NO_DATA, Outcome.NO_SUCH_NAME) and proof.reason is Why.OK


def _beside_aliases(taken: Taken) -> Iterator[Contradiction]:
    aliases: dict[Name, tuple[Question, RRset]] = {}
    for question, message in taken:
        for rrset in message.answer.values():
            if rrset.rdtype == _CNAME:
                aliases.setdefault(rrset.owner, (question, rrset))
    for owner, (question, rrset) in aliases.items():
        if len(rrset.canonical_rdatas()) > 1:
            yield Contradiction(Clash.TWO_ALIASES, owner.canonicalize().to_text(), "CNAME", question)
    for _, message in taken:
        for rrset in message.answer.values():
            beside = rrset.rdtype != _CNAME and rrset.rdtype not in _ALLOWED_BESIDE_CNAME
            if beside and rrset.rdatas and rrset.owner in aliases:
                rdtype = dns.rdatatype.to_text(rrset.rdtype)
                name = rrset.owner.canonicalize().to_text()
                yield Contradiction(Clash.ALIAS_AND_DATA, name, rdtype, aliases[rrset.owner][0])
