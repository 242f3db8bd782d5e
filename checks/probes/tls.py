"""A TLS handshake over an open connection: drives the client of ``wire.tls`` and keeps what it saw.

For SMTP after STARTTLS, and for HTTPS.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from checks.facts.network import Reason
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.transport import Connection, Door, Interrupted
from checks.options import Options
from checks.wire import tls
from checks.wire.tls_flight import Flight

HTTP_1_1 = ("http/1.1",)  # RFC 7301 section 6
_QUIET = frozenset({Reason.TIMEOUT, Reason.RESET, Reason.CLOSED})


def met_silence(tls: object) -> bool:
    """Whether a handshake failed without a word in answer to our hello: worth one try with a short hello."""
    return isinstance(tls, TlsFailure) and not tls.answered and tls.reason in _QUIET


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
    connection: Connection,
    door: Door,
    host: str,
    until: float,
    *,
    options: Options,
    now: datetime,
    alpn: tuple[str, ...] = (),
    short: bool = False,
    only: tls.KeyType | None = None,
) -> tuple[TlsStream | None, TlsHandshake | TlsFailure]:
    """Makes the handshake with ``host`` as SNI; the chain is verified as of ``now``. Raises nothing. ``only`` asks for
    the certificate of one key type.

    Returns the stream, or None when the handshake failed, and the facts either way.
    """
    name = tls.sni(host)
    client, flight = tls.TlsClient(name, alpn, short=short, only=only), Flight()
    begun = door.clock()
    await _exchange(client, flight, connection, until)
    if client.seen is None:
        return None, client.failure or TlsFailure(Reason.PROTOCOL)
    ms = round((door.clock() - begun) * 1000)
    seen, verification = client.seen, tls.verify_chain(client.seen.chain, options.ca_bundle, now)
    facts = TlsHandshake(
        version=seen.version,
        cipher=seen.cipher,
        server_name=name,
        chain=tls.in_base64(seen.chain),
        verification=verification,
        ms=ms,
        short_hello=short,
        asks_certificate=seen.asks_certificate,
        suite=flight.suite,
        group=flight.group,
    )
    return TlsStream(connection, client), facts


async def _exchange(client: tls.TlsClient, flight: Flight, connection: Connection, until: float) -> None:
    """The handshake; ``flight`` reads along what comes in clear, which OpenSSL's binding does not tell."""
    outgoing = client.start()
    try:
        while True:
            if outgoing:
                await connection.write(outgoing, until)
            if client.seen or client.failure:
                return
            data = await connection.read(until)
            flight.receive(data)
            outgoing = client.receive(data)
    except Interrupted as interrupted:
        # Writing may fail after the handshake has failed or succeeded on our side; what we know by then stands.
        if not client.seen:
            client.interrupted(interrupted.why.reason, interrupted.why.detail or "during the handshake")
