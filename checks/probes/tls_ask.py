"""Asks one address questions in the form of hellos. What to ask is decided elsewhere, and how a connection is had."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.facts.network import Reason
from checks.facts.tls_scan import Answer, Ask, Renegotiation, Reply, Tickets
from checks.net.transport import Connection, Interrupted
from checks.probes.line import Line, TurnedAway
from checks.wire.tls13_client import Tls13Client
from checks.wire.tls_flight import Flight
from checks.wire.tls_hello import Hello, build
from checks.wire.tls_renegotiation import Renegotiator

TICKETS_TAKE = 2.0  # seconds that tickets may take after the handshake
MORE_TAKES = 3.0  # seconds in which a server answers to renegotiation, or does not


@dataclass(slots=True)
class Asker:
    """Asks over a ``line``. ``name`` goes in the hello; ``most`` is how many connections may be made for questions that
    can be missed.

    ``chains`` and ``staples`` collect what came along with the answers.
    """

    name: str
    line: Line
    most: int
    chains: list[tuple[bytes, ...]] = field(default_factory=list)
    staples: dict[int, bytes] = field(default_factory=dict)
    small_hellos: bool = False

    @property
    def left(self) -> int:
        """Connections that may still be made for what can be missed."""
        return self.most - self.line.connections

    async def ask(self, ask: Ask, hello: Hello, *, patience: float | None = None) -> Answer:
        """The answer to one hello, waited for as long as for any reply, or for ``patience`` seconds. Raises nothing."""
        flight = Flight()
        try:
            async with self.line.connected() as connection:
                reason = await self._exchange(connection, hello, flight, patience or self.line.options.reply_timeout)
        except TurnedAway as away:
            return Answer(ask, Reply.FAILED, reason=away.reason)
        return self._answer(ask, flight, reason)

    async def ask_whole(self, ask: Ask, hello: Hello, request: bytes) -> tuple[Answer, Tickets]:
        """The answer to a hello of TLS 1.3, and the handshake carried to its end where we can."""
        client = Tls13Client(hello, request)
        try:
            async with self.line.connected() as connection:
                await self._carry(connection, client)
        except TurnedAway as away:
            return Answer(ask, Reply.FAILED, reason=away.reason), Tickets(failure=away.reason)
        reason = None if client.answered else client.failure
        self._keep(client.chain, client.staple)
        tickets = Tickets(len(client.tickets), max(client.tickets, default=0), client.failure)
        return self._answer(ask, client.flight, reason), tickets

    async def renegotiate(self, most: int) -> tuple[Answer, Renegotiation]:
        """How often the address lets us renegotiate in one connection, up to ``most``; with the answer to the hello that it
        began with.
        """
        client, flight = Renegotiator(self.name, most), Flight()
        try:
            async with self.line.connected() as connection:
                await self._renegotiated(connection, client, flight)
        except TurnedAway as away:
            failed = Answer(Ask.RENEGOTIATION, Reply.FAILED, reason=away.reason)
            return failed, Renegotiation(failure=away.reason)
        answer = self._answer(Ask.RENEGOTIATION, flight, client.failure)
        return answer, Renegotiation(client.tried, client.done, client.failure)

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
        until = self.line.within(patience)
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
        until = self.line.within(self.line.options.reply_timeout)
        try:
            await connection.write(client.start(), until)
            while not client.done:
                was_finished = client.finished
                out = client.receive(await connection.read(until))
                if out:
                    await connection.write(out, until)
                if client.finished and not was_finished:
                    until = self.line.within(TICKETS_TAKE)
        except Interrupted as interrupted:
            client.interrupted(interrupted.why.reason)

    async def _renegotiated(self, connection: Connection, client: Renegotiator, flight: Flight) -> None:
        until = self.line.within(self.line.options.reply_timeout)
        try:
            await connection.write(client.start(), until)
            while not client.over:
                data = await connection.read(until)
                flight.receive(data)
                out = client.receive(data)
                if out:
                    await connection.write(out, until)
                if client.established:
                    until = self.line.within(MORE_TAKES)
        except Interrupted as interrupted:
            client.interrupted(interrupted.why.reason)


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
