"""The page over both families: redirects within the host, bounds, and what is not a page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_network

import pytest

from checks.facts.network import Reason
from checks.facts.page import PagePair
from checks.net.transport import Limits
from checks.options import Options, PortMap
from checks.probes import page
from tests.checks.certificates import NOW

HOST = "good.example"
FOUR, SIX = "127.0.0.1", "::1"
Site = Mapping[str, tuple[int, str, bytes]]  # path: status, location, body


def serve(site: Site, asked: list[str]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        path = request.split()[1].decode("ascii")
        asked.append(path)
        status, location, body = site.get(path, (404, "", b"nothing here"))
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        head += f"Location: {location}\r\n" if location else ""
        writer.write(head.encode("ascii") + b"\r\n" + body)
        await writer.drain()
        writer.close()

    return handle


@asynccontextmanager
async def sites(four: Site, six: Site) -> AsyncIterator[tuple[Options, list[str]]]:
    """Two sites on loopback that listen on what stands for port 80; nothing stands for port 443."""
    asked: list[str] = []
    maps = []
    async with AsyncExitStack() as stack:
        for address, site in ((FOUR, four), (SIX, six)):
            server = await asyncio.start_server(serve(site, asked), address, 0)  # type: ignore[arg-type]
            await stack.enter_async_context(server)
            closed = await asyncio.start_server(lambda *_: None, address, 0)
            unused = closed.sockets[0].getsockname()[1]
            closed.close()
            await closed.wait_closed()
            port = server.sockets[0].getsockname()[1]
            maps.append(PortMap(ip_network(address), {80: port, 443: unused}))
        allowed = tuple(port_map.network for port_map in maps)
        yield Options((), (), "", allowed_networks=allowed, port_maps=tuple(maps)), asked


async def compare(options: Options) -> PagePair:
    return await page.compare(HOST + ".", FOUR, SIX, options=options, limits=Limits(), now=NOW, seconds=30)


async def test_the_same_page_over_both() -> None:
    site = {"/": (200, "", b"<p>welcome</p>")}
    async with sites(site, site) as (options, _):
        pair = await compare(options)
    assert (pair.distance, pair.ipv4.status, pair.ipv6.status, pair.ipv6.port) == (0.0, 200, 200, 80)


async def test_different_pages_have_a_distance() -> None:
    async with sites({"/": (200, "", b"our own site")}, {"/": (200, "", b"default page")}) as (options, _):
        assert (await compare(options)).distance == 100


async def test_redirects_within_the_host_are_followed() -> None:
    site = {"/": (302, "/nl/?a=b", b""), "/nl/?a=b": (200, "", b"<p>welkom</p>")}
    async with sites(site, site) as (options, asked):
        pair = await compare(options)
    assert pair.ipv4.status == 200
    assert sorted(asked) == ["/", "/", "/nl/?a=b", "/nl/?a=b"]


@pytest.mark.parametrize(
    "location", ["https://other.example/", "http://other.example/", "//other.example/", "http://good.example:8080/"]
)
async def test_redirects_to_elsewhere_are_told_and_not_followed(location: str) -> None:
    site = {"/": (302, location, b"")}
    async with sites(site, site) as (options, asked):
        pair = await compare(options)
    assert (pair.ipv4.status, pair.ipv4.location, asked) == (302, location, ["/", "/"])


async def test_a_site_that_redirects_for_ever_is_left() -> None:
    site = {"/": (302, "/", b"")}
    async with sites(site, site) as (options, asked):
        pair = await compare(options)
    assert pair.ipv4.status == 302
    assert len(asked) == 2 * (page.MOST_REDIRECTS + 1)


async def test_no_more_is_read_than_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST_BYTES", 1000)
    site = {"/": (200, "", b"word " * 10_000)}
    async with sites(site, site) as (options, _):
        assert (await compare(options)).ipv4.body_bytes == 1000


async def test_a_family_that_does_not_answer_is_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    site = {"/": (200, "", b"welcome")}
    async with sites(site, site) as (options, _):
        maps = (options.port_maps[0], PortMap(options.port_maps[1].network, {80: 1, 443: 1}))
        broken = Options((), (), "", allowed_networks=options.allowed_networks, port_maps=maps)
        pair = await compare(broken)
    assert pair.distance is None
    assert pair.ipv6.failure is not None
    assert pair.ipv6.failure.reason is Reason.REFUSED
