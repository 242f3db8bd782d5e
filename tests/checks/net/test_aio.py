"""The real door on loopback: policy before sockets, deadlines, bounds, and whose fault an error is."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network

import pytest

from checks.facts.network import Reason
from checks.net.aio import AioDoor
from checks.net.transport import READ_SIZE, Interrupted, Limits
from checks.options import Options, PortMap

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def options(port: int = 0, **more: object) -> Options:
    maps = tuple(PortMap(network, {25: port}) for network in LOOPBACK) if port else ()
    return Options((), (), "", allowed_networks=LOOPBACK, port_maps=maps, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def serving(handler: Handler, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """A server on loopback; the port."""

    visits: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await handler(reader, writer)
            writer.close()
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(asyncio.create_task(handle(reader, writer)))

    async with await asyncio.start_server(accept, host, 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*visits)


def soon() -> float:
    return asyncio.get_running_loop().time() + 30


def already() -> float:
    return asyncio.get_running_loop().time() - 1


async def refused_with(door: AioDoor, address: str, port: int = 25) -> Reason:
    """The reason for which no connection is made."""
    with pytest.raises(Interrupted) as caught:
        async with door.connect(address, port, 30, soon()):
            pass
    return caught.value.why.reason


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_bytes_go_both_ways_over_a_mapped_port(host: str) -> None:
    async with serving(echo, host) as port, AioDoor(options(port), Limits()).connect(host, 25, 30, soon()) as link:
        await link.write(b"hello", soon())
        assert await link.read(soon()) == b"hello"


NEVER_DIALLED = ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1", "64:ff9b::a00:1"]


@pytest.mark.parametrize("address", [*NEVER_DIALLED, "localhost", "good.example", ""])
async def test_a_forbidden_address_is_refused_before_there_is_a_socket(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_socket(*_: object) -> None:
        raise AssertionError("a socket was made")

    monkeypatch.setattr("checks.net.aio.socket.socket", no_socket)
    assert await refused_with(AioDoor(Options((), (), ""), Limits()), address) is Reason.FORBIDDEN


async def test_a_forbidden_port_is_refused_even_where_the_address_is_allowed() -> None:
    assert await refused_with(AioDoor(options(), Limits()), "127.0.0.1", 22) is Reason.FORBIDDEN


async def test_a_mapped_port_may_not_be_asked_for_by_itself() -> None:
    async with serving(echo) as port:
        assert await refused_with(AioDoor(options(port), Limits()), "127.0.0.1", port) is Reason.FORBIDDEN


async def test_ipv6_that_is_switched_off_is_ours_and_not_theirs() -> None:
    assert await refused_with(AioDoor(options(ipv6=False), Limits()), "::1") is Reason.NO_IPV6


async def test_a_closed_port_is_refused() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert await refused_with(AioDoor(options(unused.getsockname()[1]), Limits()), "127.0.0.1") is Reason.REFUSED


async def test_a_source_address_that_is_not_ours_is_our_mistake() -> None:
    assert await refused_with(AioDoor(options(9, source_ipv4="192.0.2.1"), Limits()), "127.0.0.1") is Reason.OURS


async def test_the_source_address_is_used() -> None:
    seen: list[str] = []

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername")[0])

    async with serving(note) as port:
        door = AioDoor(options(port, source_ipv4="127.0.0.5"), Limits())
        async with door.connect("127.0.0.1", 25, 30, soon()) as link:
            assert await link.read(soon()) == b""
    assert seen == ["127.0.0.5"]


async def test_the_end_of_the_connection_is_empty() -> None:
    async def leave(*_: object) -> None:
        pass

    async with serving(leave) as port, AioDoor(options(port), Limits()).connect("127.0.0.1", 25, 30, soon()) as link:
        assert await link.read(soon()) == b""


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection with RST instead of FIN."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def test_what_came_before_a_reset_is_read_and_then_the_reset() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"421 bye\r\n")
        await writer.drain()
        await reader.read(1)
        reset(writer)

    async with serving(handler) as port, AioDoor(options(port), Limits()).connect("127.0.0.1", 25, 30, soon()) as link:
        assert await link.read(soon()) == b"421 bye\r\n"
        await link.write(b"x", soon())
        with pytest.raises(Interrupted) as caught:
            await link.read(soon())
    assert caught.value.why.reason is Reason.RESET


async def test_silence_ends_at_the_instant_that_was_given() -> None:
    async with serving(echo) as port, AioDoor(options(port), Limits()).connect("127.0.0.1", 25, 30, soon()) as link:
        with pytest.raises(Interrupted) as caught:
            await link.read(already())
    assert caught.value.why.reason is Reason.TIMEOUT


async def test_a_stalled_reader_ends_a_write_at_the_instant_that_was_given() -> None:
    stop = asyncio.Event()

    async def stalled(*_: object) -> None:
        await stop.wait()

    async with serving(stalled) as port, AioDoor(options(port), Limits()).connect("127.0.0.1", 25, 30, soon()) as link:
        with pytest.raises(Interrupted) as caught:
            await link.write(bytes(50_000_000), already())
        stop.set()
    assert caught.value.why.reason is Reason.TIMEOUT


async def test_one_read_is_bounded() -> None:
    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(200_000))

    async with serving(flood) as port, AioDoor(options(port), Limits()).connect("127.0.0.1", 25, 30, soon()) as link:
        sizes = [len(await link.read(soon())) for _ in range(5)]
    assert max(sizes) <= READ_SIZE


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.EMFILE, Reason.OURS),
        (errno.ENFILE, Reason.OURS),
        (errno.ENOBUFS, Reason.OURS),
        (errno.EPERM, Reason.OURS),
        (errno.EHOSTUNREACH, Reason.UNREACHABLE),
        (errno.ECONNREFUSED, Reason.REFUSED),
        (errno.ECONNRESET, Reason.RESET),
        (errno.ETIMEDOUT, Reason.TIMEOUT),
    ],
)
async def test_the_errors_of_the_system_tell_whose_side_it_is(
    code: int, reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> socket.socket:
        raise OSError(code, "said the test")

    monkeypatch.setattr("checks.net.aio.socket.socket", broken)
    assert await refused_with(AioDoor(options(), Limits()), "127.0.0.1") is reason


class _Machine:
    """Stands in for ``socket.socket``: connecting to a public address fails as the test says; ``own`` is the source."""

    def __init__(self, code: int, own: str) -> None:
        self.code, self.own = code, own

    def __call__(self, family: int, kind: int) -> _Machine:
        return self

    def __enter__(self) -> _Machine:
        return self

    def __exit__(self, *_: object) -> None: ...

    def setblocking(self, _: bool) -> None: ...

    def setsockopt(self, *_: int) -> None:
        raise OSError(self.code, "said the test")

    def connect(self, _: object) -> None:
        if not self.own:
            raise OSError(errno.ENETUNREACH, "said the test")

    def getsockname(self) -> tuple[str, int]:
        return self.own, 1

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("address", "code", "own", "reason"),
    [
        ("2001:4860::1", errno.ENETUNREACH, "", Reason.NO_IPV6),
        ("2001:4860::1", errno.EADDRNOTAVAIL, "", Reason.NO_IPV6),
        ("2001:4860::1", errno.ETIMEDOUT, "fd00::2", Reason.NO_IPV6),
        ("2001:4860::1", errno.EHOSTUNREACH, "fe80::2", Reason.NO_IPV6),
        ("2001:4860::1", errno.ENETUNREACH, "2001:200::9", Reason.UNREACHABLE),
        ("2001:4860::1", errno.ETIMEDOUT, "2001:200::9", Reason.TIMEOUT),
        ("2001:4860::1", errno.ECONNREFUSED, "fd00::2", Reason.REFUSED),
        ("8.8.8.8", errno.ENETUNREACH, "", Reason.OURS),
        ("8.8.8.8", errno.ENETUNREACH, "10.0.0.2", Reason.UNREACHABLE),
        ("8.8.8.8", errno.ETIMEDOUT, "10.0.0.2", Reason.TIMEOUT),
    ],
)
async def test_a_machine_without_a_route_does_not_blame_the_other_side(
    address: str, code: int, own: str, reason: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.net.aio.socket.socket", _Machine(code, own))
    assert await refused_with(AioDoor(options(), Limits()), address) is reason


async def test_no_place_in_time_is_our_limit_and_frees_nothing_of_others() -> None:
    limits = Limits(per_address=1)
    async with serving(echo) as port:
        door = AioDoor(options(port), limits)
        async with door.connect("127.0.0.1", 25, 30, soon()):
            with pytest.raises(Interrupted) as caught:
                async with door.connect("127.0.0.1", 25, 30, already()):
                    pass
            assert caught.value.why.reason is Reason.OURS
        async with door.connect("127.0.0.1", 25, 30, soon()) as link:
            await link.write(b"again", soon())
            assert await link.read(soon()) == b"again"


async def test_a_connection_that_fails_gives_its_place_back() -> None:
    limits = Limits(per_address=1, total=1)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        door = AioDoor(options(unused.getsockname()[1]), limits)
        for _ in range(3):
            assert await refused_with(door, "127.0.0.1") is Reason.REFUSED


async def test_a_cancelled_connection_closes_its_socket_and_gives_its_place_back() -> None:
    limits = Limits(per_address=1, total=1)
    gone = asyncio.Event()
    inside = asyncio.Event()

    async def watch(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()
        gone.set()

    async with serving(watch) as port:
        door = AioDoor(options(port), limits)

        async def hold() -> None:
            async with door.connect("127.0.0.1", 25, 30, soon()) as link:
                inside.set()
                await link.read(soon())

        task = asyncio.create_task(hold())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone.wait()
        async with door.connect("127.0.0.1", 25, 30, soon()):
            pass
