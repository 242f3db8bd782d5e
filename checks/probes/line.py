"""The line to one address: connections on which a hello can be sent, over TLS at once or after STARTTLS, at most four
at a time.

A server may take seconds to greet, and a dialogue takes round trips. So connections can be opened ahead: they come as
far as the offer of STARTTLS and wait there for whoever needs them. An address that begins to turn us away is dialled by
one asker at a time, later; once that was in vain, no more. What is asked over the line is decided elsewhere.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from checks.facts.network import OURS, Reason
from checks.net.transport import Connection, Door, Interrupted
from checks.options import Options
from checks.wire.smtp import Done, Event, NeedMore, Send, SmtpDialogue, StartTls, State

AT_A_TIME = 4
AHEAD = AT_A_TIME - 1  # beside the session that tells whether there is anything to ask
PAUSES = (4.0, 6.0, 12.0)  # seconds before an address that turned us away is dialled again
GOODBYE = 2.0  # seconds that the reply to QUIT may take


class TurnedAway(Exception):
    """No connection on which a hello could be sent."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(slots=True)
class Opened:
    """A connection that is ready for ``secure``, and after that for a hello. ``command`` is the STARTTLS that comes next in
    the dialogue and was not sent yet; empty for a port where TLS begins at once.
    """

    connection: Connection
    talk: SmtpDialogue
    command: bytes
    _line: Line
    _stack: AsyncExitStack

    async def secure(self, *, behind: bytes = b"", reset: bool = False) -> None:
        """STARTTLS, with ``behind`` in the same packet, and after RSET where ``reset`` says so; the next bytes may be a
        hello. Raises TurnedAway when the server would not, Interrupted when the connection ended.
        """
        event: Event = Send(self.command) if self.command else StartTls()
        self.command = b""
        if reset:
            event = self.talk.reset()
        until = self._line.end
        while not isinstance(event, StartTls):
            if isinstance(event, Done):
                raise TurnedAway(event.failure.reason if event.failure else Reason.CLOSED)
            if isinstance(event, Send):
                until = self._line.within(self._line.options.reply_timeout)
                event = Send(event.data + behind) if self.talk.state is State.STARTTLS else event
            event = await _step(self.connection, self.talk, event, until)

    async def leave(self) -> None:
        """Says QUIT to a server that greeted us for nothing, waits for its reply (RFC 5321 section 4.1.1.10), and closes.
        Raises nothing.
        """
        until = self._line.within(GOODBYE)
        with suppress(Interrupted):
            event: Event = self.talk.quit() if self.command else Done()
            while not isinstance(event, Done | StartTls):
                event = await _step(self.connection, self.talk, event, until)
        await self.close()

    async def close(self) -> None:
        """Lets go of the connection and of its place."""
        await self._stack.aclose()


