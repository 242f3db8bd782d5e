"""Answers that contradict each other, and hints that decide nothing."""

from __future__ import annotations

import dns.edns
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from checks.dnssec import Outcome, Security, Why
from checks.dnssec.contradictions import Clash, Contradiction, contradictions
from checks.facts.dns import Question
from tests.checks.dnssec.cast import GOOD, Stage
from tests.checks.dnssec.world import IN, Everything, Nsec3, name_of

BOTH = pytest.mark.parametrize("nsec3", [None, Nsec3()], ids=["nsec", "nsec3"])
ASKED = [
    Question(GOOD, "MX"),
    Question(GOOD, "A"),
    Question(f"mx.{GOOD}", "A"),
    Question(f"none.{GOOD}", "A"),
    Question(f"_25._tcp.mx.{GOOD}", "TLSA"),
    Question(f"x.wild.{GOOD}", "TXT"),
    Question(f"www.{GOOD}", "A"),
    Question(f"www.{GOOD}", "TXT"),
    Question(f"mx.tree.{GOOD}", "A"),
    Question("unsigned.example.", "DS"),
    Question(GOOD, "DS"),
    Question(GOOD, "DNSKEY"),
]


def clashes(stage: Stage) -> tuple[Contradiction, ...]:
    everything = Everything(stage.world)
    return contradictions([everything[question] for question in ASKED])


def staged(nsec3: Nsec3 | None) -> Stage:
    stage = Stage(nsec3)
    stage.good.add(f"www.{GOOD}", "CNAME", f"mx.{GOOD}").add(f"tree.{GOOD}", "DNAME", GOOD)
    return stage


@BOTH
def test_d63_a_consistent_zone_with_wildcards_aliases_and_dname_has_no_contradiction(nsec3: Nsec3 | None) -> None:
    assert clashes(staged(nsec3)) == ()


@BOTH
def test_d62_a_bitmap_that_lacks_what_is_answered_is_a_lying_denial(nsec3: Nsec3 | None) -> None:
    stage = staged(nsec3)
    real = stage.good.types
    mx = dns.rdatatype.MX
    stage.good.types = lambda owner: [held for held in real(owner) if held != mx]  # type: ignore[method-assign]
    asked = Question(GOOD, "A")
    assert Contradiction(Clash.DENIED_AND_ANSWERED, GOOD, "MX", asked) in clashes(stage)
    assert stage.lookup(GOOD, "MX").secure  # harmless to who does not reuse denials


def test_d62_a_span_over_a_name_that_is_answered_is_a_lying_denial() -> None:
    stage = staged(None)
    real = stage.good.owners
    mx = name_of(f"mx.{GOOD}")
    stage.good.owners = lambda: {owner for owner in real() if not owner.is_subdomain(mx)}  # type: ignore[method-assign]
    stage.good.exists = lambda name: any(owner.is_subdomain(name) for owner in real())  # type: ignore[method-assign]
    found = clashes(stage)
    assert Contradiction(Clash.DENIED_AND_ANSWERED, f"mx.{GOOD}", "A", Question(f"none.{GOOD}", "A")) in found


def test_d67_an_alias_beside_other_data_is_told() -> None:
    stage = staged(None)
    stage.good.add(f"www.{GOOD}", "TXT", '"beside"')
    assert Contradiction(Clash.ALIAS_AND_DATA, f"www.{GOOD}", "TXT", Question(f"www.{GOOD}", "A")) in clashes(stage)


def test_d67_two_aliases_are_told_and_the_first_is_followed() -> None:
    stage = Stage()
    question = Question("www.unsigned.example.", "A")

    def two(message: dns.message.Message) -> None:
        targets = (f"none.{GOOD}", f"mx.{GOOD}")
        message.answer[:] = [dns.rrset.from_text(question.name, 60, IN, "CNAME", target) for target in targets]

    stage.tweak(question.name, question.rdtype, two)
    told = contradictions([Everything(stage.world)[question]])
    assert told == (Contradiction(Clash.TWO_ALIASES, question.name, "CNAME", question),)
    assert stage.lookup(question.name, question.rdtype).aliases == (f"mx.{GOOD}",)


def test_d77_an_extended_error_is_a_hint_and_no_verdict() -> None:
    stage = Stage()

    def hint(message: dns.message.Message) -> None:
        message.use_edns(options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "bogus, says the resolver")])

    stage.tweak("www.unsigned.example.", "A", hint)
    found = stage.lookup("www.unsigned.example.", "A")
    assert (found.outcome, found.security, found.reason) == (Outcome.FOUND, Security.INSECURE, Why.NO_DS)


def test_d29_a_domain_that_does_not_exist_is_provably_not_there() -> None:
    found = Stage().lookup("nowhere.example.", "MX")
    assert (found.outcome, found.security, found.zone) == (Outcome.NO_SUCH_NAME, Security.SECURE, "example.")


def test_d29_a_domain_whose_servers_fail_is_not_said_to_be_absent() -> None:
    stage = Stage()
    stage.tweak(GOOD, "MX", lambda message: message.set_rcode(dns.rcode.SERVFAIL))
    found = stage.lookup(GOOD, "MX")
    assert (found.outcome, found.reason, found.detail["failure"]) == (Outcome.FAILED, Why.RESOLVER_FAILED, "servfail")


def test_answers_without_signatures_contradict_nothing() -> None:
    stage = Stage()
    stage.tweak(GOOD, "A", lambda message: message.authority.append(_loose_nsec()))
    assert clashes(stage) == ()


def _loose_nsec() -> dns.rrset.RRset:
    return dns.rrset.from_text("a.example.", 60, IN, "NSEC", "zz.example. A")
