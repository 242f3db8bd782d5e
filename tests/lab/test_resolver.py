"""What the recursive resolver and the name servers of the practice internet answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import pytest
from dns.rdatatype import RdataType

from lab import SCENERY, Denial, Domain, Lab, ZoneSpec
from lab.forwarder import PAUSE, Forwarder
from lab.keys import KeyStore
from lab.plan import RESOLVER
from lab.signing import BACKDATED, LIFETIME, Signer, zone_keys
from lab.zones import rdataset
from tests.lab.proving_ground import FAULTY, NSEC
from tests.lab.tools import ask, domain, texts, types

GOOD = "goed.voorbeeld.test"
BRIEF = 0.3
"""Seconds after which silence counts as silence."""


@pytest.fixture
def own_lab() -> Iterator[Lab]:
    """A small practice internet to change."""
    with Lab(domains=(*SCENERY, Domain(name=GOOD, records=('@ TXT "before"',))), forward=False) as running:
        yield running


def test_the_resolver_offers_recursion_and_claims_neither_authority_nor_validation(lab: Lab) -> None:
    answer = ask(lab, GOOD, "A")
    assert answer.flags & dns.flags.RA
    assert not answer.flags & (dns.flags.AA | dns.flags.AD)


def test_dnssec_records_come_only_to_those_who_ask_for_them(lab: Lab) -> None:
    assert types(ask(lab, GOOD, "A", dnssec=False).answer) == {"A"}
    assert types(ask(lab, GOOD, "A").answer) == {"A", "RRSIG"}
    assert types(ask(lab, f"nope.{GOOD}", "A", dnssec=False).authority) == {"SOA"}


def test_the_answer_repeats_the_question_in_the_letters_that_it_came_in(lab: Lab) -> None:
    answer = ask(lab, "GoEd.vOOrbeeld.Test", "A")
    assert str(answer.question[0].name) == "GoEd.vOOrbeeld.Test."
    assert texts(answer, "A") == [lab.world.plan.web_host(domain(lab, GOOD))]


def test_ds_records_come_from_the_parent(lab: Lab) -> None:
    signature = texts(ask(lab, GOOD, "DS"), "RRSIG")[0]
    assert " voorbeeld.test. " in signature


def test_an_alias_into_another_zone_comes_with_the_signatures_of_both(lab: Lab) -> None:
    signatures = texts(ask(lab, f"away.{NSEC}", "A"), "RRSIG")
    assert {signature.split()[7] for signature in signatures} == {f"{NSEC}.", f"{GOOD}."}


def test_an_endless_alias_ends_in_servfail(lab: Lab) -> None:
    assert ask(lab, f"loop.{NSEC}", "A").rcode() == dns.rcode.SERVFAIL


def test_a_name_outside_is_servfail_on_a_machine_without_resolvers(lab: Lab) -> None:
    assert ask(lab, "example.com", "A").rcode() == dns.rcode.SERVFAIL


def test_a_long_answer_is_truncated_over_udp_and_whole_over_tcp(own_lab: Lab) -> None:
    long = [f'"{number:0200}"' for number in range(10)]
    own_lab.publish(f"long.{GOOD}", "TXT", long)
    over_udp = ask(own_lab, f"long.{GOOD}", "TXT")
    assert over_udp.flags & dns.flags.TC
    assert not over_udp.answer
    assert sorted(texts(ask(own_lab, f"long.{GOOD}", "TXT", tcp=True), "TXT")) == long


def test_a_published_record_is_served_signed_from_the_next_question_on(own_lab: Lab) -> None:
    assert texts(ask(own_lab, GOOD, "TXT"), "TXT") == ['"before"']
    own_lab.publish(GOOD, "TXT", ['"after"'])
    answer = ask(own_lab, GOOD, "TXT")
    assert texts(answer, "TXT") == ['"after"']
    keys = ask(own_lab, GOOD, "DNSKEY").answer[0]
    dns.dnssec.validate(answer.answer[0], answer.answer[1], {keys.name: keys})


def test_a_record_that_is_taken_away_is_denied(own_lab: Lab) -> None:
    own_lab.publish(GOOD, "TXT", [])
    answer = ask(own_lab, GOOD, "TXT")
    assert not answer.answer
    assert types(answer.authority) == {"SOA", "NSEC3", "RRSIG"}


def test_a_name_outside_cannot_be_published(own_lab: Lab) -> None:
    with pytest.raises(ValueError, match="not a name of the practice internet"):
        own_lab.publish("example.com", "TXT", ['"x"'])


def test_a_silent_name_gets_no_answer(lab: Lab) -> None:
    query = dns.message.make_query(f"silent.{FAULTY}", "A")
    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(query, RESOLVER, port=lab.ports.dns, timeout=BRIEF)


def test_servfail_can_be_limited_to_one_type(lab: Lab) -> None:
    assert ask(lab, f"_25._tcp.mx.{FAULTY}", "TLSA").rcode() == dns.rcode.SERVFAIL
    assert ask(lab, f"_25._tcp.mx.{FAULTY}", "A").rcode() == dns.rcode.NOERROR


def test_a_name_can_be_denied_falsely_and_without_proof(lab: Lab) -> None:
    answer = ask(lab, f"gone.{FAULTY}", "A")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert types(answer.authority) == {"SOA", "RRSIG"}


def test_a_signature_can_be_missing_on_one_type(lab: Lab) -> None:
    assert types(ask(lab, f"unsigned.{FAULTY}", "TXT").answer) == {"TXT"}
    assert types(ask(lab, f"unsigned.{FAULTY}", "A").answer) == {"A", "RRSIG"}


def test_a_proof_can_be_missing(lab: Lab) -> None:
    answer = ask(lab, "_25._tcp.mx.ontkenning-stuk.voorbeeld.test", "TLSA")
    assert types(answer.authority) == {"SOA", "RRSIG"}


def test_a_stripping_resolver_gives_neither_signatures_nor_proofs() -> None:
    with Lab(strip_dnssec=True, forward=False) as lab:
        assert types(ask(lab, GOOD, "A").answer) == {"A"}
        assert types(ask(lab, f"nope.{GOOD}", "A").authority) == {"SOA"}


def test_a_name_server_is_authoritative_for_its_own_zone_only(lab: Lab) -> None:
    address = lab.world.plan.name_servers(domain(lab, GOOD))[0]
    own = ask(lab, GOOD, "A", address=address)
    assert own.flags & dns.flags.AA
    assert not own.flags & dns.flags.RA
    assert ask(lab, "weigert.voorbeeld.test", "A", address=address).rcode() == dns.rcode.REFUSED


def test_a_name_server_refers_to_its_delegations_with_their_ds_and_glue(lab: Lab) -> None:
    address = lab.world.plan.name_servers(domain(lab, "voorbeeld.test"))[0]
    referral = ask(lab, f"www.{GOOD}", "A", address=address)
    assert not referral.answer
    assert not referral.flags & dns.flags.AA
    assert types(referral.authority) == {"NS", "DS", "RRSIG"}
    assert "A" in types(referral.additional)
    unsigned = ask(lab, "www.onondertekend.voorbeeld.test", "A", address=address)
    assert types(unsigned.authority) == {"NS", "NSEC", "RRSIG"}


def test_questions_are_counted_by_name_and_type(own_lab: Lab) -> None:
    for _ in range(2):
        ask(own_lab, GOOD.upper(), "TXT")
    ask(own_lab, GOOD, "A")
    assert own_lab.counters.questions == {(GOOD, "TXT"): 2, (GOOD, "A"): 1}
    own_lab.counters.reset()
    assert not own_lab.counters.questions


@pytest.mark.parametrize("over_tcp", [False, True])
async def test_other_names_are_passed_on_unread(lab: Lab, over_tcp: bool) -> None:
    query = dns.message.make_query(GOOD, "A", want_dnssec=True)
    answer = await Forwarder([(RESOLVER, lab.ports.dns)]).ask(query.to_wire(), over_tcp=over_tcp)
    assert answer is not None
    assert dns.message.from_wire(answer).id == query.id
    assert types(dns.message.from_wire(answer).answer) == {"A", "RRSIG"}


async def test_resolvers_that_cannot_be_reached_are_left_alone_for_a_while(lab: Lab) -> None:
    now = 0.0
    dead_then_alive = [("127.0.0.1", 9)]
    forwarder = Forwarder(dead_then_alive, clock=lambda: now)
    query = dns.message.make_query(GOOD, "A").to_wire()
    assert await forwarder.ask(query, over_tcp=True) is None
    dead_then_alive[:] = [(RESOLVER, lab.ports.dns)]
    assert await forwarder.ask(query, over_tcp=True) is None
    now = PAUSE
    assert await forwarder.ask(query, over_tcp=True) is not None


def test_signatures_are_renewed_when_half_of_their_time_is_over(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    origin = dns.name.from_text(GOOD)
    keys = zone_keys(KeyStore(tmp_path), origin, ZoneSpec(denial=Denial.NSEC))
    signer = Signer(origin, keys, clock=lambda: now)
    data = rdataset(RdataType.A, ["127.0.0.1"])
    first = signer.signature(origin, data)[0]
    assert (first.inception, first.expiration) == (now - BACKDATED, now + LIFETIME)
    now += LIFETIME / 2 - 1
    assert signer.signature(origin, data)[0] == first
    now += 1
    assert signer.signature(origin, data)[0].expiration == now + LIFETIME
