"""Two questions in one hello, where each connection costs seconds of somebody's patience. No I/O.

The questions differ in their suites, so the suite of a yes tells which of them it answers; a no answers both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from checks.facts.tls_scan import Answer, Ask, Reply
from checks.policy.tls_names import suite_name
from checks.policy.tls_profile import Level, TlsProfile
from checks.wire.tls import KeyType
from checks.wire.tls_hello import Hello

ASK_FOR = {KeyType.ECDSA: Ask.TLS12_ECDSA, KeyType.RSA: Ask.TLS12_RSA}
WEAK, STRONG = (Level.INSUFFICIENT, Level.PHASE_OUT), (Level.GOOD, Level.SUFFICIENT)
_SIGNED_BY = {
    KeyType.ECDSA: ("TLS_ECDHE_ECDSA_",),
    KeyType.RSA: ("TLS_ECDHE_RSA_", "TLS_DHE_RSA_", "TLS_RSA_WITH_"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One question: why it is asked, and the suites that would be a yes."""

    ask: Ask
    suites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """Questions in one hello: ``base`` with the suites of all ``parts``."""

    base: Hello
    parts: tuple[Part, ...]

    @property
    def hello(self) -> Hello:
        """What to send."""
        return replace(self.base, suites=tuple(code for part in self.parts for code in part.suites))

    def alone(self, ask: Ask) -> Hello:
        """The hello that asks one of the questions by itself."""
        return replace(self.base, suites=next(part.suites for part in self.parts if part.ask is ask))

    def settle(self, answer: Answer) -> tuple[list[Answer], list[Ask]]:
        """The answer to each question that is answered now, and the questions that remain."""
        asks = [part.ask for part in self.parts]
        if answer.reply is not Reply.ACCEPTED:
            return [replace(answer, ask=ask) for ask in asks], []
        # A suite that was not on offer is held against the first question: it is a yes to something.
        fitting = (part.ask for part in self.parts if answer.suite in part.suites)
        answered = next(fitting, asks[0])
        return [replace(answer, ask=answered)], [ask for ask in asks if ask is not answered]


def curves_and_plain(profile: TlsProfile, base: Hello) -> Merged:
    """Is any curve accepted of those that ``base`` offers, the ones that are not good; and any weak suite that has no
    curve at all?
    """
    elliptic = _suites(profile, (*STRONG, *WEAK), "_ECDHE_")
    plain = tuple(code for code in _suites(profile, WEAK) if not _has_curve(code))
    return Merged(base, (Part(Ask.TLS12_GROUPS, elliptic), Part(Ask.TLS12_WEAK_SUITES, plain)))


def other_key_and_elliptic(profile: TlsProfile, base: Hello, other: KeyType) -> Merged:
    """Is there a certificate with the ``other`` kind of key; and is any weak suite accepted that has a curve?"""
    with_other = tuple(code for code in _suites(profile, (*STRONG, *WEAK)) if _is_signed_by(code, other))
    elliptic = tuple(code for code in _suites(profile, WEAK) if _has_curve(code) and code not in with_other)
    return Merged(base, (Part(ASK_FOR[other], with_other), Part(Ask.TLS12_WEAK_SUITES, elliptic)))


@cache
def _suites(profile: TlsProfile, levels: tuple[Level, ...], within: str = "") -> tuple[int, ...]:
    """Suites of TLS 1.2 and before, level by level as given."""
    return tuple(
        code for level in levels for code in profile.suites_of(level, tls13=False) if within in suite_name(code)
    )


def _has_curve(code: int) -> bool:
    return "_ECDH" in suite_name(code)


def _is_signed_by(code: int, kind: KeyType) -> bool:
    return suite_name(code).startswith(_SIGNED_BY[kind])
