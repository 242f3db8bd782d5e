"""Questions about names outside the practice internet, passed on as they came to the resolvers this machine uses
itself. When those stay silent a few times in a row they are left alone for a while, so that a machine without
Internet gets its SERVFAIL at once.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import dns.exception
import dns.resolver

PATIENCE_WHEN_ALIVE = 5.0
PATIENCE_OTHERWISE = 2.0
"""Seconds to wait for one answer."""
ALIVE = 60.0
"""Seconds after an answer in which a silence is blamed on the question and not on the resolvers."""
PAUSE = 10.0
"""Seconds without forwarding after a silence at any other time."""
PORT = 53


Server = tuple[str, int]
"""Address and port."""


def system_resolvers(path: Path = Path("/etc/resolv.conf")) -> tuple[Server, ...]:
    """The machine's own resolvers; none when it has none."""
    try:
        return tuple((str(server), PORT) for server in dns.resolver.Resolver(str(path)).nameservers)
    except (dns.exception.DNSException, OSError):
        return ()


class Forwarder:
    """Passes whole messages on, unread, over the transport they came by."""

    def __init__(self, servers: Sequence[Server], clock: Callable[[], float] = time.monotonic) -> None:
        self._servers = servers
        self._clock = clock
        self._alive_until = -1.0
        self._paused_until = -1.0

    async def ask(self, query: bytes, *, over_tcp: bool) -> bytes | None:
        """The first answer that a server gives, or None."""
        now = self._clock()
        if now < self._paused_until:
            return None
        patience = PATIENCE_WHEN_ALIVE if now < self._alive_until else PATIENCE_OTHERWISE
        for server in self._servers:
            try:
                async with asyncio.timeout(patience):
                    answer = await (_over_tcp(server, query) if over_tcp else _over_udp(server, query))
            except (OSError, TimeoutError, EOFError):
                continue
            self._alive_until = self._clock() + ALIVE
            return answer
        if self._clock() >= self._alive_until:
            self._paused_until = self._clock() + PAUSE
        return None


async def _over_tcp(server: Server, query: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(len(query).to_bytes(2, "big") + query)
        return await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
    finally:
        writer.close()


class _OneAnswer(asyncio.DatagramProtocol):
    def __init__(self, wanted: bytes) -> None:
        self._wanted = wanted
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | None, int]) -> None:
        if data[:2] == self._wanted and not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _over_udp(server: Server, query: bytes) -> bytes:
    # A new socket and so a new port for each question; the ID is the client's own, and random if the client is worth
    # its salt.
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(lambda: _OneAnswer(query[:2]), remote_addr=server)
    try:
        transport.sendto(query)
        return await protocol.answer
    finally:
        transport.close()