@dataclass(slots=True)
class Line:
    """The line to ``address``. ``end`` is the instant, on the clock of ``door``, at which everything has to be over.
    ``connections`` counts those that were begun; ``without_starttls`` is the first dialogue in which STARTTLS was not offered,
    which is news to whoever had a session that offered it.
    """

    address: str
    port: int
    options: Options
    door: Door
    end: float
    connections: int = 0
    without_starttls: SmtpDialogue | None = None
    _opened_ahead: bool = False
    _ahead: deque[asyncio.Task[Opened]] = field(default_factory=deque)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_A_TIME))
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _limited: bool = False
    _let_in: bool = False  # whether the last try by ourselves went well
    _given_up: Reason | None = None

    @property
    def starttls(self) -> bool:
        """Whether a hello has to be asked for."""
        return self.port == 25

    def open_ahead(self) -> None:
        """Opens as many connections as there are places beside the one of whoever calls; once, however often it is called."""
        if not self._opened_ahead:
            self._opened_ahead = True
            self._ahead.extend(asyncio.create_task(self._open()) for _ in range(AHEAD))

    async def withdraw(self) -> None:
        """Takes leave on the connections that were opened ahead and are not needed."""
        unneeded, self._ahead = self._ahead, deque()
        for task in unneeded:
            task.cancel()  # one that is open already stays as it is
        found = await asyncio.gather(*unneeded, return_exceptions=True)
        await asyncio.gather(*(opened.leave() for opened in found if isinstance(opened, Opened)))

    @asynccontextmanager
    async def once(self) -> AsyncIterator[Opened]:
        """A connection without patience, for what nothing hangs on. Raises TurnedAway."""
        async with self._places:
            opened = await self._next()
            try:
                yield opened
            finally:
                await opened.close()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Connection]:
        """A connection on which the next bytes are a hello. Raises TurnedAway after the last try."""
        async with self._places, AsyncExitStack() as stack:
            yield await self._reached(stack)

    def within(self, seconds: float) -> float:
        """The instant in so many seconds, or the end."""
        return min(self.end, self.door.clock() + seconds)

    async def _reached(self, stack: AsyncExitStack) -> Connection:
        if not self._limited:
            try:
                return await self._secured(stack)
            except TurnedAway as away:
                if away.reason in OURS:
                    raise
                self._limited = True
                await self.withdraw()
        await stack.enter_async_context(self._alone)
        return await self._patiently(stack)

    async def _patiently(self, stack: AsyncExitStack) -> Connection:
        """Again and again, with pauses, by ourselves; once that was in vain, nothing more is tried."""
        reason = self._given_up
        if reason is None:
            for pause in (0.0, *PAUSES) if self._let_in else PAUSES:
                if self.door.clock() + pause >= self.end:
                    break
                await self.door.pause(pause)
                try:
                    connection = await self._secured(stack)
                except TurnedAway as away:
                    reason, self._let_in = away.reason, False
                    continue
                self._let_in = True
                return connection
        self._given_up = reason or Reason.TIMEOUT
        raise TurnedAway(self._given_up)

    async def _secured(self, stack: AsyncExitStack) -> Connection:
        opened = await self._next()
        try:
            await opened.secure()
        except Interrupted as interrupted:
            await opened.close()
            raise TurnedAway(interrupted.why.reason) from interrupted
        except BaseException:
            await opened.close()
            raise
        stack.push_async_callback(opened.close)
        return opened.connection

    async def _next(self) -> Opened:
        return await (self._ahead.popleft() if self._ahead else self._open())

    async def _open(self) -> Opened:
        """Connects, and on port 25 comes as far as the offer of STARTTLS."""
        self.connections += 1
        talk = SmtpDialogue(self.options.ehlo_name)
        async with AsyncExitStack() as stack:
            try:
                connecting = self.door.connect(self.address, self.port, self.options.connect_timeout, self.end)
                connection = await stack.enter_async_context(connecting)
                command = await self._greeted(connection, talk) if self.starttls else b""
            except Interrupted as interrupted:
                raise TurnedAway(interrupted.why.reason) from interrupted
            return Opened(connection, talk, command, self, stack.pop_all())
        raise AssertionError("what entered the stack swallows nothing")

    async def _greeted(self, connection: Connection, talk: SmtpDialogue) -> bytes:
        """The command that asks for TLS, not sent yet."""
        until = self.within(self.options.greeting_timeout)
        event: Event = NeedMore()
        while True:
            match event:
                case Send(data) if talk.state is State.STARTTLS:
                    return data
                case Send():
                    until = self.within(self.options.reply_timeout)
                case Done(failure):
                    if talk.ehlo and talk.ehlo.code == 250 and "STARTTLS" not in talk.extensions:
                        self.without_starttls = self.without_starttls or talk
                    raise TurnedAway(failure.reason if failure else Reason.CLOSED)
            event = await _step(connection, talk, event, until)


async def _step(connection: Connection, talk: SmtpDialogue, event: Event, until: float) -> Event:
    """What follows from one event of a dialogue: something is sent, or what comes is taken in."""
    if isinstance(event, Send):
        await connection.write(event.data, until)
        return talk.receive(b"")
    data = await connection.read(until)
    return talk.receive(data) if data else talk.closed()
