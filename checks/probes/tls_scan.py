"""What an address accepts of TLS, in as few connections as the answers allow.

Everything that one hello can answer is asked together: the first ServerHello also tells of compression, renegotiation
and the extended master secret, and TLS 1.2 shows certificate, group, signature and stapled response in clear. What is
weak is asked about in one hello and taken apart only when it is accepted. Levels come from the profile, so that the
questions are few; what an answer is worth is judged elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import Answer, Ask, Renegotiation, Reply, Tickets, TlsScan
from checks.net.aio import AioDoor
from checks.net.transport import Door, Limits
from checks.options import Options
from checks.policy.tls_names import (
    GROUPS,
    SIGNATURES,
    SSL2,
    SSL2_SUITES,
    SSL3,
    TLS1_0,
    TLS1_1,
    TLS1_2,
    TLS1_3,
    suite_name,
)
from checks.policy.tls_profile import Level, TlsProfile, load
from checks.probes.tls_ask import Asker
from checks.wire.tls import in_base64
from checks.wire.tls_hello import Hello

MOST_MAIL, MOST_WEB = 16, 32  # connections to one address, those of the other probes included
PIECE = 60  # suites in one hello for a server that does not answer to large ones
TRIES = 11  # renegotiations: one more than the guidelines allow
AGAIN = 4.0  # seconds that a server has for an answer which it did not give the first time
_NOT_LARGE = 100  # suites in a hello from which it is large


@dataclass(slots=True)
class _Questions:
    """The plan of one scan, and the answers so far."""

    asker: Asker
    profile: TlsProfile
    known: TlsHandshake
    request: bytes
    answers: list[Answer] = field(default_factory=list)
    asked: dict[Ask, Hello] = field(default_factory=dict)
    tickets: Tickets | None = None
    renegotiation: Renegotiation | None = None
    complete: bool = False

    async def run(self) -> None:
        """All questions: what is independent at once, then what follows from it, then what was unclear by itself."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tls13())
            group.create_task(self._tls12())
            group.create_task(self._old())
            group.create_task(self._ask(Ask.SSL2, self._hello(SSL2, tuple(SSL2_SUITES))))
        await self._again()
        if version := self._highest_below_13():
            self.renegotiation, _ = await asyncio.gather(self.asker.renegotiate(TRIES), self._list(version))
        await self._alive()

    async def run_thriftily(self) -> None:
        """The fewest questions that a verdict takes, all at once: to a server whose every greeting takes seconds."""
        strong = self._suites(Level.SUFFICIENT, Level.GOOD)[::-1]
        weak = self._suites(Level.INSUFFICIENT, Level.PHASE_OUT)
        asks = [
            self._ask(Ask.TLS12_ALL, self._hello(TLS1_2, strong)),
            self._ask(Ask.TLS12_WEAK_SUITES, self._hello(TLS1_2, weak)),
            *self._curves_and_hashes(strong + weak),
            self._ask(Ask.OLD, self._hello(TLS1_1, self._suites(*Level))),
            self._ask(Ask.SSL2, self._hello(SSL2, tuple(SSL2_SUITES))),
        ]
        if self.known.version == "TLSv1.3":
            weak_13 = self.profile.suites_of(Level.PHASE_OUT, Level.INSUFFICIENT, tls13=True)
            asks.append(self._ask(Ask.TLS13_SUITES, self._hello(TLS1_3, weak_13, self._all_groups())))
        self.renegotiation, answers = await asyncio.gather(self.asker.renegotiate(TRIES), asyncio.gather(*asks))
        await self._again()
        if (found := answers[1]).version == TLS1_2:
            await self._apart(found, answers[:1], weak, strong)
        elif answers[0].version == TLS1_2:
            await asyncio.gather(*self._finite(strong))
        await self._alive()

    def _hello(self, version: int, suites: tuple[int, ...], groups: tuple[int, ...] = ()) -> Hello:
        return Hello(version, suites, groups or self._curves(), server_name=self.asker.name, deflate=True)

    def _curves(self) -> tuple[int, ...]:
        """All curves, the good ones first. No finite-field groups: a server that sees none of its own among them may
        not use its own (RFC 7919 section 4).
        """
        good = self.profile.groups_of(Level.GOOD)
        rest = self.profile.groups_of(Level.PHASE_OUT, Level.INSUFFICIENT)
        return tuple(code for code in (*good, *rest) if _is_curve(code))

    def _suites(self, *levels: Level) -> tuple[int, ...]:
        """Suites of TLS 1.2 and before. ChaCha20 last in its level: some servers prefer it for those who put it first,
        which is no choice of theirs.
        """
        return _worst_first(self.profile, levels)

    async def _ask(self, ask: Ask, hello: Hello) -> Answer:
        answer = await self.asker.ask(ask, hello)
        self.asked.setdefault(ask, hello)
        self.answers.append(answer)
        return answer

    async def _tls13(self) -> None:
        strong = self.profile.suites_of(Level.GOOD, Level.SUFFICIENT, tls13=True)[::-1]
        weak = self.profile.suites_of(Level.PHASE_OUT, Level.INSUFFICIENT, tls13=True)
        groups = self._all_groups()
        other = (*self.profile.hybrid_groups, *self.profile.groups_of(Level.PHASE_OUT, Level.INSUFFICIENT))
        asks = [self._whole(self._hello(TLS1_3, strong + weak, groups))]
        if self.known.version == "TLSv1.3":
            asks.append(self._ask(Ask.TLS13_SUITES, self._hello(TLS1_3, weak, groups)))
            asks.append(self._ask(Ask.TLS13_GROUPS, self._hello(TLS1_3, strong + weak, other)))
        await asyncio.gather(*asks)

    def _all_groups(self) -> tuple[int, ...]:
        """All groups of TLS 1.3 but the hybrids, which are asked for by themselves; the good ones first."""
        good = self.profile.groups_of(Level.GOOD)
        other = (code for code in GROUPS if code not in good and code not in self.profile.hybrid_groups)
        return (*good, *other)

    async def _whole(self, hello: Hello) -> Answer:
        """On the web the handshake is carried to its end, for the tickets."""
        if not self.request:
            return await self._ask(Ask.TLS13, hello)
        answer, self.tickets = await self.asker.ask_whole(Ask.TLS13, hello, self.request)
        self.asked[Ask.TLS13] = hello
        self.answers.append(answer)
        return answer

    async def _tls12(self) -> None:
        strong = self._suites(Level.SUFFICIENT, Level.GOOD)[::-1]
        weak = self._suites(Level.INSUFFICIENT, Level.PHASE_OUT)
        by_key = {
            ask: tuple(code for code in strong if f"_{key}_" in suite_name(code))
            for ask, key in ((Ask.TLS12_ECDSA, "ECDSA"), (Ask.TLS12_RSA, "RSA"))
        }
        *strong_found, found = await asyncio.gather(
            *(self._ask(ask, self._hello(TLS1_2, suites)) for ask, suites in by_key.items()),
            self._ask(Ask.TLS12_WEAK_SUITES, self._hello(TLS1_2, weak)),
        )
        if not any(answer.version == TLS1_2 for answer in (*strong_found, found)):
            return
        apart = [self._apart(found, strong_found, weak, strong)] if found.version == TLS1_2 else self._finite(strong)
        await asyncio.gather(*self._curves_and_hashes(strong + weak), *apart)

    def _curves_and_hashes(self, suites: tuple[int, ...]) -> tuple[Coroutine[None, None, Answer], ...]:
        """With only the wrong curves, and with only the wrong hashes, nothing should go."""
        bad_curves = tuple(code for code in self._curves() if self.profile.group(code) is not Level.GOOD)
        elliptic = tuple(code for code in suites if "_ECDHE_" in suite_name(code))
        return self._ask(Ask.TLS12_GROUPS, self._hello(TLS1_2, elliptic, bad_curves)), self._hashes(suites)

    async def _hashes(self, suites: tuple[int, ...]) -> Answer:
        """A server that prefers SHA-224 may take SHA-1 as well."""
        signed = tuple(code for code in suites if _is_signed(code))
        weak = tuple(code for code in SIGNATURES if code >> 8 < 4)
        hello = replace(self._hello(TLS1_2, signed), signatures=weak)
        answer = await self._ask(Ask.TLS12_SIGNATURES, hello)
        if answer.reply is Reply.ACCEPTED and answer.signature >> 8 == 3:
            return await self._ask(Ask.TLS12_SHA1, replace(hello, signatures=tuple(c for c in weak if c >> 8 < 3)))
        return answer

    async def _apart(
        self, found: Answer, strong_found: Sequence[Answer], weak: tuple[int, ...], strong: tuple[int, ...]
    ) -> None:
        """What there is to know where weak suites are accepted: the value of a finite-field group, the worst level,
        and the order.
        """
        if not found.prime:
            await asyncio.gather(*self._finite(strong + weak))
        if self.profile.suite(found.suite) is Level.PHASE_OUT:
            await self._ask(Ask.TLS12_INSUFFICIENT, self._hello(TLS1_2, self._suites(Level.INSUFFICIENT)))
        if any(answer.version == TLS1_2 for answer in strong_found):
            await self._order(weak, strong)

    def _finite(self, suites: tuple[int, ...]) -> list[Coroutine[None, None, Answer]]:
        """A finite-field group shows its value only where no curve is offered beside it."""
        finite = tuple(code for code in suites if "_DHE_" in suite_name(code) and _is_signed(code))
        return [self._ask(Ask.TLS12_DHE, self._hello(TLS1_2, finite))] if finite else []

    async def _order(self, weak: Sequence[int], strong: Sequence[int]) -> None:
        """Which suite is chosen with everything on offer, the worst first; then again without that one, until it is a
        weak one: then what is left of the strong ones has to be refused, or the order is wrong.
        """
        left = list(strong)
        while left:
            answer = await self._ordered((*weak, *left))
            if answer.suite not in left:
                break
            left.remove(answer.suite)
            if self.asker.left < 2:
                return
        if left and self.asker.left > 0:
            await self._ask(Ask.LIST, self._hello(TLS1_2, tuple(left)))

    async def _ordered(self, suites: tuple[int, ...]) -> Answer:
        hello = self._hello(TLS1_2, suites)
        answer = await self.asker.ask(Ask.ORDER, hello)
        self.asked.setdefault(Ask.ORDER, hello)
        self.answers.append(answer)
        return answer

    async def _old(self) -> None:
        """TLS 1.1 and before: each answer names a version, and the next hello offers less than that."""
        everything = self._suites(*Level)
        ask, version = Ask.OLD, TLS1_1
        while True:
            answer = await self._ask(ask, self._hello(version, everything))
            if not SSL3 < answer.version <= version:
                return
            ask, version = (Ask.TLS10, TLS1_0) if answer.version == TLS1_1 else (Ask.SSL3, SSL3)

    async def _again(self) -> None:
        """What ended without a word or without an answer, once more and by itself."""
        for at, answer in enumerate(self.answers):
            if answer.reply not in (Reply.HUNG_UP, Reply.FAILED) or answer.ask not in self.asked:
                continue
            hello = self.asked[answer.ask]
            if answer.ask is Ask.ORDER:
                continue
            self.answers[at] = await self._in_pieces(answer.ask, hello)

    async def _in_pieces(self, ask: Ask, hello: Hello) -> Answer:
        again = await self.asker.ask(ask, hello, patience=AGAIN)
        if again.reply not in (Reply.HUNG_UP, Reply.FAILED) or len(hello.suites) < _NOT_LARGE or self._quiet():
            return again
        pieces = [hello.suites[at : at + PIECE] for at in range(0, len(hello.suites), PIECE)]
        for piece in pieces:
            answer = await self.asker.ask(ask, replace(hello, suites=piece), patience=AGAIN)
            if answer.reply in (Reply.ACCEPTED, Reply.HUNG_UP, Reply.FAILED):
                break
        self.asker.small_hellos = self.asker.small_hellos or answer.reply in (Reply.ACCEPTED, Reply.REFUSED)
        return answer

    def _quiet(self) -> bool:
        """Whether this address has answered to nothing at all."""
        return not any(answer.reply is Reply.ACCEPTED for answer in self.answers)

    def _highest_below_13(self) -> int:
        return max((answer.version for answer in self.answers if SSL3 < answer.version < TLS1_3), default=0)

    async def _list(self, version: int) -> None:
        """The suites that are accepted at the highest version below 1.3, one connection for each, while there are
        connections left.
        """
        found = {answer.suite for answer in self.answers if answer.version == version}
        weak = [answer for answer in self.answers if answer.ask is Ask.TLS12_WEAK_SUITES]
        refused = version == TLS1_2 and all(answer.reply is Reply.REFUSED for answer in weak)
        levels = (Level.SUFFICIENT, Level.GOOD) if refused else tuple(Level)
        while self.asker.left > 0:
            rest = tuple(code for code in self._suites(*levels) if code not in found)
            answer = await self._ask(Ask.LIST, self._hello(version, rest[::-1]))
            if answer.version != version or answer.suite in found:
                self.complete = answer.reply is Reply.REFUSED
                return
            found.add(answer.suite)

    async def _alive(self) -> None:
        """Who hung up may have had enough of us: then nobody knows what was refused. They have to answer once more."""
        doubtful = [at for at, answer in enumerate(self.answers) if answer.reply is Reply.HUNG_UP]
        if not doubtful or (self.renegotiation and self.renegotiation.failure is None):
            return
        good = next((answer.ask for answer in self.answers if answer.reply is Reply.ACCEPTED), None)
        if good and (await self.asker.ask(Ask.ALIVE, self.asked[good])).reply is Reply.ACCEPTED:
            return
        for at in doubtful:
            self.answers[at] = replace(self.answers[at], reply=Reply.FAILED)


