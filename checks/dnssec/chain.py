"""The chain of trust: which question comes next, and what the answers add up to.

A look-up is a generator that yields questions which may be asked all at once and is sent their answers. One Validator
serves a whole scan: each zone is validated once. No I/O, no clock: the time of judging is handed in.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.RRSIG import RRSIG

from checks.dnssec.aliases import alias_at, speaks_of
from checks.dnssec.budget import Budget, Meter
from checks.dnssec.keys import anchor_ds
from checks.dnssec.message import IN, Message, Name, Rdatatype, RRset, read
from checks.dnssec.model import Lookup, Outcome, Why, security_of
from checks.dnssec.parts import Part, assemble, name_text
from checks.dnssec.signatures import signer_of
from checks.dnssec.zones import (
    Cut,
    Delegation,
    Zone,
    admit,
    delegation,
    end,
    ordinary,
    prove_absence,
    prove_expansion,
)
from checks.facts.dns import Answer, Question

T = TypeVar("T")
Steps = Generator[frozenset[Question], Mapping[Question, Answer], T]

_DS, _DNSKEY = dns.rdatatype.DS, dns.rdatatype.DNSKEY
_DENIALS = frozenset({dns.rdatatype.NSEC, dns.rdatatype.NSEC3, dns.rdatatype.SOA})
_GUESSED_LABELS = 2  # below the anchor: where zone cuts nearly always are


class Validator:
    """Validates look-ups from trust anchors (DS or DNSKEY in presentation format, owner first) at a moment ``now``.

    Raises ValueError for an anchor that cannot be read.
    """

    def __init__(self, anchors: Sequence[str], now: datetime, budget: Budget | None = None) -> None:
        self._given = (anchors, now, budget)
        self._anchors = _read_anchors(anchors)
        self._now = int(now.timestamp())
        self._meter = Meter(budget or Budget())
        self._answers: dict[Question, Answer | None] = {}
        self._messages: dict[Question, Message] = {}
        self._zones: dict[Name, Zone] = {}

    def afresh(self) -> Validator:
        """Another one with the same anchors, clock and budget that knows of no answers yet."""
        return Validator(*self._given)

    def lookup(self, name: str, rdtype: str) -> Steps[Lookup]:
        """Look up one name and type. Yields questions, is sent the answers; what is not among them counts as failed."""
        try:
            steps = self._resolve(dns.name.from_text(name).canonicalize(), dns.rdatatype.from_text(rdtype))
        except (dns.exception.DNSException, ValueError, UnicodeError):
            return _failed(name, rdtype, Why.NOT_A_NAME, name, {})
        asked = 0
        try:
            batch = next(steps)
            while True:
                asked += len(batch)
                if asked > self._meter.budget.questions:
                    steps.close()
                    return _failed(name, rdtype, Why.EXHAUSTS_VALIDATORS, name, {"questions": asked})
                batch = steps.send((yield batch))
        except StopIteration as stop:
            result: Lookup = stop.value
            return result

    # The answer itself

    def _resolve(self, name: Name, rdtype: Rdatatype) -> Steps[Lookup]:
        """Follow the answer from alias to alias; each step is judged by the zone that it is in."""
        question = _question(name, rdtype)
        yield from self._ask({question} | self._guesses(name))
        message, current = self._message(question), name
        aliases: list[Name] = []
        parts: list[Part] = []
        while message.failure is None and (alias := alias_at(message, current, rdtype)) is not None:
            rrset, target = alias
            parts.append((yield from self._judge_records(rrset, current, message)))
            if target is not None:
                aliases.append(target)
            if target is None or target in (name, *aliases[:-1]) or len(aliases) > self._meter.budget.aliases:
                zone = parts[-1].zone
                parts.append(
                    Part(Why.ALIAS_LOOP, name_text(current), zone, {"aliases": [name_text(a) for a in aliases]})
                )
                return assemble(name, rdtype, Outcome.FAILED, parts, aliases, None)
            current = target
            if not speaks_of(message, current, rdtype):
                question = _question(current, rdtype)
                yield from self._ask({question} | self._guesses(current))
                message = self._message(question)
        if message.failure is not None:
            detail = {"failure": message.failure.value, "question": question.rdtype}
            parts.append(Part(Why.RESOLVER_FAILED, name_text(current), None, detail))
            return assemble(name, rdtype, Outcome.FAILED, parts, aliases, None)
        found = message.answer.get((current, rdtype))
        if found is not None:
            parts.append((yield from self._judge_records(found, current, message)))
            return assemble(name, rdtype, Outcome.FOUND, parts, aliases, found)
        outcome, part = yield from self._judge_absence(current, rdtype, message)
        return assemble(name, rdtype, outcome, [*parts, part], aliases, None)

    def judge(self, answer: Answer, message: Message | None = None) -> Steps[Lookup]:
        """One answer, such as a name server gave when it was asked itself, by the chain that the resolver showed.

        Aliases are judged and named, not followed. ``message`` is the answer taken apart, if that was done already.
        """
        question = answer.question
        name, rdtype = dns.name.from_text(question.name), dns.rdatatype.from_text(question.rdtype)
        message = message or read(question, answer)
        if message.failure is not None:
            detail = {"failure": message.failure.value, "question": question.rdtype}
            return assemble(
                name, rdtype, Outcome.FAILED, [Part(Why.RESOLVER_FAILED, question.name, None, detail)], [], None
            )
        alias = alias_at(message, name, rdtype)
        found = message.answer.get((name, rdtype))
        if alias is not None:
            part = yield from self._judge_records(alias[0], name, message)
            return assemble(name, rdtype, Outcome.FOUND, [part], [alias[1]] if alias[1] else [], None)
        if found is not None:
            part = yield from self._judge_records(found, name, message)
            return assemble(name, rdtype, Outcome.FOUND, [part], [], found)
        outcome, part = yield from self._judge_absence(name, rdtype, message)
        return assemble(name, rdtype, outcome, [part], [], None)

    def judge_keys(self, ds: Answer, dnskey: Answer) -> Steps[Lookup]:
        """Whether a path leads from one DS answer to one DNSKEY answer of the same zone, whoever gave either."""
        name = dns.name.from_text(dnskey.question.name)
        message = read(ds.question, ds)
        rrset = message.answer.get((name, _DS))
        signatures = rrset.signatures if rrset is not None else _denial_signatures(message)
        parent = yield from self._zone_of(name, signatures, above=True)
        if parent is None:
            return (yield from self.judge(dnskey))
        zone = parent
        if parent.secure:
            given = delegation(parent, name, message, self._now, self._meter)
            signed = given.cut is Cut.SIGNED
            keys = read(dnskey.question, dnskey)
            zone = admit(name, parent, given, keys, self._now, self._meter) if signed else end(name, parent, given)
        part = Part(zone.reason, name_text(zone.name), zone, zone.detail)
        return assemble(name, _DNSKEY, Outcome.FOUND, [part], [], None)

    def _judge_records(self, rrset: RRset, name: Name, message: Message) -> Steps[Part]:
        """An RRset is as good as its zone, its signature, and, for a wildcard, the proof that nothing is nearer."""
        owner = rrset.owner
        above = rrset.rdtype == _DS
        zone = yield from self._zone_of(owner, rrset.signatures, above=above)
        if zone is None:
            return Part(Why.NO_ANCHOR, name_text(owner), None, ttl=rrset.ttl)
        if not zone.secure and zone.is_cut:
            return Part(zone.reason, name_text(zone.name), zone, zone.detail, ttl=rrset.ttl)
        if not zone.is_cut:
            detail = {"signer": name_text(zone.name), "covers": dns.rdatatype.to_text(rrset.rdtype)}
            return Part(Why.WRONG_SIGNER, name_text(owner), zone.parent, detail)
        verdict = zone.verify(rrset, self._now, self._meter)
        part = Part(verdict.reason, name_text(owner), zone, verdict.detail, verdict.views)
        part = replace(part, ttl=verdict.ttl, signed_ttl=verdict.original_ttl)
        if verdict.reason is not Why.OK:
            return part
        if rrset.rdtype == _DNSKEY and owner != zone.name:
            return replace(part, reason=Why.WRONG_SIGNER)
        part = replace(part, where=name_text(zone.name))
        if verdict.labels is None:
            return part
        if rrset.rdtype in (_DNSKEY, _DS):
            return replace(part, reason=Why.WRONG_SIGNER, where=name_text(owner))
        proof, views = prove_expansion(zone, owner, verdict.labels, message, self._now, self._meter)
        detail = {"missing": proof.detail} if proof.detail else {}
        where = name_text(zone.name if proof.reason is Why.OK else owner)
        return replace(
            part,
            reason=proof.reason,
            where=where,
            detail=detail,
            views=part.views + views,
            mechanism=proof.mechanism or None,
        )

    def _judge_absence(self, name: Name, rdtype: Rdatatype, message: Message) -> Steps[tuple[Outcome, Part]]:
        """Absence is as good as the zone and the proof in it. The RCODE counts only where nothing can be proven."""
        said = Outcome.NO_SUCH_NAME if message.no_such_name else Outcome.NO_DATA
        signatures = _denial_signatures(message)
        zone = yield from self._zone_of(name, signatures, above=rdtype == _DS)
        if zone is None:
            return said, Part(Why.NO_ANCHOR, name_text(name), None)
        if not zone.secure and zone.is_cut:
            return said, Part(zone.reason, name_text(zone.name), zone, zone.detail)
        if not zone.is_cut:
            return said, Part(Why.WRONG_SIGNER, name_text(name), zone.parent, {"signer": name_text(zone.name)})
        proof, views = prove_absence(zone, name, rdtype, message, self._now, self._meter)
        part = Part(proof.reason, name_text(name), zone, {}, views, proof.mechanism or None)
        if proof.outcome is None:
            return said, replace(part, detail={"missing": proof.detail} if proof.detail else {})
        soa = next((rrset for (_, kind), rrset in message.authority.items() if kind == dns.rdatatype.SOA), None)
        if soa is not None and soa.owner == zone.name:
            verdict = zone.verify(soa, self._now, self._meter)
            part = replace(part, views=views + verdict.views, ttl=verdict.ttl)
            if verdict.reason is not Why.OK:
                return said, replace(part, reason=verdict.reason, detail=verdict.detail)
        if proof.reason is Why.OK:
            part = replace(part, where=name_text(zone.name))
        return proof.outcome, part

    # Zones

    def _zone_of(self, name: Name, signatures: Iterable[RRSIG], *, above: bool) -> Steps[Zone | None]:
        """The zone that an answer for ``name`` is to be judged by: its signer's, or when nobody signed, the zone that
        the name is proven to lie in. None without a trust anchor."""
        anchor = self._anchor_of(name, above=above)
        if anchor is None:
            return None
        signer = signer_of(signatures, name, above=above)
        if signer is not None and signer.is_subdomain(anchor):
            return (yield from self._zone(signer))
        return (yield from self._enclosing(name.parent() if above and name != dns.name.root else name))

    def _zone(self, name: Name) -> Steps[Zone]:
        """The zone at ``name``, reached from the zone that signed its DS answer; or the zone where the chain ends."""
        if (known := self._zones.get(name)) is not None:
            return known
        if name in self._anchors:
            return (yield from self._anchored(name))
        ds = _question(name, _DS)
        yield from self._ask({ds, _question(name, _DNSKEY)} | self._guesses(name))
        message = self._message(ds)
        rrset = message.answer.get((name, _DS))
        signatures = rrset.signatures if rrset is not None else _denial_signatures(message)
        signer = signer_of(signatures, name, above=True)
        anchor = self._anchor_of(name)
        parent: Zone | None = None
        if signer is not None and anchor is not None and signer.is_subdomain(anchor):
            parent = yield from self._zone(signer)
        if parent is None or not parent.is_cut:
            parent = yield from self._enclosing(name.parent())
        return (yield from self._cross(parent, name))

    def _enclosing(self, name: Name) -> Steps[Zone]:
        """The zone that ``name`` lies in, by proof from the anchor down; or the zone where the chain ends."""
        anchor = self._anchor_of(name)
        if anchor is None:
            raise AssertionError("asked only for names under an anchor")
        zone = yield from self._zone(anchor)
        for labels in range(len(anchor) + 1, len(name) + 1):
            if not zone.secure:
                break
            below = yield from self._cross(zone, name.split(labels)[1])
            if below.is_cut:
                zone = below
            elif not below.exists:
                break
        return zone

    def _cross(self, parent: Zone, name: Name) -> Steps[Zone]:
        """From a zone to a name in or below it."""
        if (known := self._zones.get(name)) is not None:
            return known
        if not parent.secure:
            return self._zones.setdefault(name, parent)
        ds = _question(name, _DS)
        yield from self._ask({ds})
        given = delegation(parent, name, self._message(ds), self._now, self._meter)
        match given.cut:
            case Cut.SIGNED:
                dnskey = _question(name, _DNSKEY)
                yield from self._ask({dnskey})
                if (known := self._zones.get(name)) is not None:
                    return known
                zone = admit(name, parent, given, self._message(dnskey), self._now, self._meter)
            case Cut.ENDS:
                zone = end(name, parent, given)
            case _:
                zone = ordinary(name, parent, given)
        return self._zones.setdefault(name, zone)

    def _anchored(self, name: Name) -> Steps[Zone]:
        """A zone with a trust anchor. What is wrong here is wrong on our side: the anchor, the resolver or the clock."""
        dnskey = _question(name, _DNSKEY)
        yield from self._ask({dnskey})
        if (known := self._zones.get(name)) is not None:
            return known
        given = Delegation(Cut.SIGNED, ds=self._anchors[name])
        zone = admit(name, None, given, self._message(dnskey), self._now, self._meter)
        if not zone.secure and zone.reason is not Why.RESOLVER_FAILED:
            stripped = zone.reason in (Why.CHILD_UNSIGNED, Why.SIGNATURE_MISSING)
            reason = Why.RESOLVER_STRIPS_DNSSEC if stripped else Why.ANCHOR_MISMATCH
            zone.detail = {**zone.detail, "cause": zone.reason.value}
            zone.reason, zone.security = reason, security_of(reason)
            zone.link = replace(zone.link, state=zone.security, reason=reason)
        return self._zones.setdefault(name, zone)

    def _anchor_of(self, name: Name, *, above: bool = False) -> Name | None:
        """The closest enclosing trust anchor."""
        fit = (anchor for anchor in self._anchors if name.is_subdomain(anchor) and not (above and anchor == name))
        return max(fit, key=len, default=None)

    def message(self, answer: Answer) -> Message:
        """An answer taken apart; the one that a question got here is taken apart once."""
        if self._answers.get(answer.question) is answer:
            return self._message(answer.question)
        return read(answer.question, answer)

    # Questions

    def _ask(self, questions: set[Question]) -> Steps[None]:
        new = frozenset(question for question in questions if question not in self._answers)
        if new:
            answers = yield new
            for question in new:
                self._answers.setdefault(question, answers.get(question))

    def _message(self, question: Question) -> Message:
        message = self._messages.get(question)
        if message is None:
            message = self._messages[question] = read(question, self._answers.get(question))
        return message

    def _guesses(self, name: Name) -> set[Question]:
        """Questions that the chain to ``name`` will most likely need, so that they travel with the first one."""
        anchor = self._anchor_of(name)
        if anchor is None:
            return set()
        guesses = set() if anchor in self._zones else {_question(anchor, _DNSKEY)}
        deepest = min(len(name), len(anchor) + _GUESSED_LABELS)
        for labels in range(len(anchor) + 1, deepest + 1):
            cut = name.split(labels)[1]
            known = self._zones.get(cut)
            if known is not None and not known.secure and known.is_cut:
                break
            if known is None:
                guesses |= {_question(cut, _DS), _question(cut, _DNSKEY)}
        return guesses


def replay(validator: Validator, answers: Mapping[Question, Answer], name: str, rdtype: str) -> Lookup:
    """The look-up over answers that are there already; a missing one counts as not asked."""
    steps = validator.lookup(name, rdtype)
    try:
        batch = next(steps)
        while True:
            batch = steps.send({question: answers[question] for question in batch if question in answers})
    except StopIteration as stop:
        result: Lookup = stop.value
        return result


def _question(name: Name, rdtype: Rdatatype) -> Question:
    return Question(name_text(name), dns.rdatatype.to_text(rdtype))


def _denial_signatures(message: Message) -> list[RRSIG]:
    """The signatures that tell whose word an absence is."""
    return [
        signature
        for (_, rdtype), rrset in message.authority.items()
        if rdtype in _DENIALS
        for signature in rrset.signatures
    ]


def _failed(name: str, rdtype: str, reason: Why, where: str, detail: Mapping[str, Any]) -> Lookup:
    return Lookup(name, rdtype, Outcome.FAILED, security_of(reason), reason, where, detail)


def _read_anchors(texts: Sequence[str]) -> dict[Name, tuple[DS, ...]]:
    anchors: dict[Name, tuple[DS, ...]] = {}
    for text in texts:
        try:
            owner_text, kind, rest = text.split(None, 2)
            owner = dns.name.from_text(owner_text).canonicalize()
            rdata = dns.rdata.from_text(IN, kind, rest)
        except (dns.exception.DNSException, ValueError) as error:
            raise ValueError(f"trust anchor {text!r} cannot be read") from error
        ds = anchor_ds(rdata, owner) if isinstance(rdata, DNSKEY) else rdata
        if not isinstance(ds, DS):
            raise ValueError(f"trust anchor {text!r} is neither DS nor DNSKEY")
        anchors[owner] = (*anchors.get(owner, ()), ds)
    return anchors
