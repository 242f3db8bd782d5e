"""The sockets of the practice internet: opening all of them or none, keeping account of connections, closing them
again.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable

from lab.counters import Counters
from lab.dns_server import Responder, UdpServer
from lab.plan import DNS, Ports

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BACKLOG = 128


class PortTaken(Exception):
    """A port that we want is in use by something else."""


class Unavailable(Exception):
    """An address that we want cannot be used on this machine."""


class Listeners:
    """All open sockets of one run. Ports are given as the real ones and opened as those that stand for them."""

    def __init__(self, ports: Ports, counters: Counters) -> None:
        self._ports = ports
        self._counters = counters
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[asyncio.DatagramTransport] = []
        self._holes: list[socket.socket] = []
        self._connections: set[asyncio.Task[None]] = set()

    async def tcp(self, address: str, port: int, handler: Handler) -> None:
        """Accept connections; every one is counted, and its end, clean or not, is the end of it."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._counters.opened((address, port))
            try:
                # Clients hang up, break off handshakes and fall silent: that is their right and no news.
                with contextlib.suppress(OSError, EOFError, TimeoutError):
                    await handler(reader, writer)
            finally:
                self._counters.closed((address, port))
                writer.close()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(serve(reader, writer))
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)

        listening = self._bound(address, port, socket.SOCK_STREAM)
        self._servers.append(await asyncio.start_server(accept, sock=listening, backlog=BACKLOG))

    async def udp(self, address: str, respond: Responder) -> None:
        """Answer DNS datagrams."""
        bound = self._bound(address, DNS, socket.SOCK_DGRAM)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: UdpServer(respond), sock=bound)
        self._datagrams.append(transport)

    def black_hole(self, address: str, port: int) -> None:
        """Make connecting take for ever: the queue of a socket that never accepts is filled, and Linux drops what
        comes after.
        """
        hole = self._bound(address, port, socket.SOCK_STREAM)
        hole.listen(0)
        self._holes.append(hole)
        for _ in range(2):
            filler = socket.socket(hole.family)
            filler.setblocking(False)
            filler.connect_ex(hole.getsockname())
            self._holes.append(filler)

    async def close(self) -> None:
        """Close every socket and end every connection."""
        for server in self._servers:
            server.close()
        for transport in self._datagrams:
            transport.close()
        for hole in self._holes:
            hole.close()
        for task in tuple(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        # A closed transport lets go of its socket in the next round of the loop.
        await asyncio.sleep(0)

    def _bound(self, address: str, port: int, kind: socket.SocketKind) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        # With the protocol named, asyncio sends small messages at once (TCP_NODELAY) on the connections that come of it.
        made = socket.socket(family, kind, socket.IPPROTO_TCP if kind is socket.SOCK_STREAM else socket.IPPROTO_UDP)
        made.setblocking(False)
        if kind is socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        mapped = self._ports.instead_of(port)
        try:
            made.bind((address, mapped))
            if kind is socket.SOCK_STREAM:
                made.listen(BACKLOG)
        except OSError as error:
            made.close()
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(
                    f"port {mapped} at {address} is in use; does the practice internet run already?"
                ) from error
            raise Unavailable(f"the address {address} cannot be used here: {error.strerror}") from error
        return made
