"""DNS over UDP and TCP (RFC 1035 section 4.2, RFC 6891, RFC 7766): messages in, messages out. What to answer is
decided in `resolver.py` and `answers.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
from dns.message import Message
from dns.rcode import Rcode
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType
from dns.rrset import RRset

from lab.answers import Answer, Kind

MAX_UDP = 1232
"""Bytes, the largest answer over UDP (RFC 9715 section 3.2)."""
PLAIN_UDP = 512
IDLE = 30.0
"""Seconds that a connection may be silent."""
DNSSEC_TYPES = (RdataType.RRSIG, RdataType.NSEC, RdataType.NSEC3)

Responder = Callable[[bytes, bool], Awaitable[bytes | None]]
"""From a message and whether it came over TCP to the answer, or to silence."""


def parsed(wire: bytes) -> Message | None:
    """The question of the Internet class in these bytes, or None when there is none."""
    try:
        query = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        return None
    plain = query.opcode() == dns.opcode.QUERY and len(query.question) == 1 and not query.flags & dns.flags.QR
    return query if plain and query.question[0].rdclass == RdataClass.IN else None


def failure(query: Message, rcode: Rcode) -> Message:
    """An answer with an error code and nothing else."""
    response = dns.message.make_response(query, recursion_available=True, our_payload=MAX_UDP)
    response.set_rcode(rcode)
    # RFC 3225 section 3 and RFC 4035 section 3.2.2: both are copied into the answer.
    response.ednsflags |= query.ednsflags & dns.flags.DO
    response.flags |= query.flags & dns.flags.CD
    return response


def message(query: Message, answer: Answer, *, recursive: bool) -> Message:
    """The answer as a message; DNSSEC records only for those who set the DO flag or asked for the type (RFC 3225
    section 3).
    """
    response = failure(query, answer.rcode)
    wants_dnssec = bool(query.ednsflags & dns.flags.DO)
    if not recursive:
        response.flags &= ~dns.flags.RA
        if answer.kind in (Kind.DATA, Kind.ALIAS, Kind.NOTHING):
            response.flags |= dns.flags.AA
    asked = query.question[0].rdtype
    response.answer = _suitable(answer.answer, wants_dnssec, asked)
    response.authority = _suitable(answer.authority, wants_dnssec, asked)
    response.additional = answer.additional
    return response


def stripped(response: Message) -> Message:
    """What is left behind a resolver that knows nothing of DNSSEC."""
    for section in (response.answer, response.authority, response.additional):
        section[:] = [rrset for rrset in section if rrset.rdtype not in DNSSEC_TYPES]
    response.ednsflags &= ~dns.flags.DO
    return response


def encoded(query: Message, response: Message, *, over_tcp: bool) -> bytes:
    """The message in bytes; too long for UDP, it is cut down to a hint to come back over TCP (RFC 2181 section 9)."""
    wire = response.to_wire(max_size=65_535)
    room = min(max(query.payload, PLAIN_UDP), MAX_UDP)
    if over_tcp or len(wire) <= room:
        return wire
    response.answer, response.authority, response.additional = [], [], []
    response.flags |= dns.flags.TC
    return response.to_wire()


def _suitable(section: list[RRset], wants_dnssec: bool, asked: RdataType) -> list[RRset]:
    kept: dict[tuple[object, ...], RRset] = {}
    for rrset in section:
        if wants_dnssec or rrset.rdtype not in DNSSEC_TYPES or rrset.rdtype == asked:
            # A proof may serve two links of a chain of aliases.
            kept.setdefault((rrset.name, rrset.rdtype, rrset.covers), rrset)
    return list(kept.values())


class UdpServer(asyncio.DatagramProtocol):
    """Answers datagrams."""

    def __init__(self, respond: Responder) -> None:
        self._respond = respond
        self._transport: asyncio.DatagramTransport | None = None
        self._running: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        # No test of its class: before Python 3.12 it does not inherit from DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """One question."""
        task = asyncio.get_running_loop().create_task(self._answer(data, addr))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = await self._respond(data, False)
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, addr)


def serve_tcp(respond: Responder) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """A handler that answers the questions of one connection one after the other, until it ends or stays silent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(IDLE):
                query = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            answer = await respond(query, True)
            if answer is not None:
                writer.write(len(answer).to_bytes(2, "big") + answer)
                await writer.drain()

    return serve
