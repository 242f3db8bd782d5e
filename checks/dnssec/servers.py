"""What each name server of a zone does wrong: it is silent, lame, stale, without signatures, or its answers are bogus.

Pure: over answers of servers that were asked themselves, judged by the chain that the resolver showed. Never settled
by which server a resolver happened to hit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import dns.name

from checks.dnssec.chain import Steps, Validator
from checks.dnssec.direct import (
    AA,
    FORMERR,
    NOTIMP,
    RA,
    RCODE,
    Seen,
    all_taken_apart,
    delegated_to,
    denial_kinds,
    different_ds,
    newest_of,
    published_tags,
    serial_of,
    signing_tags,
    split,
    texts_of,
)
from checks.dnssec.model import Lookup, Security, Why
from checks.facts.dns import Answer, DirectAnswer, DnsFailure, Question

_SILENT = frozenset({DnsFailure.TIMEOUT, DnsFailure.UNREACHABLE})
_OURS = frozenset({DnsFailure.NO_IPV6, DnsFailure.FORBIDDEN, DnsFailure.NOT_ASKED})


class Fault(StrEnum):
    """What is wrong with one server."""

    UNREACHABLE = "unreachable"  # neither UDP nor TCP
    NO_UDP = "no-udp"
    NO_TCP = "no-tcp"  # RFC 7766 section 5
    REFUSES = "refuses"  # it does not serve the zone, or has trouble with it
    NO_EDNS = "no-edns"  # FORMERR or NOTIMP to a query with EDNS (RFC 6891 section 7)
    LAME = "lame"  # answers without authority (RFC 1912 section 2.8)
    OPEN_RESOLVER = "open-resolver"  # offers recursion
    STALE = "stale"  # an older serial than another server
    UNSIGNED = "unsigned"  # the zone is signed, its answers are not
    BOGUS = "bogus"
    KEYS_WITHOUT_PATH = "keys-without-path"  # its keys fit no DS set that a parent server gives
    SILENT_ON_TYPE = "silent-on-type"  # answers some types and stays silent on others (RFC 8906 section 3.1)
    REFUSES_TYPE = "refuses-type"
    DENIES_EMPTY_NON_TERMINAL = "denies-empty-non-terminal"  # NXDOMAIN above a name that it has (RFC 8020 section 2)
    MIXED_SIGNERS = "mixed-signers"  # lacks a key by which another server signs (RFC 8901 section 3)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, the question it showed in, and JSON-able values."""

    fault: Fault
    question: Question | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServerView:
    """One address of one server. ``untested`` says why we could not ask; then it has no faults."""

    host: str
    address: str
    serial: int | None
    faults: tuple[Finding, ...]
    untested: DnsFailure | None = None


@dataclass(frozen=True, slots=True)
class ZoneView:
    """All servers of a zone, and where they and their parent contradict each other."""

    zone: str
    servers: tuple[ServerView, ...]
    serials: tuple[int, ...]
    ds_sets: tuple[tuple[str, ...], ...]  # the different DS sets that parent servers give
    ns_of_parent: tuple[str, ...]
    ns_of_zone: tuple[str, ...]
    denial_kinds: tuple[
        str, ...
    ]  # NSEC, NSEC3 with its parameters: more than one is legal, and odd (Zonemaster DNSSEC03)

    @property
    def ns_sets_differ(self) -> bool:
        """Delegation and zone name other servers (RFC 1034 section 4.2.2)."""
        return bool(self.ns_of_parent) and self.ns_of_parent != self.ns_of_zone


def zone_view(
    zone: str, validator: Validator, answers: Mapping[Question, Answer], direct: Sequence[DirectAnswer]
) -> ZoneView:
    """The servers of ``zone`` as ``direct`` shows them. ``answers`` are the resolver's, for the chain above."""
    own, parent = split(zone, all_taken_apart(direct))
    validator, answers = _whole_chain(zone, validator, answers, own)
    by_server: dict[tuple[str, str], list[Seen]] = {}
    for item in own:
        by_server.setdefault((item.direct.host, item.direct.address), []).append(item)
    serials = {serial for items in by_server.values() if (serial := serial_of(zone, items)) is not None}
    ds_answers = different_ds(zone, parent)
    judge = _Judge(zone, validator, answers, tuple(ds_answers), signing_tags(zone, own), newest_of(serials))
    return ZoneView(
        zone,
        tuple(judge.server(host, address, items) for (host, address), items in sorted(by_server.items())),
        tuple(sorted(serials)),
        tuple(sorted(texts_of(item.message, zone, "DS") for item in ds_answers)),
        delegated_to(zone, parent),
        judge.run(validator.lookup(zone, "NS")).records,
        denial_kinds(own),
    )


def _whole_chain(
    zone: str, validator: Validator, answers: Mapping[Question, Answer], own: Sequence[Seen]
) -> tuple[Validator, Mapping[Question, Answer]]:
    """What to judge all servers by. When the resolver happened to hit a server whose keys are no good, the keys of
    another one count: else the bad one would speak for all (D70).
    """
    question = Question(zone, "DNSKEY")
    if _driven(validator.lookup(*_ask(question)), answers).security is not Security.BOGUS:
        return validator, answers
    for item in own:
        if item.usable and item.question == question:
            other, with_these = validator.afresh(), {**answers, question: item.direct.answer}
            if _driven(other.lookup(*_ask(question)), with_these).secure:
                return other, with_these
    return validator, answers


def _ask(question: Question) -> tuple[str, str]:
    return question.name, question.rdtype


def judged_answer(validator: Validator, answers: Mapping[Question, Answer], answer: Answer) -> Lookup:
    """One answer of a name server, judged by the chain that the resolver's ``answers`` show."""
    return _driven(validator.judge(answer), answers)


