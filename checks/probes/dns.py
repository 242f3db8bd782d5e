"""DNS for one scan: every question asked once whoever asks, look-ups driven through the validator, facts to keep.

Judges nothing: the same answers give the same look-ups when a stored measurement is judged again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

from checks.dnssec import Lookup, Security, Validator, Why
from checks.facts.dns import Answer, DnsFacts, DnsFailure, Question
from checks.net.dns import DnsDoor
from checks.options import Options

MOST_QUESTIONS = 400  # of one scan; a domain that leads to more is built to
_OUR_FAULT = frozenset({Why.RESOLVER_STRIPS_DNSSEC, Why.ANCHOR_MISMATCH})
_UNREACHABLE, _REWRITES = "unreachable", "rewrites-answers"


class Door(Protocol):
    """Where answers come from."""

    async def ask(self, question: Question) -> Answer:
        """The answer, or the failure to get one. Raises nothing."""


class DnsProbe:
    """The questions of one scan. ``now`` is the moment that signatures are judged by, the scan's ``measured_at``."""

    def __init__(self, options: Options, now: datetime, door: Door | None = None) -> None:
        self._anchors = options.trust_anchors
        self._door = door or DnsDoor(options.resolvers, options.dns_timeout)
        self._validator = Validator(options.trust_anchors, now)
        self._tasks: dict[Question, asyncio.Task[Answer]] = {}
        self._lookups: dict[tuple[str, str], asyncio.Task[Lookup]] = {}
        self._unfit = ""

    @property
    def question_count(self) -> int:
        """Questions asked so far, each counted once."""
        return len(self._tasks)

    async def ask(self, question: Question) -> Answer:
        """The answer to a question, which is asked if nobody did before."""
        task = self._tasks.get(question)
        if task is None:
            if len(self._tasks) >= MOST_QUESTIONS:
                return Answer(question, failure=DnsFailure.NOT_ASKED)
            task = self._tasks[question] = asyncio.create_task(self._door.ask(question))
        return await asyncio.shield(task)  # others wait for it too

    async def lookup(self, name: str, rdtype: str) -> Lookup:
        """A validated look-up, made if nobody did before; what it needs beyond earlier ones is asked, as much as possible at
        once.
        """
        task = self._lookups.get((name, rdtype))
        if task is None:
            task = self._lookups[name, rdtype] = asyncio.create_task(self._look_up(name, rdtype))
        return await asyncio.shield(task)

    async def _look_up(self, name: str, rdtype: str) -> Lookup:
        steps = self._validator.lookup(name, rdtype)
        try:
            batch = next(steps)
            while True:
                batch = steps.send(await self._all(batch))
        except StopIteration as stop:
            found: Lookup = stop.value
        if found.reason in _OUR_FAULT:
            self._unfit = found.reason.value
        return found

    async def _all(self, questions: frozenset[Question]) -> Mapping[Question, Answer]:
        ordered = sorted(questions)
        answers = await asyncio.gather(*(self.ask(question) for question in ordered))
        return dict(zip(ordered, answers, strict=True))

    def facts(self) -> DnsFacts:
        """Everything that was answered so far. What is still under way counts as a time-out."""
        answers = tuple(
            task.result() if task.done() and not task.cancelled() else Answer(question, failure=DnsFailure.TIMEOUT)
            for question, task in sorted(self._tasks.items())
        )
        return DnsFacts(answers, self._anchors, self._unfit)


async def resolver_fitness(options: Options) -> str:
    """Whether our resolver can be measured with: empty, or why not.

    ``unreachable``; ``resolver-strips-dnssec``; ``anchor-mismatch`` (trust anchors or our clock); ``rewrites-answers``
    (a name that cannot exist gets no provable denial). A trust anchor that cannot be reached is passed over when
    another can: the practice internet and the real one need not both be there.
    """
    probe = DnsProbe(options, datetime.now(UTC))
    zones = sorted({anchor.split()[0] for anchor in options.trust_anchors})
    reasons = [reason for zone in zones for reason in await _fitness(probe, zone)]
    grave = [reason for reason in reasons if reason not in ("", _UNREACHABLE)]
    if grave:
        return grave[0]
    return "" if "" in reasons else _UNREACHABLE


async def _fitness(probe: DnsProbe, zone: str) -> list[str]:
    """The known-good answer and the known-absent name (RFC 7646 section 2 for why a resolver may lie)."""
    absent = f"zegel-{secrets.token_hex(8)}.{zone.removeprefix('.')}"
    return [_code(await probe.lookup(zone, "DNSKEY")), _code(await probe.lookup(absent, "A"))]


def _code(lookup: Lookup) -> str:
    if lookup.security is Security.SECURE or lookup.reason is Why.OPT_OUT:
        return ""
    if lookup.reason is Why.RESOLVER_FAILED:
        return _UNREACHABLE
    return lookup.reason.value if lookup.reason in _OUR_FAULT else _REWRITES
