"""The door on asyncio: sockets, deadlines, source addresses, and the translation of the system's errors into reasons.

The only module that opens TCP sockets. It dials IP literals that policy lets through, and nothing else.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from checks.facts.network import Reason
from checks.net.addresses import ALLOWED_PORTS, destination, is_public, port_refusal, refusal
from checks.net.transport import READ_SIZE, Connection, Interrupted, Limits
from checks.options import Options

# A root server's addresses: a route to them is a route to the Internet. Nothing is ever sent there.
_FAR_AWAY: dict[int, str] = {socket.AF_INET: "198.41.0.4", socket.AF_INET6: "2001:503:ba3e::2:30"}

_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_REASONS = {
    errno.ECONNREFUSED: Reason.REFUSED,
    errno.ECONNRESET: Reason.RESET,
    errno.EPIPE: Reason.RESET,
    errno.ECONNABORTED: Reason.RESET,
    errno.ETIMEDOUT: Reason.TIMEOUT,
    errno.EMFILE: Reason.OURS,
    errno.ENFILE: Reason.OURS,
    errno.ENOBUFS: Reason.OURS,
    errno.ENOMEM: Reason.OURS,
    errno.EPERM: Reason.OURS,  # a firewall of this machine
    errno.EADDRNOTAVAIL: Reason.OURS,  # no port left to connect from
    errno.EAFNOSUPPORT: Reason.OURS,
}


class AioDoor:
    """The real network, under the policy of ``options`` and the ``limits`` that it shares with others. ``ports`` are
    those that may be dialled: a scan's, unless somebody asked for one service by name.
    """

    def __init__(self, options: Options, limits: Limits, ports: frozenset[int] = ALLOWED_PORTS) -> None:
        self._options = options
        self._limits = limits
        self._ports = ports

    def clock(self) -> float:
        """The clock of the event loop, in seconds."""
        return asyncio.get_running_loop().time()

    async def pause(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)

    @asynccontextmanager
    async def connect(self, address: str, port: int, patience: float, end: float) -> AsyncIterator[Connection]:
        """A TCP connection; see ``transport.Door``."""
        if why := refusal(address, self._options) or port_refusal(port, self._ports):
            raise Interrupted(Reason.FORBIDDEN, why)
        if ":" in address and not self._options.ipv6:
            raise Interrupted(Reason.NO_IPV6, "IPv6 is switched off here")
        async with self._place(address, end):
            until = min(end, self.clock() + patience)
            connection = await _dial(*destination(address, port, self._options), self._options, until)
            try:
                yield connection
            finally:
                await connection.close()

    @asynccontextmanager
    async def _place(self, address: str, end: float) -> AsyncIterator[None]:
        slot = self._limits.slot(address)
        try:
            async with asyncio.timeout_at(end):
                await slot.__aenter__()
        except TimeoutError:
            raise Interrupted(Reason.OURS, "no place for one more connection in time") from None
        try:
            yield
        finally:
            await slot.__aexit__(None, None, None)


class _Stream:
    """A connected socket. Nothing is read ahead, so that what came before a reset is never lost behind it."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._loop = asyncio.get_running_loop()

    async def read(self, until: float) -> bytes:
        try:
            async with asyncio.timeout_at(until):
                return await self._loop.sock_recv(self._link, READ_SIZE)
        except OSError as error:  # TimeoutError is one
            raise _translated(error) from error

    async def write(self, data: bytes, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._loop.sock_sendall(self._link, data)
        except OSError as error:
            raise _translated(error) from error

    async def close(self) -> None:
        self._link.close()


async def _dial(address: str, port: int, options: Options, until: float) -> _Stream:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    source = options.source_ipv6 if family == socket.AF_INET6 else options.source_ipv4
    try:
        link = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise _unreached(error, address, source) from error
    try:
        link.setblocking(False)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _bind(link, source)
        async with asyncio.timeout_at(until):
            await asyncio.get_running_loop().sock_connect(link, (address, port))
    except OSError as error:
        link.close()
        raise _unreached(error, address, source) from error
    except BaseException:
        link.close()
        raise
    return _Stream(link)


def _bind(link: socket.socket, source: str) -> None:
    if not source:
        return
    try:
        link.bind((source, 0))
    except OSError as error:
        raise Interrupted(Reason.OURS, "the source address that is set is not one of this machine") from error


def _translated(error: OSError) -> Interrupted:
    if isinstance(error, TimeoutError):
        return Interrupted(Reason.TIMEOUT)
    code = error.errno or 0
    return Interrupted(_REASONS.get(code, Reason.UNREACHABLE), errno.errorcode.get(code, ""))


def _unreached(error: OSError, address: str, source: str) -> Interrupted:
    """Why no connection was made; what this machine lacks is never put down to the other side."""
    interrupted = _translated(error)
    if source or not is_public(address):
        return interrupted
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    if error.errno in _NO_ROUTE and not source_towards_internet(family):
        return Interrupted(Reason.NO_IPV6 if family == socket.AF_INET6 else Reason.OURS, "this machine has no route")
    silent = interrupted.why.reason in (Reason.TIMEOUT, Reason.UNREACHABLE)
    if silent and family == socket.AF_INET6 and not is_public(source_towards_internet(family)):
        return Interrupted(Reason.NO_IPV6, "this machine has no public IPv6 address")
    return interrupted


def source_towards_internet(family: int) -> str:
    """The address of this machine that connections to the Internet come from; empty without a route. Sends nothing."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as link:
            link.connect((_FAR_AWAY[family], 53))
            return str(link.getsockname()[0])
    except OSError:
        return ""
