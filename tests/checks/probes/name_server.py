"""A small name server on loopback that answers for a world in memory, and misbehaves as told."""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode

from checks.facts.dns import Question
from tests.checks.dnssec.world import World

LOOPBACK = "127.0.0.1"
Misbehaviour = Callable[[bytes, bytes], list[bytes]]  # query, truthful response -> datagrams to send


@dataclass
class NameServer:
    """A resolver on loopback for a world in memory. ``udp`` and ``tcp`` replace its responses."""

    world: World
    udp: Misbehaviour = lambda query, response: [response]
    tcp: Misbehaviour = lambda query, response: [response]
    port: int = 0
    queries: list[bytes] = field(default_factory=list)
    over_tcp: int = 0

    def respond(self, query: bytes) -> bytes:
        self.queries.append(query)
        parsed = dns.message.from_wire(query)
        asked = parsed.question[0]
        question = Question(asked.name.to_text(), asked.rdtype.name)
        answer = self.world.answer(question)
        if answer.failure is not None:
            response = dns.message.make_response(parsed)
            response.set_rcode(dns.rcode.SERVFAIL)
            return response.to_wire()
        return query[:2] + base64.b64decode(answer.wire)[2:]

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[NameServer]:
        server = self

        class Datagrams(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport = transport

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                for datagram in server.udp(data, server.respond(data)):
                    self.transport.sendto(datagram, addr)  # type: ignore[attr-defined]

        async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            query = await reader.readexactly(length)
            server.over_tcp += 1
            for response in server.tcp(query, server.respond(query)):
                writer.write(struct.pack("!H", len(response)) + response)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

        listener = await asyncio.start_server(stream, LOOPBACK, self.port)
        self.port = listener.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Datagrams, local_addr=(LOOPBACK, self.port))
        try:
            yield self
        finally:
            transport.close()
            listener.close()
            await listener.wait_closed()


def truncated(query: bytes, response: bytes) -> list[bytes]:
    flags = struct.unpack_from("!H", response, 2)[0] | dns.flags.TC
    end = 12 + response[12:].index(b"\0") + 5
    return [response[:2] + struct.pack("!HHHHH", flags, 1, 0, 0, 0) + response[12:end]]


def with_rcode(rcode: int) -> Misbehaviour:
    def change(query: bytes, response: bytes) -> list[bytes]:
        flags = struct.unpack_from("!H", response, 2)[0] & ~0xF | rcode
        return [response[:2] + struct.pack("!H", flags) + response[4:]]

    return change


def silent(query: bytes, response: bytes) -> list[bytes]:
    return []
