"""One address of one mail exchange: connect, greeting, EHLO, STARTTLS, handshake, goodbye, over one connection.

There is one retry at most: later, when the server limits us; with a short hello, when the usual one met silence; at once,
when there was no TLS: nobody is held to what was seen once. Whatever happens becomes a fact, and what was seen before it broke off is kept.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from checks.facts.network import Reason, Unreachable
from checks.facts.smtp import Reply, SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.aio import AioDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes.line import Line
from checks.probes.telling import Tell, nobody
from checks.probes.tls import TlsStream, handshake, met_silence
from checks.wire.smtp import Done, Event, NeedMore, Send, SmtpDialogue, StartTls, State

PORT = 25
RETRY_AFTER = 4.0  # seconds; long enough for a connection count to go down, short enough for somebody who waits
QUIET = 1.0  # seconds without a greeting after which we take it that each connection has to wait so long
PATIENCE = 3.0  # seconds without a greeting after which whoever waits for the scan is told why
GOODBYE = 2.0  # seconds that the reply to QUIT may take


@dataclass(slots=True)
class _Attempt:
    """One connection, and what it has shown so far."""

    host: str
    address: str
    options: Options
    now: datetime
    door: Door
    end: float
    talk: SmtpDialogue
    begun: float
    short: bool = False
    server_name: str = ""
    connect_ms: int = 0
    greeting_ms: int = 0
    tls: TlsHandshake | TlsFailure | None = None
    failure: Unreachable | None = None
    tell: Tell = nobody
    line: Line | None = None
    later: list[str] = field(default_factory=list)  # transcript from the handshake on

    async def run(self) -> SmtpSession:
        """Goes as far as it gets."""
        try:
            connecting = self.door.connect(self.address, PORT, self.options.connect_timeout, self.end)
            async with connecting as connection:
                self.connect_ms = self._elapsed()
                self.tell("reached", stop="connection", ms=self.connect_ms)
                loop = asyncio.get_running_loop()
                silence = loop.call_later(QUIET, self._is_quiet), loop.call_later(PATIENCE, self._still_waiting)
                try:
                    await self._converse(connection)
                finally:
                    for timer in silence:
                        timer.cancel()
        except Interrupted as interrupted:
            self.failure = None if self.talk.state is State.QUIT else interrupted.why
        return self._session()

    async def _converse(self, connection: Connection) -> None:
        until = self._within(self.options.greeting_timeout)
        event: Event = NeedMore()
        while True:
            match event:
                case StartTls():
                    self.tell("reached", stop="starttls")
                    await self._secure(connection)
                    return
                case Done(failure):
                    self.failure = failure
                    return
                case Send(data):
                    if self.line and self.talk.state is State.STARTTLS and "STARTTLS" in self.talk.extensions:
                        self.line.open_ahead()
                    until = self._within(GOODBYE if self.talk.state is State.QUIT else self.options.reply_timeout)
                    await connection.write(data, until)
                    event = self.talk.receive(b"")
                case NeedMore():
                    data = await connection.read(until)
                    event = self.talk.receive(data) if data else self.talk.closed()
                    if self.talk.greeting and not self.greeting_ms:
                        self.greeting_ms = self._elapsed()

    async def _secure(self, connection: Connection) -> None:
        until = self._within(self.options.reply_timeout)
        stream, self.tls = await handshake(
            connection,
            self.door,
            self.server_name or self.host,
            until,
            options=self.options,
            now=self.now,
            short=self.short,
        )
        if isinstance(self.tls, TlsFailure) and self.tls.reason is Reason.TIMEOUT and self.door.clock() >= self.end:
            self.tls = replace(self.tls, reason=Reason.OURS)  # our time was over, not theirs
        if stream and isinstance(self.tls, TlsHandshake):
            self.tell("reached", stop="tls", version=self.tls.version)
            self.later.append(f"C: ({self.tls.version}, {self.tls.cipher})")
            await self._part(stream)

    async def _part(self, stream: TlsStream) -> None:
        """QUIT inside TLS, its reply awaited (RFC 5321 section 4.1.1.10), then close_notify. Nothing hangs on it."""
        talk, until = SmtpDialogue(self.options.ehlo_name), self._within(GOODBYE)
        with suppress(Interrupted):
            await stream.write(talk.quit().data, until)
            while isinstance(talk.receive(data) if (data := await stream.read(until)) else talk.closed(), NeedMore):
                pass
            await stream.end(until)
        self.later.extend(talk.transcript)

    def _is_quiet(self) -> None:
        if self.line and self.talk.greeting is None:
            self.line.open_ahead()

    def _still_waiting(self) -> None:
        if self.talk.greeting is None:
            self.tell("greeting-delayed", seconds=round(PATIENCE))

    def _within(self, seconds: float) -> float:
        return min(self.end, self.door.clock() + seconds)

    def _elapsed(self) -> int:
        return round((self.door.clock() - self.begun) * 1000)

    def _session(self) -> SmtpSession:
        talk = self.talk
        return SmtpSession(
            host=self.host,
            address=self.address,
            port=PORT,
            failure=self.failure,
            greeting=talk.greeting,
            ehlo=talk.ehlo,
            helo=talk.helo,
            extensions=talk.extensions,
            starttls=talk.starttls,
            tls=self.tls,
            transcript=(*talk.transcript, *self.later),
            discarded=talk.discarded,
            bare_lf=talk.bare_lf,
            connect_ms=self.connect_ms,
            greeting_ms=self.greeting_ms,
        )


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
    server_name: str = "",
    line: Line | None = None,
) -> SmtpSession:
    """What ``address`` of mail exchange ``host`` says. Raises nothing: ``failure`` is set when the session broke off.
    ``server_name`` is sent as SNI in the place of ``host``.

    ``now`` is the clock of the measurement, for certificates; ``seconds`` is what may be spent in all (default: the
    deadline of the scan). Cancelling it still cancels; give ``seconds`` to keep what was seen by then. ``tell`` hears
    how far it is: ``reached`` with the ``stop`` and its facts, and why it takes long: ``greeting-delayed`` or
    ``retrying``. On ``line`` connections are opened ahead for the questions that
    follow, as soon as STARTTLS is offered, or while a greeting lets itself be waited for.
    """
    door = door or AioDoor(options, limits)
    end = door.clock() + (options.deadline if seconds is None else seconds)

    async def attempt(*, short: bool = False) -> SmtpSession:
        talk = SmtpDialogue(options.ehlo_name)
        return await _Attempt(
            host, address, options, now, door, end, talk, door.clock(), short, server_name, tell=tell, line=line
        ).run()

    first = await attempt()
    if met_silence(first.tls) and door.clock() < end:
        second = await attempt(short=True)
    elif _limits_us(first) and door.clock() + RETRY_AFTER < end:
        tell("retrying")
        if line:
            await line.withdraw()
        await door.pause(RETRY_AFTER)
        second = await attempt()
    elif _without_tls(first) and door.clock() < end:
        return _either(first, await attempt())
    else:
        return first
    return replace(second if _progress(second) > _progress(first) else first, attempts=2)


def _without_tls(session: SmtpSession) -> bool:
    """The server talked to us, and TLS did not come of it, by no doing of ours."""
    if isinstance(session.tls, TlsFailure):
        return session.tls.reason is not Reason.OURS
    greeted = any(reply is not None and reply.code == 250 for reply in (session.ehlo, session.helo))
    return greeted and session.tls is None and session.failure is None


def _either(first: SmtpSession, second: SmtpSession) -> SmtpSession:
    """The try that got further, with the other one where both came to something and not to the same."""
    better, other = (second, first) if _progress(second) > _progress(first) else (first, second)
    differs = _without_tls(other) and _shown(better) != _shown(other)
    return replace(better, attempts=2, other_try=other if differs else None)


def _shown(session: SmtpSession) -> tuple[object, ...]:
    """What tells tries apart: how far each got, and what was offered and answered."""
    starttls, tls = session.starttls, session.tls
    alert = tls.alert if isinstance(tls, TlsFailure) else ""
    return _progress(session), "STARTTLS" in session.extensions, starttls and starttls.code, alert


def _limits_us(session: SmtpSession) -> bool:
    """A temporary refusal, in words or by hanging up before the greeting (RFC 5321 section 3.8): worth one more try."""
    if session.failure and session.failure.reason in (Reason.RESET, Reason.CLOSED):
        return session.greeting is None
    return _temporary(session.greeting) or _temporary(session.ehlo)


def _temporary(reply: Reply | None) -> bool:
    return reply is not None and reply.code // 100 == 4


def _progress(session: SmtpSession) -> tuple[bool, int]:
    """How far a session got."""
    steps = (session.greeting, session.ehlo, session.helo, session.starttls, session.tls)
    return isinstance(session.tls, TlsHandshake), sum(step is not None for step in steps)
