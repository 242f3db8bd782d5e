"""The responders behind the DNS sockets: the recursive resolver and the zones' own name servers, with counting,
delays and faults.
"""

import asyncio
from collections.abc import Sequence

import dns.exception
import dns.message
from dns.message import Message
from dns.name import Name
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from lab.answers import Answer, Kind
from lab.counters import Counters
from lab.dns_server import encoded, failure, message, parsed, stripped
from lab.forwarder import Forwarder
from lab.resolver import Zones, answer_as_name_server, answer_as_resolver


class RecursiveService:
    """The resolver: our own names out of the zones, all other names from the machine's resolvers."""

    def __init__(
        self, zones: Zones, forwarder: Forwarder, counters: Counters, *, round_trip: float, strip_dnssec: bool
    ) -> None:
        self._zones = zones
        self._forwarder = forwarder
        self._counters = counters
        self._round_trip = round_trip
        self._strip_dnssec = strip_dnssec

    async def respond(self, wire: bytes, over_tcp: bool) -> bytes | None:
        """The answer to one message."""
        query = parsed(wire)
        if query is None:
            return None
        name, rdtype = _question(query)
        self._counters.questions[_plain(name), RdataType.to_text(rdtype)] += 1
        answer = answer_as_resolver(self._zones, name, rdtype)
        if answer is None:
            return await self._forwarded(query, wire, over_tcp)
        await asyncio.sleep(self._round_trip + answer.delay)
        return self._finished(query, message(query, answer, recursive=True), answer, over_tcp)

    def _finished(self, query: Message, response: Message, answer: Answer, over_tcp: bool) -> bytes | None:
        if answer.kind is Kind.SILENCE:
            return None
        return encoded(query, stripped(response) if self._strip_dnssec else response, over_tcp=over_tcp)

    async def _forwarded(self, query: Message, wire: bytes, over_tcp: bool) -> bytes:
        answer = await self._forwarder.ask(wire, over_tcp=over_tcp)
        if answer is None:
            return failure(query, Rcode.SERVFAIL).to_wire()
        if not self._strip_dnssec:
            return answer
        try:
            return encoded(query, stripped(dns.message.from_wire(answer)), over_tcp=over_tcp)
        except dns.exception.DNSException:
            return failure(query, Rcode.SERVFAIL).to_wire()


class AuthoritativeService:
    """A name server at one address with the zones that it holds."""

    def __init__(
        self, zones: Zones, held: Sequence[Name], address: str, counters: Counters, *, round_trip: float
    ) -> None:
        self._zones = zones
        self._held = held
        self._address = address
        self._counters = counters
        self._round_trip = round_trip

    async def respond(self, wire: bytes, over_tcp: bool) -> bytes | None:
        """The answer to one message."""
        query = parsed(wire)
        if query is None:
            return None
        name, rdtype = _question(query)
        self._counters.authoritative_questions[self._address, _plain(name), RdataType.to_text(rdtype)] += 1
        answer = answer_as_name_server(self._zones, self._held, name, rdtype)
        await asyncio.sleep(self._round_trip + answer.delay)
        if answer.kind is Kind.SILENCE:
            return None
        return encoded(query, message(query, answer, recursive=False), over_tcp=over_tcp)


def _question(query: Message) -> tuple[Name, RdataType]:
    return query.question[0].name, query.question[0].rdtype


def _plain(name: Name) -> str:
    return name.canonicalize().to_text(omit_final_dot=True)
