"""The DNS probe and its door, against small name servers on loopback that behave and misbehave as told."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace

import dns.flags
import dns.message
import dns.rcode

from checks.dnssec import Outcome, Security, Why, replay
from checks.dnssec.chain import Validator
from checks.facts.dns import Answer, DnsFailure, Question
from checks.net.dns import DnsDoor
from checks.options import Options
from checks.probes.dns import DnsProbe, resolver_fitness
from tests.checks.dnssec.cast import GOOD, Stage, without
from tests.checks.dnssec.world import NOW
from tests.checks.probes.name_server import LOOPBACK, NameServer, silent, truncated, with_rcode

MX = Question(GOOD, "MX")


async def ask(*servers: NameServer, patience: float = 0.3) -> Answer:
    return await DnsDoor([(LOOPBACK, server.port) for server in servers], patience).ask(MX)


async def test_a_question_is_asked_with_do_cd_and_a_payload_that_is_never_fragmented() -> None:
    async with NameServer(Stage().world).at_work() as server:
        answer = await ask(server)
    query = dns.message.from_wire(server.queries[0])
    assert query.flags & (dns.flags.RD | dns.flags.CD) == dns.flags.RD | dns.flags.CD
    assert (query.ednsflags & dns.flags.DO, query.payload, query.edns) == (dns.flags.DO, 1232, 0)
    assert (answer.failure, answer.server) == (None, f"{LOOPBACK} port {server.port}")


async def test_d26_a_truncated_answer_is_asked_for_again_over_tcp() -> None:
    async with NameServer(Stage().world, udp=truncated).at_work() as server:
        answer = await ask(server)
        assert (answer.failure, server.over_tcp) == (None, 1)
    assert len(dns.message.from_wire(base64.b64decode(answer.wire)).answer) == 2


async def test_a_truncated_answer_over_tcp_is_malformed() -> None:
    async with NameServer(Stage().world, udp=truncated, tcp=truncated).at_work() as server:
        assert (await ask(server)).failure is DnsFailure.MALFORMED


async def test_a_tcp_answer_that_breaks_off_is_malformed() -> None:
    async with NameServer(Stage().world, udp=truncated, tcp=silent).at_work() as server:
        assert (await ask(server)).failure is DnsFailure.MALFORMED


async def test_answers_to_another_number_or_question_are_passed_over() -> None:
    def forged(query: bytes, response: bytes) -> list[bytes]:
        other_number = bytes([response[0] ^ 1]) + response[1:]
        other_question = response[:13] + b"x" + response[14:]
        echo = query
        return [other_number, other_question, echo, b"", b"short", response]

    async with NameServer(Stage().world, udp=forged).at_work() as server:
        answer = await ask(server)
    assert answer.failure is None
    assert base64.b64decode(answer.wire)[:2] == server.queries[0][:2]


async def test_the_next_resolver_is_asked_after_silence_and_after_servfail() -> None:
    world = Stage().world
    async with (
        NameServer(world, udp=silent).at_work() as mute,
        NameServer(world, udp=with_rcode(2)).at_work() as broken,
        NameServer(world).at_work() as good,
    ):
        answer = await ask(mute, broken, good)
    assert (answer.failure, answer.server) == (None, f"{LOOPBACK} port {good.port}")


async def test_a_failure_of_all_resolvers_is_that_of_the_last_one() -> None:
    world = Stage().world
    async with (
        NameServer(world, udp=silent).at_work() as mute,
        NameServer(world, udp=with_rcode(2)).at_work() as broken,
        NameServer(world, udp=with_rcode(5)).at_work() as refusing,
    ):
        assert (await ask(mute, broken)).failure is DnsFailure.SERVFAIL
        assert (await ask(broken, mute)).failure is DnsFailure.TIMEOUT
        assert (await ask(broken, refusing)).failure is DnsFailure.REFUSED


async def test_one_resolver_alone_is_asked_twice() -> None:
    async with NameServer(Stage().world, udp=with_rcode(2)).at_work() as server:
        assert (await ask(server)).failure is DnsFailure.SERVFAIL
    assert len(server.queries) == 2


async def test_a_closed_port_is_unreachable() -> None:
    async with NameServer(Stage().world).at_work() as server:
        pass
    assert (await ask(server)).failure is DnsFailure.UNREACHABLE


def options(server: NameServer, *anchors: str) -> Options:
    return Options(((LOOPBACK, server.port),), tuple(anchors or server.world.anchors()), "", dns_timeout=0.3)


async def test_a_look_up_asks_each_question_once_however_many_want_it() -> None:
    stage = Stage()
    async with NameServer(stage.world).at_work() as server:
        probe = DnsProbe(options(server), NOW)
        names = [
            (GOOD, "MX"),
            (f"mx.{GOOD}", "A"),
            (f"mx.{GOOD}", "AAAA"),
            (f"_25._tcp.mx.{GOOD}", "TLSA"),
            (GOOD, "MX"),
        ]
        found = await asyncio.gather(*(probe.lookup(name, rdtype) for name, rdtype in names))
    assert all(lookup.secure for lookup in found)
    assert len(server.queries) == probe.question_count == len({q[2:] for q in server.queries})
    assert probe.question_count == 9


async def test_the_facts_replay_to_the_same_look_up() -> None:
    stage = Stage()
    async with NameServer(stage.world).at_work() as server:
        probe = DnsProbe(options(server), NOW)
        measured = [await probe.lookup(GOOD, "MX"), await probe.lookup("www.unsigned.example.", "A")]
    facts = probe.facts()
    answers = {answer.question: answer for answer in facts.answers}
    validator = Validator(facts.anchors, NOW)
    assert [replay(validator, answers, lookup.name, lookup.rdtype) for lookup in measured] == measured


async def test_a_look_up_that_was_not_measured_fails_in_a_replay() -> None:
    found = replay(Validator(Stage().world.anchors(), NOW), {}, GOOD, "MX")
    assert (found.outcome, found.detail) == (Outcome.FAILED, {"failure": "not-asked", "question": "MX"})


async def test_facts_of_questions_under_way_count_as_a_time_out() -> None:
    asked = asyncio.Event()

    def mute(query: bytes, response: bytes) -> list[bytes]:
        asked.set()
        return []

    async with NameServer(Stage().world, udp=mute).at_work() as server:
        probe = DnsProbe(replace(options(server), dns_timeout=30.0), NOW)
        waiting = asyncio.create_task(probe.lookup(GOOD, "MX"))
        await asked.wait()
        waiting.cancel()
        facts = probe.facts()
    assert {answer.failure for answer in facts.answers} == {DnsFailure.TIMEOUT}


async def test_d28_a_resolver_that_strips_is_told_in_the_facts() -> None:
    stage = Stage()
    stage.world.tweaks.append(lambda _, message: without("RRSIG/DNSKEY", "RRSIG/DS", "RRSIG/MX")(message))
    async with NameServer(stage.world).at_work() as server:
        probe = DnsProbe(options(server), NOW)
        found = await probe.lookup(GOOD, "MX")
    assert (found.security, found.reason) == (Security.INDETERMINATE, Why.RESOLVER_STRIPS_DNSSEC)
    assert probe.facts().resolver_unfit == "resolver-strips-dnssec"


def fresh(stage: Stage) -> Stage:
    """Signatures that hold today: fitness is judged by the real clock."""
    for zone in (stage.root, stage.tld, stage.good):
        zone.window = (NOW.replace(year=2020), NOW.replace(year=2050))
    return stage


async def test_a_truthful_resolver_is_fit() -> None:
    async with NameServer(fresh(Stage()).world).at_work() as server:
        assert await resolver_fitness(options(server)) == ""


async def test_d28_a_resolver_that_strips_is_unfit() -> None:
    stage = fresh(Stage())
    stage.world.tweaks.append(lambda _, message: without("RRSIG/DNSKEY")(message))
    async with NameServer(stage.world).at_work() as server:
        assert await resolver_fitness(options(server)) == "resolver-strips-dnssec"


async def test_d28_a_resolver_that_invents_answers_is_unfit() -> None:
    stage = fresh(Stage())

    def invent(question: Question, message: dns.message.Message) -> None:
        if question.name.startswith("zegel-"):
            message.set_rcode(dns.rcode.NOERROR)
            message.authority.clear()

    stage.world.tweaks.append(invent)
    async with NameServer(stage.world).at_work() as server:
        assert await resolver_fitness(options(server)) == "rewrites-answers"


async def test_d46_a_trust_anchor_that_fits_nothing_makes_the_resolver_unfit() -> None:
    async with NameServer(Stage().world).at_work() as server:
        wrong = ". DS 1 13 2 " + "ab" * 32
        assert await resolver_fitness(options(server, wrong)) == "anchor-mismatch"


async def test_an_anchor_out_of_reach_is_passed_over_when_another_answers() -> None:
    stage = fresh(Stage())
    stage.world.failures[Question(".", "DNSKEY")] = DnsFailure.SERVFAIL
    async with NameServer(stage.world).at_work() as server:
        assert await resolver_fitness(options(server)) == "unreachable"
        assert await resolver_fitness(options(server, *stage.world.anchors(".", "example."))) == ""
