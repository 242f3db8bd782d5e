"""One address of a web host: ``GET /`` on port 80 and on port 443, at the same time, one connection each. Redirects are not followed here."""

from __future__ import annotations

import asyncio
from datetime import datetime

from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.network import Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.aio import AioDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes.tls import HTTP_1_1, handshake
from checks.wire.http import Done, HttpExchange

RESPONSE = 10.0  # seconds for a whole response, body included


async def probe(
    host: str, address: str, *, options: Options, limits: Limits, now: datetime, seconds: float | None = None, door: Door | None = None
) -> WebEndpoint:
    """What ``address`` of web host ``host`` answers. ``now`` is the clock of the measurement, for certificates; ``seconds`` what may be spent (default: the scan's deadline).

    Raises nothing: what could not be had is Unreachable in its place. Cancelling it still cancels.
    """
    door = door or AioDoor(options, limits)
    end = door.clock() + (options.deadline if seconds is None else seconds)
    name = host.rstrip(".")
    plain, (tls, secure) = await asyncio.gather(_http(name, address, options, door, end), _https(name, address, options, now, door, end))
    return WebEndpoint(host, address, plain, tls, secure)


async def _http(name: str, address: str, options: Options, door: Door, end: float) -> HttpResponse | Unreachable:
    try:
        async with door.connect(address, 80, min(end, door.clock() + options.connect_timeout)) as connection:
            return await _get(connection, name, options, min(end, door.clock() + RESPONSE))
    except Interrupted as interrupted:
        return interrupted.why


async def _https(
    name: str, address: str, options: Options, now: datetime, door: Door, end: float
) -> tuple[TlsHandshake | TlsFailure | Unreachable, HttpResponse | Unreachable | None]:
    try:
        async with door.connect(address, 443, min(end, door.clock() + options.connect_timeout)) as connection:
            until = min(end, door.clock() + options.reply_timeout)
            stream, tls = await handshake(connection, door, name, until, options=options, now=now, alpn=HTTP_1_1)
            if stream is None:
                return tls, None
            response = await _get(stream, name, options, min(end, door.clock() + RESPONSE))
            await stream.end(end)
            return tls, response
    except Interrupted as interrupted:
        return interrupted.why, None


async def _get(connection: Connection, name: str, options: Options, until: float) -> HttpResponse | Unreachable:
    """The response, or why there is none. A connection that ends after the header still gives the response."""
    exchange = HttpExchange(name, options.user_agent)
    try:
        await connection.write(exchange.request(), until)
        while True:
            event = exchange.receive(await connection.read(until))
            if isinstance(event, Done):
                return event.result
    except Interrupted as interrupted:
        return exchange.so_far(interrupted.why)
