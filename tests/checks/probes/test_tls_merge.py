"""Two questions in one hello: every suite is asked about, and an answer is put to the question that it answers."""

from __future__ import annotations

import pytest

from checks.facts.tls_scan import Answer, Ask, Reply
from checks.policy.tls_names import GROUPS, TLS1_2, suite_name
from checks.policy.tls_profile import available, load
from checks.probes.tls_merge import WEAK, Merged, Part, curves_and_plain, other_key_and_elliptic
from checks.wire.tls import KeyType
from checks.wire.tls_hello import Hello

BASE = Hello(TLS1_2, (), groups=(21, 29))
FIRST, SECOND = Part(Ask.TLS12_GROUPS, (1, 2)), Part(Ask.TLS12_WEAK_SUITES, (3, 4))
MERGED = Merged(BASE, (FIRST, SECOND))


def test_one_hello_offers_the_suites_of_both_questions() -> None:
    assert (MERGED.hello.suites, MERGED.hello.groups) == ((1, 2, 3, 4), BASE.groups)
    assert MERGED.alone(Ask.TLS12_WEAK_SUITES).suites == (3, 4)


@pytest.mark.parametrize("reply", [Reply.REFUSED, Reply.HUNG_UP, Reply.FAILED])
def test_a_no_and_a_silence_are_the_answer_to_both(reply: Reply) -> None:
    settled, left = MERGED.settle(Answer(Ask.TLS12_GROUPS, reply, alert="handshake_failure"))
    assert [(answer.ask, answer.reply, answer.alert) for answer in settled] == [
        (FIRST.ask, reply, "handshake_failure"),
        (SECOND.ask, reply, "handshake_failure"),
    ]
    assert left == []


@pytest.mark.parametrize(
    ("suite", "answered", "left"),
    [(2, FIRST.ask, SECOND.ask), (3, SECOND.ask, FIRST.ask), (99, FIRST.ask, SECOND.ask)],
    ids=["first", "second", "not-on-offer"],
)
def test_the_suite_of_a_yes_tells_what_it_answers(suite: int, answered: Ask, left: Ask) -> None:
    settled, open_still = MERGED.settle(Answer(FIRST.ask, Reply.ACCEPTED, TLS1_2, suite))
    assert [(answer.ask, answer.suite) for answer in settled] == [(answered, suite)]
    assert open_still == [left]


@pytest.mark.parametrize("profile", available())
@pytest.mark.parametrize("other", KeyType)
def test_both_hellos_together_offer_every_weak_suite(profile: str, other: KeyType) -> None:
    levels = load(profile)
    curves, rest = curves_and_plain(levels, BASE), other_key_and_elliptic(levels, BASE, other)
    plain = curves.alone(Ask.TLS12_WEAK_SUITES).suites
    assert {*plain, *rest.hello.suites} >= set(levels.suites_of(*WEAK, tls13=False))


@pytest.mark.parametrize("profile", available())
@pytest.mark.parametrize("other", KeyType)
def test_no_suite_belongs_to_both_questions(profile: str, other: KeyType) -> None:
    levels = load(profile)
    for merged in (curves_and_plain(levels, BASE), other_key_and_elliptic(levels, BASE, other)):
        first, second = (set(part.suites) for part in merged.parts)
        assert first
        assert second
        assert not first & second


def test_only_the_wrong_curves_are_of_use_to_a_suite_that_would_be_right() -> None:
    """A weak suite without a curve is taken or refused for itself, whatever curves are offered beside it."""
    merged = curves_and_plain(load(), BASE)
    assert all("_ECDHE_" in suite_name(code) for code in merged.alone(Ask.TLS12_GROUPS).suites)
    assert not any("ECDH" in suite_name(code) for code in merged.alone(Ask.TLS12_WEAK_SUITES).suites)
    assert set(BASE.groups) <= set(GROUPS)


@pytest.mark.parametrize(("other", "ask"), [(KeyType.RSA, Ask.TLS12_RSA), (KeyType.ECDSA, Ask.TLS12_ECDSA)])
def test_T31_the_other_kind_of_key_is_asked_for_with_suites_of_every_level(other: KeyType, ask: Ask) -> None:
    profile = load()
    suites = other_key_and_elliptic(profile, BASE, other).alone(ask).suites
    assert {profile.suite(code) for code in suites} >= {profile.suite(0xC02F), *WEAK}
    assert not any(f"_{kind.name}_" in suite_name(code) for code in suites for kind in KeyType if kind is not other)
