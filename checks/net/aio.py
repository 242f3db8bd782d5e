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
from checks.net.addresses import is_public, mapped_port, port_refusal, refusal
from checks.net.transport import READ_SIZE, Connection, Interrupted, Limits
from checks.options import Options

_ANYWHERE: dict[int, str] = {socket.AF_INET: "198.41.0.4", socket.AF_INET6: "2001:503:ba3e::2:30"}  # a root server's: a route to it is a route to the Internet; nothing is sent
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EPERM, errno.EAGAIN, errno.EADDRINUSE})
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
_REASONS = {
    errno.ECONNREFUSED: Reason.REFUSED,
    errno.ECONNRESET: Reason.RESET,
    errno.EPIPE: Reason.RESET,
    errno.ECONNABORTED: Reason.RESET,
    errno.ETIMEDOUT: Reason.TIMEOUT,
}


class AioDoor:
    """The real network, under the policy of ``options`` and the ``limits`` that it shares with others."""

    def __init__(self, options: Options, limits: Limits) -> None:
        self._options = options
        self._limits = limits

    def clock(self) -> float:
        """The clock of the event loop, in seconds."""
        return asyncio.get_running_loop().time()

    async def pause(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)

    @asynccontextmanager
    async def connect(self, address: str, port: int, until: float) -> AsyncIterator[Connection]:
        """A TCP connection; see ``transport.Door``. ``until`` covers the wait for a place as well."""
        if why := refusal(address, self._options) or port_refusal(port):
            raise Interrupted(Reason.FORBIDDEN, why)
        if ":" in address and not self._options.ipv6:
            raise Interrupted(Reason.NO_IPV6, "IPv6 is switched off here")
        async with self._place(address, until):
            connection = await _dial(address, mapped_port(address, port, self._options), self._options, until)
            try:
                yield connection
            finally:
                await connection.close()

    @asynccontextmanager
    async def _place(self, address: str, until: float) -> AsyncIterator[None]:
        slot = self._limits.slot(address)
        try:
            async with asyncio.timeout_at(until):
                await slot.__aenter__()
        except TimeoutError:
            raise Interrupted(Reason.OURS, "no place for one more connection in time") from None
        try:
            yield
        finally:
            await slot.__aexit__(None, None, None)


class _Stream:
    """A connection on asyncio's streams; their buffer holds twice READ_SIZE at most."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, until: float) -> bytes:
        try:
            async with asyncio.timeout_at(until):
                return await self._reader.read(READ_SIZE)
        except OSError as error:  # TimeoutError is one
            raise _translated(error, socket.AF_UNSPEC) from error

    async def write(self, data: bytes, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                self._writer.write(data)
                await self._writer.drain()
        except OSError as error:
            raise _translated(error, socket.AF_UNSPEC) from error

    async def close(self) -> None:
        transport = self._writer.transport
        # What a stalled reader has not taken yet would keep the socket open for ever.
        if transport.get_write_buffer_size():
            transport.abort()
        else:
            transport.close()


async def _dial(address: str, port: int, options: Options, until: float) -> _Stream:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    source = options.source_ipv6 if family == socket.AF_INET6 else options.source_ipv4
    try:
        link = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise _translated(error, family) from error
    try:
        link.setblocking(False)
        if source:
            _bind(link, source)
        async with asyncio.timeout_at(until):
            await asyncio.get_running_loop().sock_connect(link, (address, port))
            return _Stream(*await asyncio.open_connection(sock=link, limit=READ_SIZE))
    except OSError as error:
        link.close()
        interrupted = _translated(error, family)
        raise _or_no_ipv6(interrupted, address, source) from error
    except BaseException:
        link.close()
        raise


def _bind(link: socket.socket, source: str) -> None:
    try:
        link.bind((source, 0))
    except OSError as error:
        raise Interrupted(Reason.OURS, "the source address that is set is not one of this machine") from error


def _translated(error: OSError, family: int) -> Interrupted:
    if isinstance(error, TimeoutError):
        return Interrupted(Reason.TIMEOUT)
    if error.errno in _OURS:
        return Interrupted(Reason.OURS, errno.errorcode.get(error.errno or 0, ""))
    if error.errno in _NO_ROUTE and family in _ANYWHERE and not source_towards_internet(family):
        return Interrupted(Reason.NO_IPV6 if family == socket.AF_INET6 else Reason.OURS, "this machine has no route for addresses of this kind")
    return Interrupted(_REASONS.get(error.errno or 0, Reason.UNREACHABLE), errno.errorcode.get(error.errno or 0, ""))


def _or_no_ipv6(interrupted: Interrupted, address: str, source: str) -> Interrupted:
    """A public IPv6 address that cannot be reached from a machine with only local IPv6 addresses says nothing about the other side."""
    silent = interrupted.why.reason in (Reason.TIMEOUT, Reason.UNREACHABLE)
    if silent and ":" in address and not source and is_public(address) and not is_public(source_towards_internet(socket.AF_INET6)):
        return Interrupted(Reason.NO_IPV6, "this machine has no public IPv6 address")
    return interrupted


def source_towards_internet(family: int) -> str:
    """The address of this machine that connections to the Internet come from; empty when there is no route. Sends nothing."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as link:
            link.connect((_ANYWHERE[family], 53))
            return str(link.getsockname()[0])
    except OSError:
        return ""
