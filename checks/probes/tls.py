"""A TLS handshake over an open connection: drives the client of ``wire.tls`` and keeps what it saw. For SMTP after STARTTLS, and for HTTPS."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from checks.facts.network import Reason
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.transport import Connection, Door, Interrupted
from checks.options import Options
from checks.wire import tls

HTTP_1_1 = ("http/1.1",)  # RFC 7301 section 6


class TlsStream:
    """A connection inside TLS; what is below stays owned by whoever opened it."""

    def __init__(self, below: Connection, client: tls.TlsClient) -> None:
        self._below = below
        self._client = client

    async def read(self, until: float) -> bytes:
        """The next bytes; empty at the end, whether or not it was announced. Raises Interrupted."""
        plain, reply = self._client.decrypt(b"")  # what came along with the last flight of the handshake
        while not plain and not self._client.ended:
            if reply:
                await self._below.write(reply, until)
            data = await self._below.read(until)
            if not data:
                return b""
            plain, reply = self._client.decrypt(data)
        return plain

    async def write(self, data: bytes, until: float) -> None:
        """Sends ``data``. Raises Interrupted."""
        await self._below.write(self._client.encrypt(data), until)

    async def end(self, until: float) -> None:
        """Says goodbye, if they still listen. Raises nothing: everything has been seen by then."""
        with suppress(Interrupted):
            await self._below.write(self._client.close(), until)

    async def close(self) -> None:
        """Closes what is below."""
        await self._below.close()


async def handshake(
    connection: Connection, door: Door, server_name: str, until: float, *, options: Options, now: datetime, alpn: tuple[str, ...] = ()
) -> tuple[TlsStream | None, TlsHandshake | TlsFailure]:
    """Makes the handshake as ``server_name``; the chain is verified as of ``now``. Returns the stream when it succeeded, and the facts either way. Raises nothing."""
    client = tls.TlsClient(server_name, alpn)
    begun = door.clock()
    try:
        outgoing = client.start()
        while True:
            if outgoing:
                await connection.write(outgoing, until)
            if client.seen or client.failure:
                break
            outgoing = client.receive(await connection.read(until))
    except Interrupted as interrupted:
        # A server that refuses sends an alert and hangs up: our own write can then fail although the handshake told us more.
        return None, client.failure or TlsFailure(interrupted.why.reason, detail=interrupted.why.detail or "during the handshake")
    if client.seen is None:
        return None, client.failure or TlsFailure(Reason.PROTOCOL)
    verification = tls.verify_chain(client.seen.chain, options.ca_bundle, now)
    return TlsStream(connection, client), tls.facts(client.seen, server_name, verification, round((door.clock() - begun) * 1000))
