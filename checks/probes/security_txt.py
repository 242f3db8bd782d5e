"""Looks for the security.txt of a website, at its place and at the old one, following redirects over https as far as
policy lets us (RFC 9116 section 3).
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable
from checks.facts.security_txt import SecurityTxtFile, SecurityTxtSearch
from checks.net.aio import AioDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes.tls import HTTP_1_1, handshake
from checks.wire.http import Done, HttpExchange

PLACE, OLD_PLACE = "/.well-known/security.txt", "/security.txt"
MOST_BYTES = 102_400
MOST_REDIRECTS = 5
MOST_ADDRESSES = 2  # tried one after another until one answers
PATIENCE = 10.0  # seconds for one answer
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_URL = 2000
Resolve = Callable[[str], Awaitable[tuple[str, ...]]]


async def search(
    host: str,
    resolve: Resolve,
    *,
    options: Options,
    limits: Limits,
    now: datetime,
    seconds: float,
    door: Door | None = None,
) -> SecurityTxtSearch:
    """The file of ``host``; ``resolve`` gives the addresses of a host name. Raises nothing."""
    door = door or AioDoor(options, limits)
    visitor = _Visitor(resolve, options, now, door, door.clock() + seconds)
    base = f"https://{host.rstrip('.')}"
    found = await visitor.follow(base + PLACE)
    if found.status == 200 or found.failure:
        return SecurityTxtSearch(found)
    return SecurityTxtSearch(found, await visitor.follow(base + OLD_PLACE))


@dataclass(frozen=True, slots=True)
class _Visitor:
    resolve: Resolve
    options: Options
    now: datetime
    door: Door
    end: float

    async def follow(self, url: str) -> SecurityTxtFile:
        """What is found at a URL, redirects followed."""
        seen = SecurityTxtFile((url,))
        for _ in range(MOST_REDIRECTS + 1):
            seen, location = await self._visit(seen)
            if not location:
                return seen
            onward = _onward(seen.urls[-1], location)
            if not onward:
                return replace(seen, failure=Unreachable(Reason.PROTOCOL, "a redirect that leads nowhere"))
            seen = replace(seen, urls=(*seen.urls, onward))
        return replace(seen, failure=Unreachable(Reason.TOO_MUCH, f"more than {MOST_REDIRECTS} redirects"))

    async def _visit(self, seen: SecurityTxtFile) -> tuple[SecurityTxtFile, str]:
        """The answer to the last URL, and where it redirects to."""
        url = urlsplit(seen.urls[-1])
        addresses = await self.resolve(url.hostname or "")
        failure = Unreachable(Reason.UNREACHABLE, "a host without address")
        for address in addresses[:MOST_ADDRESSES]:
            try:
                response, body = await self._get(url.hostname or "", address, url.path or "/")
            except Interrupted as interrupted:
                failure = interrupted.why
                continue
            if isinstance(response, Unreachable):
                failure = response
                continue
            return self._answered(seen, address, response, body)
        return replace(seen, failure=failure), ""

    def _answered(
        self, seen: SecurityTxtFile, address: str, response: HttpResponse, body: bytes
    ) -> tuple[SecurityTxtFile, str]:
        location = next(iter(response.header("location")), "") if response.status in _REDIRECTS else ""
        found = replace(
            seen,
            address=address,
            status=response.status,
            content_type=next(iter(response.header("content-type")), "")[:200],
            body="" if location or response.status != 200 else base64.b64encode(body).decode(),
            truncated=response.truncated,
        )
        return found, location

    async def _get(self, host: str, address: str, path: str) -> tuple[HttpResponse | Unreachable, bytes]:
        async with self.door.connect(address, 443, self.options.connect_timeout, self.end) as connection:
            until = min(self.end, self.door.clock() + PATIENCE)
            stream, tls = await handshake(
                connection, self.door, host, until, options=self.options, now=self.now, alpn=HTTP_1_1
            )
            if stream is None:
                return Unreachable(getattr(tls, "reason", Reason.CLOSED), "no TLS"), b""
            exchange = HttpExchange(host, self.options.user_agent, path, MOST_BYTES)
            response = await _exchanged(stream, exchange, until)
            await stream.end(min(self.end, self.door.clock() + 2.0))
            return response, exchange.body


async def _exchanged(stream: Connection, exchange: HttpExchange, until: float) -> HttpResponse | Unreachable:
    try:
        await stream.write(exchange.request(), until)
        while True:
            event = exchange.receive(await stream.read(until))
            if isinstance(event, Done):
                return event.result
    except Interrupted as interrupted:
        return exchange.so_far(interrupted.why)


def _onward(url: str, location: str) -> str:
    """Where a redirect leads, over https on the usual port; empty for anything else."""
    try:
        target = urljoin(url, location.strip())
        parts = urlsplit(target)
        right = parts.scheme == "https" and parts.hostname and parts.port in (None, 443) and not parts.username
    except ValueError:
        return ""
    plain = len(target) <= _LONGEST_URL and target.isascii() and target.isprintable() and " " not in target
    return target.partition("#")[0] if right and plain else ""