def _driven(steps: Steps[Lookup], answers: Mapping[Question, Answer]) -> Lookup:
    try:
        batch = next(steps)
        while True:
            batch = steps.send({question: answers[question] for question in batch if question in answers})
    except StopIteration as stop:
        found: Lookup = stop.value
        return found


@dataclass(frozen=True, slots=True)
class _Judge:
    """What all servers of a zone are judged by. ``keys`` are the tags that sign somewhere; ``newest`` the serial."""

    zone: str
    validator: Validator
    answers: Mapping[Question, Answer]
    ds_answers: tuple[Seen, ...]
    keys: frozenset[int]
    newest: int | None
    judged: dict[int, Lookup] = field(default_factory=dict)  # by message: servers that agree share one

    def _judged(self, item: Seen) -> Lookup:
        key = id(item.message)
        if key not in self.judged:
            self.judged[key] = self.run(self.validator.judge(item.direct.answer, item.message))
        return self.judged[key]

    def run(self, steps: Steps[Lookup]) -> Lookup:
        """Drive a look-up over the resolver's answers."""
        return _driven(steps, self.answers)

    def server(self, host: str, address: str, items: Sequence[Seen]) -> ServerView:
        """Everything about one address of one server."""
        ours = next((i.direct.answer.failure for i in items if i.direct.answer.failure in _OURS), None)
        if ours is not None:
            return ServerView(host, address, None, (), ours)
        serial = serial_of(self.zone, items)
        faults = _reachability(items)
        if not any(finding.fault is Fault.UNREACHABLE for finding in faults):
            faults += _manners(items)
            if serial is not None and serial != self.newest:
                detail = {"serial": serial, "newest": self.newest}
                faults.append(Finding(Fault.STALE, Question(self.zone, "SOA"), detail))
            faults += _denied_above(items)
            faults += [finding for item in items if item.usable for finding in self._validity(item)]
        return ServerView(host, address, serial, tuple(faults))

    def _validity(self, item: Seen) -> list[Finding]:
        """An answer by the chain (D11, D27, D70); the keys also by every DS set of the parent (D51) and by what other
        servers sign with (D52)."""
        found: list[Finding] = []
        lookup = self._judged(item)
        if lookup.security is Security.BOGUS:
            unsigned = lookup.reason in (Why.SIGNATURE_MISSING, Why.DENIAL_MISSING)
            detail = {"reason": lookup.reason.value, **lookup.detail}
            found.append(Finding(Fault.UNSIGNED if unsigned else Fault.BOGUS, item.question, detail))
        if item.question != Question(self.zone, "DNSKEY"):
            return found
        for ds in self.ds_answers:
            path = self.run(self.validator.judge_keys(ds.direct.answer, item.direct.answer))
            if path.security is Security.BOGUS:
                detail = {"reason": path.reason.value, "parent": ds.direct.host, **path.detail}
                found.append(Finding(Fault.KEYS_WITHOUT_PATH, item.question, detail))
        if missing := self.keys - published_tags(item.message, self.zone):
            found.append(Finding(Fault.MIXED_SIGNERS, item.question, {"missing": sorted(missing)}))
        return found


def _reachability(items: Sequence[Seen]) -> list[Finding]:
    """A transport is dead when nothing came over it (D25, D71)."""
    udp = [item for item in items if not item.direct.tcp]
    tcp = [item for item in items if item.direct.tcp]
    no_udp = bool(udp) and all(item.direct.answer.failure in _SILENT for item in udp)
    no_tcp = bool(tcp) and all(item.direct.answer.failure in _SILENT for item in tcp)
    if (no_udp or not udp) and (no_tcp or not tcp):
        return [Finding(Fault.UNREACHABLE)]
    dead = [fault for fault, is_dead in ((Fault.NO_UDP, no_udp), (Fault.NO_TCP, no_tcp)) if is_dead]
    if no_udp:
        return [Finding(fault) for fault in dead]
    silent = [item for item in udp if item.direct.answer.failure in _SILENT]
    return [*(Finding(fault) for fault in dead), *(Finding(Fault.SILENT_ON_TYPE, item.question) for item in silent)]


def _manners(items: Sequence[Seen]) -> list[Finding]:
    """What the header of the answers says (D64, D72, D73)."""
    answered = [i for i in items if i.flags is not None and i.message.failure is not DnsFailure.TRUNCATED]
    rcodes = {item.flags & RCODE for item in answered if item.flags is not None}
    usable = [item for item in answered if item.usable]
    if answered and not usable:
        fault = Fault.NO_EDNS if rcodes <= {FORMERR, NOTIMP} else Fault.REFUSES
        return [Finding(fault, answered[0].question, {"rcodes": sorted(rcodes)})]
    refused = [item for item in answered if item.message.failure in (DnsFailure.REFUSED, DnsFailure.SERVFAIL)]
    lame = [item for item in usable if not item.has_flag(AA)]
    found = [Finding(Fault.REFUSES_TYPE, item.question, {"failure": str(item.message.failure)}) for item in refused]
    if lame:
        found.append(Finding(Fault.LAME, lame[0].question))
    if any(item.has_flag(RA) for item in usable):
        found.append(Finding(Fault.OPEN_RESOLVER))
    return found


def _denied_above(items: Sequence[Seen]) -> list[Finding]:
    """NXDOMAIN for a name above one that the same server has (D53)."""
    has = [dns.name.from_text(i.question.name) for i in items if i.usable and i.message.answer]
    return [
        Finding(Fault.DENIES_EMPTY_NON_TERMINAL, item.question)
        for item in items
        if item.usable
        and item.message.no_such_name
        and any(name != (above := dns.name.from_text(item.question.name)) and name.is_subdomain(above) for name in has)
    ]
