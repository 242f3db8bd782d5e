"""The front page of a website over one address of each family, with redirects within the host followed, to see whether
visitors get the same over IPv4 and IPv6.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable
from checks.facts.page import Page, PagePair
from checks.facts.tls import TlsFailure
from checks.net.aio import AioDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes.tls import HTTP_1_1, TlsStream, handshake
from checks.records.page import distance
from checks.wire.http import Done, HttpExchange

MOST_BYTES = 500_000  # of a page that are compared
MOST_REDIRECTS = 4
PATIENCE = 10.0  # seconds for one page
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_PATH = 2000


async def compare(
    host: str, ipv4: str, ipv6: str, *, options: Options, limits: Limits, now: datetime, seconds: float
) -> PagePair:
    """The page of ``host`` at an address of each family. Raises nothing."""
    door = AioDoor(options, limits)
    end = door.clock() + seconds
    visits = (_Visit(host.rstrip("."), address, options, now, door, end) for address in (ipv4, ipv6))
    (one, first), (other, second) = await asyncio.gather(*(visit.page() for visit in visits))
    both = not one.failure and not other.failure
    return PagePair(one, other, distance(first, second) if both else None)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One address, and what is needed to talk to it."""

    host: str
    address: str
    options: Options
    now: datetime
    door: Door
    end: float

    async def page(self) -> tuple[Page, bytes]:
        """The page over https, or over http where https gives no response."""
        secure = await self._followed(443)
        return secure if not secure[0].failure else await self._followed(80)

    async def _followed(self, port: int) -> tuple[Page, bytes]:
        path, page, body = "/", Page(self.address, port), b""
        for _ in range(MOST_REDIRECTS + 1):
            try:
                response, body = await self._get(port, path)
            except Interrupted as interrupted:
                return replace(page, failure=interrupted.why), b""
            if isinstance(response, Unreachable):
                return replace(page, failure=response), b""
            location = next(iter(response.header("location")), "") if response.status in _REDIRECTS else ""
            page = Page(self.address, port, response.status, location[:300], len(body))
            onward = self._within_host(port, path, location)
            if not onward:
                break
            path = onward
        return page, body

    def _within_host(self, port: int, path: str, location: str) -> str:
        """The path of a redirect that stays on this host and port; empty for any other."""
        scheme = "https" if port == 443 else "http"
        try:
            url = urlsplit(urljoin(f"{scheme}://{self.host}{path}", location.strip()))
            same = url.scheme == scheme and url.hostname == self.host and url.port in (None, port)
        except ValueError:
            return ""
        onward = (url.path or "/") + (f"?{url.query}" if url.query else "")
        plain = len(onward) <= _LONGEST_PATH and onward.isascii() and onward.isprintable() and " " not in onward
        return onward if location and same and plain else ""

    async def _get(self, port: int, path: str) -> tuple[HttpResponse | Unreachable, bytes]:
        async with self.door.connect(self.address, port, self.options.connect_timeout, self.end) as connection:
            until = min(self.end, self.door.clock() + PATIENCE)
            if port == 80:
                return await self._exchange(connection, path, until)
            stream, tls = await handshake(
                connection, self.door, self.host, until, options=self.options, now=self.now, alpn=HTTP_1_1
            )
            if stream is None:
                return Unreachable(tls.reason if isinstance(tls, TlsFailure) else Reason.CLOSED, "no TLS"), b""
            return await self._exchange(stream, path, until)

    async def _exchange(
        self, connection: Connection | TlsStream, path: str, until: float
    ) -> tuple[HttpResponse | Unreachable, bytes]:
        exchange = HttpExchange(self.host, self.options.user_agent, path, MOST_BYTES)
        try:
            await connection.write(exchange.request(), until)
            while True:
                event = exchange.receive(await connection.read(until))
                if isinstance(event, Done):
                    return event.result, exchange.body
        except Interrupted as interrupted:
            return exchange.so_far(interrupted.why), exchange.body
