"""One address of a web host: ``GET /`` on port 80 and on port 443, at the same time, one connection each.

Redirects are not followed here. A hello that meets silence is tried once more, short.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.network import Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.aio import AioDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes.telling import Tell, nobody
from checks.probes.tls import HTTP_1_1, handshake, met_silence
from checks.wire.http import Done, HttpExchange

ENCODINGS = "br, compress, deflate, exi, gzip, zstd"  # any that comes is noted, none is decoded
RESPONSE = 10.0  # seconds for a whole response, body included
GOODBYE = 2.0  # seconds to get rid of our close_notify


async def probe(
    host: str,
    address: str,
    *,
    options: Options,
    limits: Limits,
    now: datetime,
    seconds: float | None = None,
    door: Door | None = None,
    tell: Tell = nobody,
) -> WebEndpoint:
    """What ``address`` of web host ``host`` answers. Raises nothing: what could not be had is Unreachable in its place.

    ``now`` is the clock of the measurement, for certificates; ``seconds`` is what may be spent in all (default: the
    deadline of the scan). Cancelling it still cancels. ``tell`` hears how far it is: ``reached`` with the ``stop`` and its
    facts.
    """
    door = door or AioDoor(options, limits)
    end = door.clock() + (options.deadline if seconds is None else seconds)
    visit = _Visit(host.rstrip("."), address, options, now, door, end, tell)
    plain, (tls, secure) = await asyncio.gather(visit.http(), visit.https())
    if met_silence(tls) and door.clock() < end:
        again, secure = await visit.https(short=True)
        tls = again if isinstance(again, TlsHandshake) else tls
    return WebEndpoint(host, address, plain, tls, secure)


@dataclass(frozen=True, slots=True)
class _Visit:
    """What both ports need to know."""

    name: str
    address: str
    options: Options
    now: datetime
    door: Door
    end: float
    tell: Tell

    async def http(self) -> HttpResponse | Unreachable:
        try:
            async with self._connected(80) as connection:
                return self._heard(await self._get(connection), "http")
        except Interrupted as interrupted:
            return interrupted.why

    async def https(
        self, *, short: bool = False
    ) -> tuple[TlsHandshake | TlsFailure | Unreachable, HttpResponse | Unreachable | None]:
        try:
            async with self._connected(443) as connection:
                until = self._within(self.options.reply_timeout)
                stream, tls = await handshake(
                    connection,
                    self.door,
                    self.name,
                    until,
                    options=self.options,
                    now=self.now,
                    alpn=HTTP_1_1,
                    short=short,
                )
                if stream is None:
                    return tls, None
                if isinstance(tls, TlsHandshake):
                    self.tell("reached", stop="tls", version=tls.version)
                response = self._heard(await self._get(stream), "page")
                await stream.end(self._within(GOODBYE))
                return tls, response
        except Interrupted as interrupted:
            return interrupted.why, None

    def _heard(self, response: HttpResponse | Unreachable, stop: str) -> HttpResponse | Unreachable:
        if isinstance(response, HttpResponse):
            self.tell("reached", stop=stop)
        return response

    def _connected(self, port: int) -> AbstractAsyncContextManager[Connection]:
        return self.door.connect(self.address, port, self.options.connect_timeout, self.end)

    async def _get(self, connection: Connection) -> HttpResponse | Unreachable:
        """The response, or why there is none. A connection that ends after the header still gives the response."""
        exchange = HttpExchange(self.name, self.options.user_agent, encodings=ENCODINGS)
        until = self._within(RESPONSE)
        try:
            await connection.write(exchange.request(), until)
            while True:
                event = exchange.receive(await connection.read(until))
                if isinstance(event, Done):
                    return event.result
        except Interrupted as interrupted:
            return exchange.so_far(interrupted.why)

    def _within(self, seconds: float) -> float:
        return min(self.end, self.door.clock() + seconds)
