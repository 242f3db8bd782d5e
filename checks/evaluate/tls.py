"""TLS of one address by the guidelines of NCSC-NL: versions, suites and their order, key exchange, compression,
renegotiation, early data, extended master secret. What a question did not answer is unknown, never good.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from checks.evaluate.tls_reading import Reading
from checks.evaluate.tls_subjects import Judged
from checks.evaluate.view import View
from checks.facts.tls_scan import Answer, Ask, Reply
from checks.policy.tls_names import (
    SSL3,
    TLS1_2,
    TLS1_3,
    VERSIONS,
    group_name,
    prime_name,
    signature_name,
    suite_name,
)
from checks.policy.tls_profile import Level, worst

MOST_NAMED = 3  # names in a sentence; the evidence has them all


class Levels(StrEnum):
    """The worst level of what is accepted; good and sufficient are both right."""

    OK = "ok"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    PHASE_OUT = "phase-out"
    INSUFFICIENT = "insufficient"


class Order(StrEnum):
    """Whether the server prefers better suites."""

    OK = "ok"
    NOT_NEEDED = "not-needed"  # nothing below sufficient is accepted
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    WRONG = "wrong"


class KeyExchange(StrEnum):
    """The groups of the key exchange."""

    HYBRID = "hybrid"  # right, and safe from quantum computers as well
    OK = "ok"
    NONE = "none"  # no ephemeral key exchange at all: the suites already fail for it
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    PHASE_OUT = "phase-out"
    INSUFFICIENT = "insufficient"


class KeyExchangeHash(StrEnum):
    """The hash with which the server signs its key exchange in TLS 1.2."""

    OK = "ok"
    NOT_USED = "not-used"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    PHASE_OUT = "phase-out"
    INSUFFICIENT = "insufficient"


class Switch(StrEnum):
    """Something of TLS 1.2 and before that is right or wrong: compression, secure renegotiation."""

    OK = "ok"
    NOT_USED = "not-used"  # it does not exist in TLS 1.3, which is all there is here
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    WRONG = "wrong"


class MasterSecret(StrEnum):
    """The extended master secret of TLS 1.2."""

    OK = "ok"
    NOT_USED = "not-used"  # no TLS 1.2
    NOT_DEMANDED = "not-demanded"  # it is absent, and the profile does not ask for it
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    WRONG = "wrong"


class ClientRenegotiation(StrEnum):
    """How often a client may renegotiate in one connection."""

    OK = "ok"
    NOT_USED = "not-used"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    LIMITED = "limited"
    UNLIMITED = "unlimited"


class EarlyData(StrEnum):
    """Data before the handshake is done (0-RTT)."""

    OK = "ok"
    NOT_USED = "not-used"  # no TLS 1.3
    NOT_TESTED = "not-tested"  # mail
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    ON = "on"


def versions(reading: Reading, _: View) -> Judged:
    """RFC 8996 and RFC 7568: nothing before TLS 1.2."""
    accepted = [code for code, yes in reading.versions.items() if yes]
    unknown = [code for code, yes in reading.versions.items() if yes is None]
    level = worst(map(reading.profile.version, accepted))
    evidence = _evidence(
        reading,
        bad=_names(VERSIONS[code] for code in accepted if reading.profile.version(code) is level),
        accepted=_names((VERSIONS[code] for code in accepted), most=len(VERSIONS)),
        versions=[
            {"version": VERSIONS[code], "level": reading.profile.version(code).value, "accepted": _word(yes)}
            for code, yes in reading.versions.items()
        ],
        **({"remarks": ["short-hello"]} if reading.scan.small_hellos or reading.handshake.short_hello else {}),
    )
    unclear = any(reading.profile.version(code) in (Level.PHASE_OUT, Level.INSUFFICIENT) for code in unknown)
    return _by_level(level, unclear=unclear), evidence


def suites(reading: Reading, _: View) -> Judged:
    """The suites of TLS 1.3 and of the highest version below it."""
    levels = {pair: reading.profile.suite(pair[1]) for pair in reading.suites}
    level = worst(levels.values())
    evidence = _evidence(
        reading,
        bad=_names(suite_name(suite) for (_, suite), found in levels.items() if found is level),
        complete=reading.scan.complete,
        suites=[
            {"suite": suite_name(suite), "version": VERSIONS[version], "level": found.value}
            for (version, suite), found in levels.items()
        ],
    )
    return _by_level(level, unclear=_suites_unclear(reading, level)), evidence


def _suites_unclear(reading: Reading, level: Level) -> bool:
    """Whether something worse may be accepted that nobody told us of. Questions that were sorted by another profile answer
    this only with the whole list.
    """
    if reading.by_another:
        return not reading.scan.complete
    if reading.versions[TLS1_3] is not False and reading.failed(Ask.TLS13_SUITES):
        return True
    if reading.below_13 in (0, TLS1_2) and not reading.only_13:
        weak = reading.failed(Ask.TLS12_WEAK_SUITES)
        return weak or (level is Level.PHASE_OUT and _insufficient_unasked(reading))
    return False


def _insufficient_unasked(reading: Reading) -> bool:
    asked_for_itself = any(reading.profile.suite(answer.suite) is Level.PHASE_OUT for answer in reading.at(TLS1_2))
    return asked_for_itself and reading.failed(Ask.TLS12_INSUFFICIENT)


def order(reading: Reading, _: View) -> Judged:
    """With every suite on offer and the worst first, the server has to choose by level. In TLS 1.2 only."""
    at_12 = {suite for version, suite in reading.suites if version == TLS1_2}
    weak = {suite for suite in at_12 if reading.profile.suite(suite) in (Level.PHASE_OUT, Level.INSUFFICIENT)}
    strong = at_12 - weak
    if not weak or not strong:
        if reading.by_another and not reading.scan.complete and reading.versions[TLS1_2] is not False:
            return Order.UNKNOWN, _evidence(reading)
        asked = () if reading.versions[TLS1_2] is False else (*_STRONG_ASKS, Ask.TLS12_WEAK_SUITES)
        unclear = any(_failed_or_never(reading, ask) for ask in asked)
        return Order.UNKNOWN if unclear else Order.NOT_NEEDED, _evidence(reading)
    chosen = [answer.suite for answer in reading.answers(Ask.ORDER) if answer.reply is Reply.ACCEPTED]
    shown = _evidence(reading, order=[suite_name(suite) for suite in chosen])
    if not chosen:
        return Order.UNKNOWN, shown
    first_weak = next((suite for suite in chosen if suite not in strong), None)
    passed_over = sorted(strong - set(chosen))
    if first_weak is None and passed_over and reading.by_another:
        return Order.UNKNOWN, shown  # asked no further than the levels of the other profile
    if first_weak is None and _asked_and_failed(reading, Ask.ORDER):
        return Order.UNKNOWN, shown  # nobody knows what would have come next
    if first_weak is None or not passed_over:
        return Order.OK, shown
    return Order.WRONG, {**shown, "chosen": suite_name(first_weak), "better": suite_name(passed_over[0])}


_STRONG_ASKS = (Ask.TLS12_ECDSA, Ask.TLS12_RSA, Ask.TLS12_ALL)


def _failed_or_never(reading: Reading, ask: Ask) -> bool:
    """Whether a question failed; the weak suites have to have been asked about."""
    if ask is Ask.TLS12_WEAK_SUITES:
        return reading.failed(ask)
    return _asked_and_failed(reading, ask)


def key_exchange(reading: Reading, _: View) -> Judged:
    """Curves and finite-field groups of TLS 1.2 and before, by number and by value; curves of TLS 1.3.

    Finite-field groups of TLS 1.3 are shown and not judged: they are what libraries come with, no client falls back to
    them, and the reference portal does not look at them either.
    """
    profile = reading.profile
    curves = [code for code in (*reading.curves, *reading.groups_13) if code not in _FINITE_13]
    levels = {group_name(code): profile.group(code) for code in curves}
    levels |= {_prime_words(prime): profile.finite_field(prime, two) for prime, two in reading.primes}
    level = worst(levels.values())
    shown = [{"group": name, "level": found.value} for name, found in levels.items()]
    shown += [
        {"group": group_name(code), "level": "only in TLS 1.3"} for code in reading.groups_13 if code in _FINITE_13
    ]
    evidence = _evidence(
        reading,
        bad=_names(name for name, found in levels.items() if found is level),
        complete=reading.versions[TLS1_3] is False or not reading.failed(Ask.TLS13_GROUPS),
        groups=shown,
    )
    hybrid = [code for code in reading.groups_13 if code in profile.hybrid_groups]
    outcome: StrEnum = _by_level(level, unclear=_groups_unclear(reading))
    if outcome is Levels.OK and hybrid:
        return KeyExchange.HYBRID, {**evidence, "hybrid": group_name(hybrid[0])}
    if outcome is Levels.OK and not levels:
        return KeyExchange.NONE, evidence
    return KeyExchange(outcome.value), evidence


_FINITE_13 = range(256, 512)  # ffdhe2048 to ffdhe8192, and private use (RFC 7919 section 2)


def _prime_words(prime: bytes) -> str:
    bits = int.from_bytes(prime, "big").bit_length()
    return prime_name(prime) or f"DH {bits}"


def _groups_unclear(reading: Reading) -> bool:
    if reading.versions[TLS1_2] is None:
        return True
    if not reading.versions[TLS1_2]:
        return False
    passed_over = (code for code in reading.asked_by.groups_of(Level.GOOD) if code < _FINITE_13.start)
    if any(reading.profile.group(code) in (Level.PHASE_OUT, Level.INSUFFICIENT) for code in passed_over):
        return True
    return reading.failed(Ask.TLS12_GROUPS, Ask.TLS12_WEAK_SUITES) or _asked_and_failed(reading, Ask.TLS12_DHE)


def key_exchange_hash(reading: Reading, _: View) -> Judged:
    """With only MD5, SHA-1 and SHA-224 on offer, the server has to refuse; whatever it signs with is read from the
    signature itself.
    """
    if reading.versions[TLS1_2] is not True:
        unclear = reading.versions[TLS1_2] is None
        return KeyExchangeHash.UNKNOWN if unclear else KeyExchangeHash.NOT_USED, _evidence(reading)
    used = sorted({answer.signature for answer in reading.at(TLS1_2) if answer.signature})
    levels = {code: _hash_level(reading, code) for code in used}
    level = worst(levels.values())
    evidence = _evidence(
        reading,
        bad=_names(signature_name(code) for code, found in levels.items() if found is level),
        signatures=[{"signature": signature_name(code), "level": found.value} for code, found in levels.items()],
    )
    refused = not reading.failed(Ask.TLS12_SIGNATURES)
    sha1_unclear = level is Level.PHASE_OUT and _asked_and_failed(reading, Ask.TLS12_SHA1)
    return KeyExchangeHash(_by_level(level, unclear=not refused or sha1_unclear).value), evidence


def _asked_and_failed(reading: Reading, ask: Ask) -> bool:
    return any(answer.reply is Reply.FAILED for answer in reading.answers(ask))


_HASHES = {1: "md5", 2: "sha1", 3: "sha224", 4: "sha256", 5: "sha384", 6: "sha512"}


def _hash_level(reading: Reading, scheme: int) -> Level:
    """The level of a signature scheme's hash. All schemes from 0x0800 are of TLS 1.3 and sign with SHA-256 or better
    (RFC 8446 section 4.2.3).
    """
    name = "sha256" if scheme >> 8 >= 8 else _HASHES.get(scheme >> 8, "")
    return reading.profile.key_exchange_hashes.get(name, Level.INSUFFICIENT)


def compression(reading: Reading, _: View) -> Judged:
    """Compression of TLS leaks what is encrypted (CRIME); it was offered with every hello below TLS 1.3."""
    return _switch(reading, lambda answer: not answer.compression)


def secure_renegotiation(reading: Reading, _: View) -> Judged:
    """RFC 5746: the server has to answer to renegotiation_info."""
    return _switch(reading, lambda answer: answer.secure_renegotiation)


def _switch(reading: Reading, right: Any) -> Judged:
    answers = [answer for answer in reading.accepted if SSL3 < answer.version < TLS1_3]
    wrong = [answer for answer in answers if not right(answer)]
    if not answers:
        return Switch.NOT_USED if reading.only_13 else Switch.UNKNOWN, _evidence(reading)
    evidence = _evidence(reading, versions=_names(sorted({VERSIONS[answer.version] for answer in wrong or answers})))
    return Switch.WRONG if wrong else Switch.OK, evidence


def extended_master_secret(reading: Reading, _: View) -> Judged:
    """RFC 7627, in TLS 1.2."""
    evidence = _evidence(reading)
    if reading.versions[TLS1_2] is False:
        return MasterSecret.NOT_USED, evidence
    answers: list[Answer] = list(reading.at(TLS1_2))
    if not answers:
        return MasterSecret.UNKNOWN, evidence
    if all(answer.extended_master_secret for answer in answers):
        return MasterSecret.OK, evidence
    return MasterSecret.WRONG if reading.profile.extended_master_secret else MasterSecret.NOT_DEMANDED, evidence


def client_renegotiation(reading: Reading, _: View) -> Judged:
    """Eleven tries; the guidelines allow ten."""
    seen = reading.scan.renegotiation
    if seen is None or seen.failure is not None:
        return ClientRenegotiation.NOT_USED if reading.only_13 else ClientRenegotiation.UNKNOWN, _evidence(reading)
    evidence = _evidence(reading, done=seen.done, tried=seen.tried)
    if not seen.done:
        return ClientRenegotiation.OK, evidence
    few = seen.done <= reading.profile.most_renegotiations
    return ClientRenegotiation.LIMITED if few else ClientRenegotiation.UNLIMITED, evidence


def early_data(reading: Reading, _: View) -> Judged:
    """RFC 8446 section 8: early data can be replayed. The tickets say whether it is taken."""
    if reading.versions[TLS1_3] is False:
        return EarlyData.NOT_USED, _evidence(reading)
    tickets = reading.scan.tickets
    if tickets is None or (tickets.failure is not None and not tickets.early_data):
        return EarlyData.UNKNOWN, _evidence(reading)
    evidence = _evidence(reading, tickets=tickets.tickets, early_data=tickets.early_data)
    return EarlyData.ON if tickets.early_data else EarlyData.OK, evidence


def early_data_of_mail(reading: Reading, _: View) -> Judged:
    """Not tested: no mail server is known that takes early data, as the client speaks second there."""
    return EarlyData.NOT_TESTED, _evidence(reading)


def _by_level(level: Level, *, unclear: bool) -> Levels:
    """What is certainly insufficient stays so; anything better needs all answers."""
    if level is Level.INSUFFICIENT:
        return Levels.INSUFFICIENT
    if unclear:
        return Levels.UNKNOWN
    return Levels.PHASE_OUT if level is Level.PHASE_OUT else Levels.OK


def _evidence(reading: Reading, **shown: Any) -> dict[str, Any]:
    return {**shown, "profile": reading.profile.name}


def _names(names: Iterable[str], most: int = MOST_NAMED) -> str:
    """Names for a sentence."""
    found = list(names)
    return ", ".join(found[:most]) + ("…" if len(found) > most else "")


def _word(yes: bool | None) -> str:
    return "unknown" if yes is None else ("yes" if yes else "no")
