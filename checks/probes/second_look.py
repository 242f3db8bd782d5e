"""What one session with a mail address leaves open: is there a certificate with the other kind of key, does the server
forget what came in clear before TLS, which certificate does it show to somebody who sends no name, and does it take commands
without TLS at all? Two more
connections, at the same time, to a server that did the first one well; without retries, since nothing hangs on them.
"""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa

from checks.facts.smtp import Injection, Reply, SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.aio import AioDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes.smtp import PORT
from checks.probes.tls import TlsStream, handshake
from checks.wire.smtp import MAX_TOTAL, Done, Event, NeedMore, Send, SmtpDialogue, StartTls, State
from checks.wire.tls import KeyType

NOOP = b"NOOP\r\n"
ANSWER = 5.0  # seconds that a reply inside TLS may take
_REPLY_END = re.compile(rb"^([2-5][0-9]{2})(?: [^\n]*)?\r?\n", re.MULTILINE)
_KEYWORD = re.compile(rb"^250[- ]([A-Za-z0-9-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Unnamed:
    """What the connection showed that sent no server name."""

    injection: Injection
    secured: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    rset: Reply | None = None


@dataclass(frozen=True, slots=True)
class _Visitor:
    """What both connections need to know."""

    session: SmtpSession
    options: Options
    now: datetime
    door: Door
    end: float

    async def other_certificate(self, talk: SmtpDialogue) -> TlsHandshake | TlsFailure | None:
        """The handshake for clients that accept only the kind of key which the first certificate has not."""
        try:
            connecting = self.door.connect(self.session.address, PORT, self.options.connect_timeout, self.end)
            async with connecting as connection:
                if not await self._to_tls(connection, talk):
                    return None
                stream, tls = await self._handshake(connection, _other_kind(self.session.tls))
                if stream is not None:
                    await self._goodbye(stream)
                return tls
        except Interrupted:
            return None

    async def injection(self) -> _Unnamed:
        """What became of a NOOP behind STARTTLS, the EHLO keywords inside TLS, and the chain without a server name."""
        asked = False
        talk = SmtpDialogue(self.options.ehlo_name, reset=True)
        try:
            connecting = self.door.connect(self.session.address, PORT, self.options.connect_timeout, self.end)
            async with connecting as connection:
                asked = True
                if not await self._to_tls(connection, talk, NOOP):
                    return _Unnamed(Injection.REFUSED, rset=talk.rset)
                stream, tls = await self._handshake(connection, None, named=False)
                if stream is None or not isinstance(tls, TlsHandshake):
                    spoke = isinstance(tls, TlsFailure) and tls.alert  # an alert is about the hello, not about the NOOP
                    return _Unnamed(Injection.UNSEEN if spoke else Injection.REFUSED, rset=talk.rset)
                return _Unnamed(*await self._inside(stream), tls.chain, talk.rset)
        except Interrupted:
            return _Unnamed(Injection.REFUSED if asked else Injection.UNSEEN, rset=talk.rset)

    async def _to_tls(self, connection: Connection, talk: SmtpDialogue, behind: bytes = b"") -> bool:
        """Greeting, EHLO and STARTTLS, with ``behind`` in the same packet as the last; whether TLS may begin."""
        event: Event = NeedMore()
        until = self._within(self.options.greeting_timeout)
        while True:
            match event:
                case StartTls():
                    return True
                case Done():
                    return False
                case Send(data):
                    until = self._within(self.options.reply_timeout)
                    await connection.write(data + (behind if talk.state is State.STARTTLS else b""), until)
                    event = talk.receive(b"")
                case NeedMore():
                    data = await connection.read(until)
                    event = talk.receive(data) if data else talk.closed()

    async def _handshake(
        self, connection: Connection, only: KeyType | None, *, named: bool = True
    ) -> tuple[TlsStream | None, TlsHandshake | TlsFailure]:
        until = self._within(self.options.reply_timeout)
        first = self.session.tls
        host, short = self.session.host, False
        if isinstance(first, TlsHandshake):
            host, short = first.server_name or host, first.short_hello
        return await handshake(
            connection,
            self.door,
            host if named else "",
            until,
            options=self.options,
            now=self.now,
            short=short,
            only=only,
        )

    async def _inside(self, stream: TlsStream) -> tuple[Injection, tuple[str, ...]]:
        """EHLO and QUIT inside TLS: two replies, or three when the NOOP was kept."""
        until = self._within(ANSWER)
        seen = bytearray()
        try:
            await stream.write(f"EHLO {self.options.ehlo_name}\r\n".encode("ascii", "replace"), until)
            await _until_replies(stream, seen, 1, until)
            await stream.write(b"QUIT\r\n", until)
            await _until_replies(stream, seen, 3, until)
        except Interrupted:
            pass  # what came counts
        codes = _REPLY_END.findall(seen)
        if len(codes) < 2:
            return Injection.UNSEEN, ()
        keywords = tuple(word.decode("ascii").upper() for word in _KEYWORD.findall(_multiline(seen)))[1:]
        executed = len(codes) > 2 and codes[0] == b"250"
        return (Injection.EXECUTED if executed else Injection.FORGOTTEN), keywords

    async def _goodbye(self, stream: TlsStream) -> None:
        until = self._within(ANSWER)
        await stream.write(b"QUIT\r\n", until)
        await _until_replies(stream, bytearray(), 1, until)
        await stream.end(until)

    def _within(self, seconds: float) -> float:
        return min(self.end, self.door.clock() + seconds)


async def _until_replies(stream: TlsStream, seen: bytearray, count: int, until: float) -> None:
    """Reads until so many replies are complete, the other side is done, or it has said more than anybody may."""
    while len(_REPLY_END.findall(seen)) < count and len(seen) < MAX_TOTAL:
        data = await stream.read(until)
        if not data:
            return
        seen += data


def _multiline(seen: bytes | bytearray) -> bytes:
    """The reply to EHLO: the first of more than one line."""
    match = re.search(rb"(?:^250-[^\n]*\n)+250[^\n]*\n", bytes(seen), re.MULTILINE)
    return match[0] if match else b""


def _other_kind(tls: TlsHandshake | TlsFailure | None) -> KeyType:
    """The kind that the certificate has not; RSA for anything unusual."""
    leaf = tls.chain[0] if isinstance(tls, TlsHandshake) and tls.chain else ""
    try:
        key = x509.load_der_x509_certificate(base64.b64decode(leaf)).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return KeyType.RSA
    return KeyType.ECDSA if isinstance(key, rsa.RSAPublicKey) else KeyType.RSA


async def look(
    session: SmtpSession,
    *,
    options: Options,
    limits: Limits,
    now: datetime,
    seconds: float,
    thrifty: bool = False,
    door: Door | None = None,
) -> SmtpSession:
    """The session with what two more connections showed; unchanged when it had no handshake. Raises nothing. ``thrifty``:
    only the other certificate, which DANE needs.
    """
    if not isinstance(session.tls, TlsHandshake):
        return session
    door = door or AioDoor(options, limits)
    visitor = _Visitor(session, options, now, door, door.clock() + seconds)
    talk = SmtpDialogue(options.ehlo_name)
    if thrifty:
        other = await visitor.other_certificate(talk)
        return replace(_beside(session, talk), other_tls=other, attempts=session.attempts + 1)
    other, found = await asyncio.gather(visitor.other_certificate(talk), visitor.injection())
    return replace(
        _beside(session, talk),
        other_tls=other,
        injection=found.injection,
        secured=found.secured,
        unnamed=found.chain,
        rset=found.rset,
        attempts=session.attempts + 2,
    )


def _beside(session: SmtpSession, talk: SmtpDialogue) -> SmtpSession:
    """The session, with the other connection beside it when STARTTLS was not offered there. What that server answered
    otherwise tells nothing: it may have had enough of us.
    """
    if talk.ehlo is None or talk.ehlo.code != 250 or "STARTTLS" in talk.extensions:
        return session
    other = SmtpSession(
        session.host,
        session.address,
        session.port,
        greeting=talk.greeting,
        ehlo=talk.ehlo,
        extensions=talk.extensions,
        starttls=talk.starttls,
        transcript=tuple(talk.transcript),
    )
    return replace(session, other_try=session.other_try or other)
