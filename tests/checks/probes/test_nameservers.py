"""Asking name servers themselves: which are asked what, over which transport, and whom we never dial."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_network

import dns.flags
import dns.message

from checks.dnssec.chain import Validator
from checks.dnssec.servers import Fault, zone_view
from checks.facts.dns import DirectAnswer, DnsFailure, Question
from checks.net.dns import ServerDoor
from checks.options import Options, PortMap
from checks.probes.dns import DnsProbe
from checks.probes.nameservers import MOST_ADDRESSES, NameServerProbe
from tests.checks.dnssec.cast import GOOD, Stage
from tests.checks.dnssec.world import NOW
from tests.checks.probes.name_server import LOOPBACK, NameServer, silent, truncated, with_rcode

LOOPBACKS = ip_network("127.0.0.0/8")
TLSA = Question(f"_25._tcp.mx.{GOOD}", "TLSA")


def staged() -> Stage:
    """The cast, whose zone and parent are both served at 127.0.0.1."""
    stage = Stage()
    stage.good.add(f"ns.{GOOD}", "A", LOOPBACK)
    stage.tld.add("ns.example.", "A", LOOPBACK)
    stage.world.tweaks.append(lambda _, message: _authoritative(message))
    return stage


def _authoritative(message: dns.message.Message) -> None:
    message.flags = (message.flags | dns.flags.AA) & ~dns.flags.RA


@dataclass
class Net:
    """A resolver, an authority, and the probes that ask them."""

    resolver: NameServer
    authority: NameServer
    dns: DnsProbe
    servers: NameServerProbe
    options: Options

    async def zone(self, *questions: Question) -> tuple[DirectAnswer, ...]:
        await self.servers.zone(GOOD, questions)
        return self.servers.facts()


@asynccontextmanager
async def net(stage: Stage, authority: NameServer | None = None) -> AsyncIterator[Net]:
    async with (
        NameServer(stage.world).at_work() as resolver,
        (authority or NameServer(stage.world)).at_work() as served,
    ):
        options = Options(
            ((LOOPBACK, resolver.port),),
            tuple(stage.world.anchors()),
            "",
            allowed_networks=(LOOPBACKS,),
            port_maps=(PortMap(LOOPBACKS, {53: served.port}),),
            dns_timeout=0.3,
        )
        probe = DnsProbe(options, NOW)
        yield Net(resolver, served, probe, NameServerProbe(probe, ServerDoor(options)), options)


def told(direct: tuple[DirectAnswer, ...]) -> set[tuple[str, str, bool]]:
    return {(seen.answer.question.name, seen.answer.question.rdtype, seen.tcp) for seen in direct}


async def test_each_server_is_asked_for_soa_keys_and_the_name_that_matters_and_the_parent_for_ds_and_ns() -> None:
    async with net(staged()) as here:
        direct = await here.zone(TLSA)
    assert told(direct) == {
        (GOOD, "SOA", False),
        (GOOD, "DNSKEY", True),
        (TLSA.name, "TLSA", False),
        (GOOD, "DS", False),
        (GOOD, "NS", False),
    }
    assert {seen.answer.failure for seen in direct} == {None}
    assert here.servers.query_count == len(here.authority.queries) == 5


async def test_name_servers_are_asked_without_recursion_and_with_do() -> None:
    async with net(staged()) as here:
        await here.zone()
    for query in map(dns.message.from_wire, here.authority.queries):
        assert query.flags & (dns.flags.RD | dns.flags.CD) == 0
        assert query.ednsflags & dns.flags.DO


async def test_the_same_question_to_the_same_address_is_sent_once() -> None:
    async with net(staged()) as here:
        await here.zone(TLSA)
        await here.zone(TLSA)
        assert len(here.authority.queries) == 5


async def test_d26_a_truncated_answer_of_a_name_server_is_asked_for_over_tcp() -> None:
    stage = staged()
    async with net(stage, NameServer(stage.world, udp=truncated)) as here:
        direct = await here.zone()
    assert (GOOD, "SOA", True) in told(direct)
    udp = next(seen for seen in direct if seen.answer.question == Question(GOOD, "SOA") and not seen.tcp)
    assert udp.answer.failure is DnsFailure.TRUNCATED


async def test_a_refusal_keeps_its_message() -> None:
    stage = staged()
    async with net(stage, NameServer(stage.world, udp=with_rcode(5))) as here:
        direct = await here.zone()
    refused = next(seen.answer for seen in direct if not seen.tcp)
    assert refused.failure is DnsFailure.REFUSED
    assert base64.b64decode(refused.wire)[3] & 0xF == 5


async def test_an_address_that_may_not_be_dialled_is_not_dialled() -> None:
    async with net(staged()) as here:
        door = ServerDoor(replace(here.options, allowed_networks=()))
        answer = await door.ask(Question(GOOD, "SOA"), LOOPBACK, tcp=False)
    assert answer.failure is DnsFailure.FORBIDDEN
    assert here.authority.queries == []


async def test_d74_without_ipv6_of_our_own_an_ipv6_server_is_not_judged() -> None:
    async with net(staged()) as here:
        allowed = (ip_network("::1/128"),)
        door = ServerDoor(replace(here.options, ipv6=False, allowed_networks=allowed))
        assert (await door.ask(Question(GOOD, "SOA"), "::1", tcp=False)).failure is DnsFailure.NO_IPV6


async def test_many_servers_are_asked_up_to_a_limit_each_of_them_before_its_second_address() -> None:
    stage = staged()
    for n in range(2, 9):
        stage.good.add(GOOD, "NS", f"ns{n}.{GOOD}")
        stage.good.add(f"ns{n}.{GOOD}", "A", f"127.0.{n}.1", f"127.0.{n}.2")
    async with net(stage) as here:
        direct = await here.zone()
    own = {(seen.host, seen.address) for seen in direct if seen.answer.question.rdtype == "SOA"}
    assert len(own) == MOST_ADDRESSES
    assert len({host for host, _ in own}) == 6


async def test_a_silent_server_is_found_unreachable_by_the_judge() -> None:
    stage = staged()
    async with net(stage, NameServer(stage.world, udp=silent, tcp=silent)) as here:
        direct = await here.zone(TLSA)
    facts = here.dns.facts()
    answers = {answer.question: answer for answer in facts.answers}
    (server,) = zone_view(GOOD, Validator(facts.anchors, NOW), answers, direct).servers
    assert Fault.NO_UDP in [finding.fault for finding in server.faults]


async def test_good_servers_are_found_good_by_the_judge() -> None:
    async with net(staged()) as here:
        direct = await here.zone(TLSA)
    facts = here.dns.facts()
    answers = {answer.question: answer for answer in facts.answers}
    seen = zone_view(GOOD, Validator(facts.anchors, NOW), answers, direct)
    assert [(server.host, server.serial, server.faults) for server in seen.servers] == [(f"ns.{GOOD}", 1, ())]
    assert (seen.ns_of_parent, len(seen.ds_sets)) == ((f"ns.{GOOD}",), 1)


async def test_what_is_the_same_everywhere_is_asked_of_two_servers_at_most() -> None:
    stage = staged()
    stage.good.drop(GOOD, "NS").add(GOOD, "NS", *(f"ns{number}.{GOOD}" for number in range(4)))
    for number in range(4):
        stage.good.add(f"ns{number}.{GOOD}", "A", f"127.0.0.{number + 1}")
    async with net(stage) as here:
        await here.servers.zone(GOOD, (), apex_types=("CDS",))
        asked = [seen.host for seen in here.servers.facts() if seen.answer.question.rdtype == "CDS"]
    assert len(asked) == len(set(asked)) == 2


async def test_servers_of_the_parent_are_looked_up_over_one_address_family_where_that_is_enough() -> None:
    async with net(staged()) as here:
        await here.zone()
        asked = {answer.question for answer in here.dns.facts().answers}
    assert Question("ns.example.", "A") in asked
    assert Question("ns.example.", "AAAA") not in asked