@cache
def _worst_first(profile: TlsProfile, levels: tuple[Level, ...]) -> tuple[int, ...]:
    codes = profile.suites_of(*levels, tls13=False)
    rank = {level: -number for number, level in enumerate(Level)}
    return tuple(sorted(codes, key=lambda code: (rank[profile.suite(code)], "CHACHA20" in suite_name(code))))


def _is_curve(code: int) -> bool:
    """Whether a group means something in a hello of TLS 1.2 (RFC 8422 section 5.1.1): no finite field, no curve under a
    number of TLS 1.3, no hybrid.
    """
    return code < 31


def _is_signed(code: int) -> bool:
    """Whether the server signs its key exchange under this suite."""
    name = suite_name(code)
    return ("_ECDHE_" in name or "_DHE_" in name) and "_anon_" not in name and "_PSK_" not in name


async def probe(
    host: str,
    address: str,
    port: int,
    known: TlsHandshake,
    *,
    options: Options,
    limits: Limits,
    seconds: float,
    spent: int = 1,
    thrifty: bool = False,
    door: Door | None = None,
    profile: TlsProfile | None = None,
) -> TlsScan:
    """What ``address`` accepts. Raises nothing; what was not answered is FAILED in its answer.

    ``known`` is the handshake that another probe had with it, ``spent`` the connections it took, ``seconds`` what may
    be spent in all. ``thrifty``: no list of suites, no hybrid groups. Port 25 is asked after STARTTLS.
    """
    door = door or AioDoor(options, limits)
    begun = door.clock()
    mail = port == 25
    most = (MOST_MAIL if mail else MOST_WEB) - spent
    asker = Asker(host.rstrip("."), address, port, mail, options, door, begun + seconds, most)
    request = b"" if mail else f"GET / HTTP/1.0\r\nHost: {asker.name}\r\n\r\n".encode("ascii", "replace")
    questions = _Questions(asker, profile or load(options.tls_profile), known, request)
    await (questions.run_thriftily() if thrifty else questions.run())
    staple = next(iter(asker.staples.items()), (0, b""))
    return TlsScan(
        host=asker.name,
        address=address,
        port=port,
        answers=tuple(sorted(questions.answers, key=lambda answer: list(Ask).index(answer.ask))),
        chains=tuple(in_base64(chain) for chain in asker.chains),
        staple=in_base64([staple[1]])[0] if staple[1] else "",
        stapled=staple[0],
        renegotiation=questions.renegotiation,
        tickets=questions.tickets,
        complete=questions.complete,
        small_hellos=asker.small_hellos,
        connections=asker.connections,
        ms=round((door.clock() - begun) * 1000),
        profile=questions.profile.id,
    )
