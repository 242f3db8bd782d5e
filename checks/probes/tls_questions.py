"""The questions to an address about TLS: what is offered in each hello, what follows from an answer, and what is asked
once more. In which order and how many at once is the plan of ``tls_web`` and ``tls_mail``.

Everything that one hello can answer is asked together: the first ServerHello also tells of compression, renegotiation
and the extended master secret, and TLS 1.2 shows certificate, group, signature and stapled response in clear. What is
weak is asked about in one hello and taken apart only when it is accepted. Levels come from the profile, so that the
questions are few; what an answer is worth is judged elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count

from checks.facts.network import Reason
from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import Answer, Ask, Renegotiation, Reply, Tickets
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
from checks.policy.tls_profile import Level, TlsProfile
from checks.probes.tls_ask import Asker
from checks.wire.tls_hello import Hello

PIECE = 60  # suites in one hello for a server that does not answer to large ones
MOST_IN_ORDER = 8  # hellos for the order of suites, however few connections are left: it decides
TRIES = 11  # renegotiations: one more than the guidelines allow
AGAIN = 4.0  # seconds that a server has for an answer which it did not give the first time
_BY_KEY = {Ask.TLS12_ECDSA: "_ECDSA_", Ask.TLS12_RSA: "_RSA_"}
_NOT_LARGE = 100  # suites in a hello from which it is large


STRONG, WEAK = (Level.SUFFICIENT, Level.GOOD), (Level.INSUFFICIENT, Level.PHASE_OUT)


@dataclass(slots=True)
class Told:
    """An answer, and the hello that asks for it by itself; None for what is not asked again."""

    answer: Answer
    hello: Hello | None


@dataclass(slots=True)
class Questions:
    """The questions of one scan, and what was told so far. ``known`` is the handshake that another probe had."""

    asker: Asker
    profile: TlsProfile
    known: TlsHandshake
    told: list[Told] = field(default_factory=list)
    tickets: Tickets | None = None
    renegotiation: Renegotiation | None = None
    complete: bool = False

    @property
    def answers(self) -> list[Answer]:
        """All answers so far."""
        return [told.answer for told in self.told]

    async def ask(self, ask: Ask, hello: Hello) -> Answer:
        """One question."""
        answer = await self.asker.ask(ask, hello)
        self.told.append(Told(answer, hello))
        return answer

    async def renegotiate(self) -> None:
        """Whether the server lets clients renegotiate. A yes to the hello before that is an answer like any other."""
        answer, self.renegotiation = await self.asker.renegotiate(TRIES)
        if answer.reply is Reply.ACCEPTED:
            self.told.append(Told(answer, None))

    def hello(self, version: int, suites: tuple[int, ...], groups: tuple[int, ...] = ()) -> Hello:
        """A hello that asks about nothing but its version, suites and groups; all curves unless given."""
        return Hello(version, suites, groups or self.curves(), server_name=self.asker.name, deflate=True)

    def hello_13(self, *levels: Level, groups: tuple[int, ...] = ()) -> Hello:
        """A hello of TLS 1.3 with the suites of some levels, the best first."""
        suites = self.profile.suites_of(*levels, tls13=True)[::-1]
        return self.hello(TLS1_3, suites, groups or self._all_groups())

    def suites(self, *levels: Level) -> tuple[int, ...]:
        """Suites of TLS 1.2 and before, the worst first. ChaCha20 last in its level: some servers prefer it for those who
        put it first, which is no choice of theirs.
        """
        return _worst_first(self.profile, levels)

    def strong(self) -> tuple[int, ...]:
        """Good and sufficient suites of TLS 1.2, the best first."""
        return self.suites(*STRONG)[::-1]

    def curves(self) -> tuple[int, ...]:
        """All curves, the good ones first. No finite-field groups: a server that sees none of its own among them may
        not use its own (RFC 7919 section 4).
        """
        return _curves(self.profile)

    def bad_curves(self) -> tuple[int, ...]:
        """The curves that are not good."""
        return tuple(code for code in self.curves() if self.profile.group(code) is not Level.GOOD)

    def other_groups_13(self) -> tuple[int, ...]:
        """The groups of TLS 1.3 that are not good, and the hybrids unless one is known to be chosen: whoever prefers them
        would hide the others behind them.
        """
        hybrids = self.profile.hybrid_groups
        return (*(hybrids if self.known.group not in hybrids else ()), *self._bad_groups())

    def _bad_groups(self) -> tuple[int, ...]:
        return self.profile.groups_of(Level.PHASE_OUT, Level.INSUFFICIENT)

    def _all_groups(self) -> tuple[int, ...]:
        """All groups of TLS 1.3 but the hybrids, which are asked for by themselves; the good ones first."""
        good = self.profile.groups_of(Level.GOOD)
        other = (code for code in GROUPS if code not in good and code not in self.profile.hybrid_groups)
        return (*good, *other)

    async def ssl2(self) -> None:
        """SSL 2 by itself."""
        await self.ask(Ask.SSL2, self.hello(SSL2, tuple(SSL2_SUITES)))

    async def old(self) -> None:
        """TLS 1.1 and before: each answer names a version, and the next hello offers less than that."""
        everything = self.suites(*Level)
        ask, version = Ask.OLD, TLS1_1
        while True:
            answer = await self.ask(ask, self.hello(version, everything))
            if not SSL3 < answer.version <= version:
                return
            ask, version = (Ask.TLS10, TLS1_0) if answer.version == TLS1_1 else (Ask.SSL3, SSL3)

    async def hashes(self) -> None:
        """With only the wrong hashes nothing should go. A server that prefers SHA-224 may take SHA-1 as well."""
        signed = tuple(code for code in self.strong() + self.suites(*WEAK) if _is_signed(code))
        weak = tuple(code for code in SIGNATURES if code >> 8 < 4)
        hello = replace(self.hello(TLS1_2, signed), signatures=weak)
        answer = await self.ask(Ask.TLS12_SIGNATURES, hello)
        if answer.reply is Reply.ACCEPTED and answer.signature >> 8 == 3:
            await self.ask(Ask.TLS12_SHA1, replace(hello, signatures=tuple(code for code in weak if code >> 8 < 3)))

    async def apart(self, found: Answer, *, strong_too: bool) -> None:
        """What there is to know where weak suites are accepted: the value of a finite-field group, the worst level, and,
        where strong suites are accepted as well, the order.
        """
        if not found.prime:
            await self.finite(self.strong() + self.suites(*WEAK))
        if self.profile.suite(found.suite) is Level.PHASE_OUT:
            await self.ask(Ask.TLS12_INSUFFICIENT, self.hello(TLS1_2, self.suites(Level.INSUFFICIENT)))
        if strong_too:
            await self._order()

    async def finite(self, suites: tuple[int, ...]) -> None:
        """A finite-field group shows its value only where no curve is offered beside it."""
        finite = tuple(code for code in suites if "_DHE_" in suite_name(code) and _is_signed(code))
        if finite:
            await self.ask(Ask.TLS12_DHE, self.hello(TLS1_2, finite))

    async def _order(self) -> None:
        """Which suite is chosen with everything on offer, the worst first; then again without that one, until it is a
        weak one: then what is left of the strong ones has to be refused, or the order is wrong.
        """
        weak, left = self.suites(*WEAK), self._may_be_strong()
        for tries in count():
            if not left:
                return
            if tries >= MOST_IN_ORDER and self.asker.left < 1:
                self.told.append(Told(Answer(Ask.ORDER, Reply.FAILED, reason=Reason.OURS), None))
                return
            answer = await self.ask(Ask.ORDER, self.hello(TLS1_2, (*weak, *left)))
            if answer.suite not in left:
                break
            left.remove(answer.suite)
        await self.ask(Ask.LIST, self.hello(TLS1_2, tuple(left)))

    def _may_be_strong(self) -> list[int]:
        """The strong suites, without those for a kind of key that the server is known not to have."""
        refused = [answer.ask for answer in self.answers if answer.reply is Reply.REFUSED]
        absent = [mark for ask, mark in _BY_KEY.items() if ask in refused]
        return [code for code in self.strong() if not any(mark in suite_name(code) for mark in absent)]

    async def list_suites(self, version: int) -> None:
        """The suites that are accepted at ``version``, the highest below 1.3, one connection for each, while there are
        connections left.
        """
        found = {answer.suite for answer in self.answers if answer.version == version}
        weak = [answer for answer in self.answers if answer.ask is Ask.TLS12_WEAK_SUITES]
        refused = version == TLS1_2 and all(answer.reply is Reply.REFUSED for answer in weak)
        levels = STRONG if refused else tuple(Level)
        while self.asker.left > 0:
            rest = tuple(code for code in self.suites(*levels) if code not in found)
            answer = await self.ask(Ask.LIST, self.hello(version, rest[::-1]))
            if answer.version != version or answer.suite in found:
                self.complete = answer.reply is Reply.REFUSED
                return
            found.add(answer.suite)

    def highest_below_13(self) -> int:
        """The highest version below 1.3 that was accepted, SSL left out; 0 for none."""
        return max((answer.version for answer in self.answers if SSL3 < answer.version < TLS1_3), default=0)

    async def again(self) -> None:
        """What ended without a word or without an answer, once more and by itself."""
        for told in self.told:
            unclear = told.answer.reply in (Reply.HUNG_UP, Reply.FAILED)
            if unclear and told.hello is not None and told.answer.ask is not Ask.ORDER:
                told.answer = await self._in_pieces(told.answer.ask, told.hello)

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
        return not any(answer.reply in (Reply.ACCEPTED, Reply.REFUSED) for answer in self.answers)

    async def alive(self) -> None:
        """Who hung up may have had enough of us: then nobody knows what was refused. They have to answer once more."""
        doubtful = [told for told in self.told if told.answer.reply is Reply.HUNG_UP]
        if not doubtful or (await self.asker.ask(Ask.ALIVE, self._good_hello())).reply is Reply.ACCEPTED:
            return
        for told in doubtful:
            told.answer = replace(told.answer, reply=Reply.FAILED)

    def _good_hello(self) -> Hello:
        """One that was accepted before; or else one that is as good as what the other probe sent."""
        accepted = (told.hello for told in self.told if told.hello and told.answer.reply is Reply.ACCEPTED)
        usual = self.hello_13(*STRONG) if self.known.version == "TLSv1.3" else self.hello(TLS1_2, self.strong())
        return next(accepted, usual)


@cache
def _curves(profile: TlsProfile) -> tuple[int, ...]:
    good, bad = profile.groups_of(Level.GOOD), profile.groups_of(Level.PHASE_OUT, Level.INSUFFICIENT)
    return tuple(code for code in (*good, *bad) if _is_curve(code))


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
