"""What each name server of a zone says when it is asked itself, and what those of the parent say about the zone.

Facts only. Three questions to each address of the zone's servers: the SOA over UDP, the keys over TCP, and one name
that matters (the TLSA record of the mail host, say). Two to each address of a few parent servers: the DS and NS sets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.dnssec import Outcome
from checks.dnssec.direct import addresses_in
from checks.facts.dns import DirectAnswer, DnsFailure, Question
from checks.net.dns import ServerDoor
from checks.options import Options
from checks.probes.dns import DnsProbe

MOST_SERVERS = 6  # names of the zone's servers that are asked
MOST_ADDRESSES = 8  # of all of them together
MOST_PARENT_ADDRESSES = 2
MOST_FOR_APEX = 2  # servers that are asked for what is the same everywhere, unless they differ in more than that
APEX_TYPES = ("CDS", "CDNSKEY", "NSEC3PARAM")
PATIENCE = 2.0  # seconds for one answer; a server that takes longer is passed over by resolvers too
AT_ONCE = 64  # questions under way, to all servers together


@dataclass(frozen=True, slots=True)
class Host:
    """A name server and one of its addresses."""

    name: str
    address: str


def patient_door(options: Options) -> ServerDoor:
    """The door to name servers, as long as a scan can wait for them."""
    return ServerDoor(replace(options, dns_timeout=min(options.dns_timeout, PATIENCE)), AT_ONCE)


class NameServerProbe:
    """Asks the name servers of zones, at most once each for the same question."""

    def __init__(self, dns: DnsProbe, door: ServerDoor) -> None:
        self._dns = dns
        self._door = door
        self._tasks: dict[tuple[Question, str, bool], asyncio.Task[DirectAnswer]] = {}

    @property
    def query_count(self) -> int:
        """Questions sent to name servers so far."""
        return len(self._tasks)

    async def zone(self, apex: str, questions: Sequence[Question] = (), *, apex_types: Sequence[str] = ()) -> None:
        """Ask all servers of a zone for its SOA, its keys and ``questions``, two of them for ``apex_types`` too, and some
        of its parent about it.
        """
        await asyncio.gather(self._own(apex, questions, apex_types), self._parent(apex))

    async def _own(self, apex: str, questions: Sequence[Question], apex_types: Sequence[str]) -> None:
        hosts = await self._hosts(apex, MOST_ADDRESSES)
        few = list({host.name: host for host in reversed(hosts)}.values())[-MOST_FOR_APEX:]
        more = (self._ask(Question(apex, rdtype), host, tcp=False) for host in few for rdtype in apex_types)
        asked = (
            self._ask(question, host, tcp=tcp)
            for host in hosts
            for question, tcp in (
                (Question(apex, "SOA"), False),
                (Question(apex, "DNSKEY"), True),
                *((question, False) for question in questions),
            )
        )
        await asyncio.gather(*asked, *more)

    async def _parent(self, apex: str) -> None:
        """The parent is the zone that answers for the DS; one that cannot be told is left alone."""
        parent = (await self._dns.lookup(apex, "DS")).zone
        if not parent or parent == apex or not f".{apex}".endswith(f".{parent}".replace("..", ".")):
            return
        hosts = await self._hosts(parent, MOST_PARENT_ADDRESSES, one_family=True)
        questions = (Question(apex, "DS"), Question(apex, "NS"))
        await asyncio.gather(*(self._ask(question, host, tcp=False) for host in hosts for question in questions))

    async def _hosts(self, apex: str, most: int, *, one_family: bool = False) -> list[Host]:
        """Addresses of the servers, the first address of each before the second of any. ``one_family``: IPv6 only of
        a server without IPv4.
        """
        found = await self._dns.lookup(apex, "NS")
        names = list(found.records)[: min(MOST_SERVERS, most)] if found.outcome is Outcome.FOUND else []
        per_name = await asyncio.gather(*(self._addresses(name, one_family=one_family) for name in names))
        ranked = [(rank, host) for hosts in per_name for rank, host in enumerate(hosts)]
        return [host for _, host in sorted(ranked, key=lambda item: item[0])][:most]

    async def _addresses(self, name: str, *, one_family: bool) -> list[Host]:
        """Whom to dial needs no proof, so the chain above the server's own name is not asked for."""
        if one_family:
            found = addresses_in(await self._dns.ask(Question(name, "A")))
            found = found or addresses_in(await self._dns.ask(Question(name, "AAAA")))
        else:
            answers = await asyncio.gather(*(self._dns.ask(Question(name, rdtype)) for rdtype in ("A", "AAAA")))
            found = tuple(address for answer in answers for address in addresses_in(answer))
        return [Host(name, address) for address in found]

    async def _ask(self, question: Question, host: Host, *, tcp: bool) -> None:
        """Ask; a truncated answer is asked for again over TCP, as any client would (RFC 7766 section 5)."""
        seen = await self._once(question, host, tcp=tcp)
        if seen.answer.failure is DnsFailure.TRUNCATED and not tcp:
            await self._once(question, host, tcp=True)

    async def _once(self, question: Question, host: Host, *, tcp: bool) -> DirectAnswer:
        key = (question, host.address, tcp)
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._fetch(question, host, tcp=tcp))
        return await asyncio.shield(self._tasks[key])

    async def _fetch(self, question: Question, host: Host, *, tcp: bool) -> DirectAnswer:
        return DirectAnswer(host.name, host.address, tcp, await self._door.ask(question, host.address, tcp=tcp))

    def facts(self) -> tuple[DirectAnswer, ...]:
        """Everything that was answered so far, in a fixed order."""
        done = [task.result() for task in self._tasks.values() if task.done() and not task.cancelled()]
        return tuple(sorted(done, key=lambda seen: (seen.host, seen.address, seen.answer.question, seen.tcp)))
