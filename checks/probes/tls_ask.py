"""Asks one address questions in the form of hellos, a few connections at a time, over TLS at once or after STARTTLS.

Knows how to be patient: an address that begins to turn us away is asked one thing at a time, later, and what it then
still does not answer has failed, which is no refusal. What to ask is decided elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from checks.facts.network import OURS, Reason
from checks.facts.tls_scan import Answer, Ask, Renegotiation, Reply, Tickets
from checks.net.transport import Connection, Door, Interrupted
from checks.options import Options
from checks.wire.smtp import Done, Event, NeedMore, Send, SmtpDialogue, StartTls
from checks.wire.tls13_client import Tls13Client
from checks.wire.tls_flight import Flight
from checks.wire.tls_hello import Hello, build
from checks.wire.tls_renegotiation import Renegotiator

AT_A_TIME = 4
PAUSES = (4.0, 6.0, 12.0)  # seconds before an address that turned us away is asked again
TICKETS_TAKE = 2.0  # seconds that tickets may take after the handshake
MORE_TAKES = 3.0  # seconds in which a server answers to renegotiation, or does not


class TurnedAway(Exception):
    """No connection on which a hello could be sent."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(slots=True)
class Asker:
    """One address. ``name`` goes in the hello; ``most`` is how many connections may be made for questions that can be
    missed.

    ``chains`` and ``staples`` collect what came along with the answers.
    """

    name: str
    address: str
    port: int
    starttls: bool
    options: Options
    door: Door
    end: float
    most: int
    connections: int = 0
    chains: list[tuple[bytes, ...]] = field(default_factory=list)
    staples: dict[int, bytes] = field(default_factory=dict)
    small_hellos: bool = False
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_A_TIME))
    _alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _limited: bool = False
    _let_in: bool = False  # whether the last try by ourselves went well
    _given_up: Reason | None = None

    @property
    def left(self) -> int:
        """Connections that may still be made for what can be missed."""
        return self.most - self.connections

    async def ask(self, ask: Ask, hello: Hello, *, patience: float | None = None) -> Answer:
        """The answer to one hello, waited for as long as for any reply, or for ``patience`` seconds. Raises nothing."""
        flight = Flight()
        try:
            async with self._connected() as connection:
                reason = await self._exchange(connection, hello, flight, patience or self.options.reply_timeout)
        except TurnedAway as away:
            return Answer(ask, Reply.FAILED, reason=away.reason)
        return self._answer(ask, flight, reason)

    async def ask_whole(self, ask: Ask, hello: Hello, request: bytes) -> tuple[Answer, Tickets]:
        """The answer to a hello of TLS 1.3, and the handshake carried to its end where we can."""
        client = Tls13Client(hello, request)
        try:
            async with self._connected() as connection:
                await self._carry(connection, client)
        except TurnedAway as away:
            return Answer(ask, Reply.FAILED, reason=away.reason), Tickets(failure=away.reason)
        reason = None if client.answered else client.failure
        self._keep(client.chain, client.staple)
        tickets = Tickets(len(client.tickets), max(client.tickets, default=0), client.failure)
        return self._answer(ask, client.flight, reason), tickets

    async def renegotiate(self, most: int) -> Renegotiation:
        """How often the address lets us renegotiate in one connection, up to ``most``."""
        client = Renegotiator(self.name, most)
        try:
            async with self._connected() as connection:
                await self._renegotiated(connection, client)
        except TurnedAway as away:
            return Renegotiation(failure=away.reason)
        return Renegotiation(client.tried, client.done, client.failure)

    def _answer(self, ask: Ask, flight: Flight, reason: Reason | None) -> Answer:
        self._keep(flight.chain, flight.staple)
        return Answer(
            ask=ask,
            reply=_reply(flight, reason),
            version=flight.version,
            suite=flight.suite,
            group=flight.group,
            prime=flight.prime.lstrip(b"\0").hex(),
            generator=flight.generator.lstrip(b"\0").hex(),
            signature=flight.signature,
            compression=flight.compression,
            extended_master_secret=flight.extended_master_secret,
            secure_renegotiation=flight.secure_renegotiation,
            retry=flight.retry,
            alert=flight.alert,
            reason=flight.failure or reason,
        )

    def _keep(self, chain: tuple[bytes, ...], staple: bytes) -> None:
        if chain and chain not in self.chains:
            self.chains.append(chain)
        if chain and staple:
            self.staples.setdefault(self.chains.index(chain), staple)

    async def _exchange(self, connection: Connection, hello: Hello, flight: Flight, patience: float) -> Reason | None:
        until = self._within(patience)
        try:
            await connection.write(build(hello), until)
            while not flight.done:
                data = await connection.read(until)
                if not data:
                    return Reason.CLOSED
                flight.receive(data)
        except Interrupted as interrupted:
            return interrupted.why.reason
        return None

    async def _carry(self, connection: Connection, client: Tls13Client) -> None:
        until = self._within(self.options.reply_timeout)
        try:
            await connection.write(client.start(), until)
            while not client.done:
                was_finished = client.finished
                out = client.receive(await connection.read(until))
                if out:
                    await connection.write(out, until)
                if client.finished and not was_finished:
                    until = self._within(TICKETS_TAKE)
        except Interrupted as interrupted:
            client.interrupted(interrupted.why.reason)

    async def _renegotiated(self, connection: Connection, client: Renegotiator) -> None:
        until = self._within(self.options.reply_timeout)
        try:
            await connection.write(client.start(), until)
            while not client.over:
                out = client.receive(await connection.read(until))
                if out:
                    await connection.write(out, until)
                if client.established:
                    until = self._within(MORE_TAKES)
        except Interrupted as interrupted:
            client.interrupted(interrupted.why.reason)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        """A connection on which the next bytes are a hello. Raises TurnedAway after the last try."""
        async with self._places:
            if self._limited:
                async with self._alone, self._patiently() as connection:
                    yield connection
                return
            try:
                opened = self._open()
                connection = await opened.__aenter__()
            except TurnedAway as away:
                if away.reason in OURS:
                    raise
                self._limited = True
                async with self._alone, self._patiently() as connection:
                    yield connection
                return
            try:
                yield connection
            finally:
                await opened.__aexit__(None, None, None)

    @asynccontextmanager
    async def _patiently(self) -> AsyncIterator[Connection]:
        """Again and again, with pauses, by ourselves; once that was in vain, nothing more is tried."""
        reason = self._given_up
        if reason is None:
            for pause in (0.0, *PAUSES) if self._let_in else PAUSES:
                if self.door.clock() + pause >= self.end:
                    break
                await self.door.pause(pause)
                opened = self._open()
                try:
                    connection = await opened.__aenter__()
                except TurnedAway as away:
                    reason, self._let_in = away.reason, False
                    continue
                self._let_in = True
                try:
                    yield connection
                finally:
                    await opened.__aexit__(None, None, None)
                return
        self._given_up = reason or Reason.TIMEOUT
        raise TurnedAway(self._given_up)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Connection]:
        self.connections += 1
        entered = False
        try:
            async with self.door.connect(self.address, self.port, self.options.connect_timeout, self.end) as connection:
                if self.starttls:
                    await self._start_tls(connection)
                entered = True
                yield connection
        except Interrupted as interrupted:
            if entered:
                raise
            raise TurnedAway(interrupted.why.reason) from interrupted

    async def _start_tls(self, connection: Connection) -> None:
        talk = SmtpDialogue(self.options.ehlo_name)
        until = self._within(self.options.greeting_timeout)
        event: Event = NeedMore()
        while not isinstance(event, StartTls):
            match event:
                case Done(failure):
                    raise TurnedAway(failure.reason if failure else Reason.CLOSED)
                case Send(data):
                    until = self._within(self.options.reply_timeout)
                    await connection.write(data, until)
                    event = talk.receive(b"")
                case _:
                    data = await connection.read(until)
                    event = talk.receive(data) if data else talk.closed()

    def _within(self, seconds: float) -> float:
        return min(self.end, self.door.clock() + seconds)


_WORDLESS = frozenset({Reason.CLOSED, Reason.RESET, Reason.PROTOCOL, Reason.TIMEOUT})


def _reply(flight: Flight, reason: Reason | None) -> Reply:
    """What an answer amounts to. An end without a word may be a refusal, and so may silence or anything but TLS, from a
    server that does answer to other hellos.
    """
    if flight.accepted:
        return Reply.ACCEPTED
    if flight.alert:
        return Reply.REFUSED
    if flight.failure is Reason.PROTOCOL or reason in _WORDLESS:
        return Reply.HUNG_UP
    return Reply.FAILED
