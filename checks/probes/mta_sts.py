"""Fetches the policy file of MTA-STS over HTTPS, through the door like everything else. Only domains with the record are
visited.
"""

from __future__ import annotations

import base64
from datetime import datetime

from checks.facts.http import HttpResponse
from checks.facts.mta_sts import PolicyFile
from checks.facts.network import Unreachable
from checks.facts.tls import TlsHandshake
from checks.net.aio import AioDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes.tls import HTTP_1_1, handshake
from checks.wire.http import Done, HttpExchange

PATH = "/.well-known/mta-sts.txt"
MOST_ADDRESSES = 4  # tried one after another until one answers
RESPONSE = 10.0  # seconds for a whole response


def policy_host(domain: str) -> str:
    """The host that has to serve the policy of a mail domain."""
    return f"mta-sts.{domain.rstrip('.')}"


async def fetch(
    host: str,
    addresses: tuple[str, ...],
    *,
    options: Options,
    limits: Limits,
    now: datetime,
    seconds: float,
    door: Door | None = None,
) -> PolicyFile | None:
    """The first answer that any of the addresses gives, or the last failure; None without addresses. Raises nothing."""
    door = door or AioDoor(options, limits)
    end = door.clock() + seconds
    found: PolicyFile | None = None
    for address in addresses[:MOST_ADDRESSES]:
        found = await _visit(host, address, options, now, door, end)
        if isinstance(found.response, HttpResponse):
            break
    return found


async def _visit(host: str, address: str, options: Options, now: datetime, door: Door, end: float) -> PolicyFile:
    try:
        async with door.connect(address, 443, options.connect_timeout, end) as connection:
            until = min(end, door.clock() + options.reply_timeout)
            stream, tls = await handshake(connection, door, host, until, options=options, now=now, alpn=HTTP_1_1)
            if stream is None or not isinstance(tls, TlsHandshake):
                return PolicyFile(host, address, tls)
            exchange = HttpExchange(host, options.user_agent, PATH)
            response = await _get(stream, exchange, min(end, door.clock() + RESPONSE))
            await stream.end(min(end, door.clock() + 2.0))
            return PolicyFile(host, address, tls, response, base64.b64encode(exchange.body).decode())
    except Interrupted as interrupted:
        return PolicyFile(host, address, interrupted.why)


async def _get(stream: Connection, exchange: HttpExchange, until: float) -> HttpResponse | Unreachable:
    try:
        await stream.write(exchange.request(), until)
        while True:
            event = exchange.receive(await stream.read(until))
            if isinstance(event, Done):
                return event.result
    except Interrupted as interrupted:
        return exchange.so_far(interrupted.why)
