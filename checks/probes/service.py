"""One TLS service: its records from the resolver and from every name server of its zone, and handshakes at each of its
addresses, for both kinds of certificate. Facts only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.certificate import load
from checks.evaluate.tlsa import owner, tlsa_bases
from checks.facts.dns import Question
from checks.facts.network import Reason, Unreachable
from checks.facts.service import Opening, Service, ServiceSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.addresses import SERVICE_PORTS
from checks.net.aio import AioDoor
from checks.net.dns import ServerDoor
from checks.net.transport import Connection, Door, Interrupted, Limits
from checks.options import Options
from checks.probes import tls_modern
from checks.probes.dns import DnsProbe
from checks.probes.nameservers import NameServerProbe
from checks.probes.tls import TlsStream, handshake, met_silence
from checks.wire.mailbox import MailboxDialogue
from checks.wire.smtp import Done, Event, NeedMore, Send, SmtpDialogue, StartTls
from checks.wire.tls import KeyType

MOST_ADDRESSES = 8
PATIENCE = 30.0  # seconds for the whole service; somebody waits for it
SPARE = 2.0
GOODBYE = 2.0


async def measure(host: str, port: int, opening: Opening, options: Options) -> Service:
    """Everything that can be seen of a service from here, in half a minute at most. Raises nothing for what the network
    does. ``host`` is a name in A-labels without a trailing dot.
    """
    begun = time.monotonic()
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    survey = _Survey(host, port, opening, options, DnsProbe(options, now), now)
    seconds = min(PATIENCE, options.deadline)
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await survey.run(seconds - SPARE)
    dns = replace(survey.dns.facts(), direct=survey.servers.facts())
    ms = round((time.monotonic() - begun) * 1000)
    return Service(host, port, opening, now, dns, survey.sessions(), ms)


class _Survey:
    """What is under way, so that a time-out leaves what was seen."""

    def __init__(self, host: str, port: int, opening: Opening, options: Options, dns: DnsProbe, now: datetime) -> None:
        self.dns = dns
        self.servers = NameServerProbe(dns, ServerDoor(options))
        self._host, self._port, self._opening, self._options, self._now = host, port, opening, options, now
        self._found: dict[str, ServiceSession] = {}
        self._addresses: tuple[str, ...] = ()

    async def run(self, seconds: float) -> None:
        """DNS and the addresses at the same time."""
        lookups = await asyncio.gather(*(self.dns.lookup(self._host + ".", kind) for kind in ("A", "AAAA")))
        self._addresses = tuple(record for lookup in lookups for record in lookup.records)[:MOST_ADDRESSES]
        door = AioDoor(self._options, Limits(), SERVICE_PORTS)
        await asyncio.gather(
            self._records(lookups), *(self._visit(door, address, seconds) for address in self._addresses)
        )

    def sessions(self) -> tuple[ServiceSession, ...]:
        """One for each address, in the order of DNS; those that were not done in time say so."""
        late = Unreachable(Reason.OURS, "not done in the time we allow")
        return tuple(self._found.get(address) or ServiceSession(address, late) for address in self._addresses)

    async def _records(self, addresses: Sequence[Lookup]) -> None:
        """The TLSA look-ups of every base domain, and the same question to the name servers of the zone itself."""
        bases = tlsa_bases(addresses, self._host)
        found = await asyncio.gather(*(self.dns.lookup(owner(base, self._port), "TLSA") for base in bases))
        decisive = next((item for item in found if item.outcome is Outcome.FOUND), found[0])
        if decisive.zone and decisive.security is not Security.INDETERMINATE:
            await asyncio.gather(
                self.servers.zone(decisive.zone, (Question(decisive.canonical_name, "TLSA"),)),
                self.dns.lookup(decisive.zone, "SOA"),
            )

    async def _visit(self, door: Door, address: str, seconds: float) -> None:
        end = door.clock() + seconds
        self._found[address] = await visit(
            Endpoint(self._host, address, self._port, self._opening), self._options, self._now, door, end
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a service."""

    host: str
    address: str
    port: int
    opening: Opening


async def visit(endpoint: Endpoint, options: Options, now: datetime, door: Door, end: float) -> ServiceSession:
    """The session with one address: a handshake, and one that asks for the other kind of certificate, in TLS 1.2 and, at a
    server that refuses that and speaks TLS 1.3, in TLS 1.3. Raises nothing.
    """
    first = await _Visit(endpoint, options, now, door, end).run()
    if met_silence(first.tls) and door.clock() < end:
        first = await _Visit(endpoint, options, now, door, end, short=True).run()
    kind = _other_kind(first.tls)
    if kind is None or door.clock() >= end:
        return first
    for modern in (False, True):
        seen = (await _Visit(endpoint, options, now, door, end, only=kind, modern=modern).run()).tls
        if isinstance(seen, TlsHandshake):
            return replace(first, other=seen if _key_type(seen) is kind else None)
        if not (isinstance(first.tls, TlsHandshake) and first.tls.version == "TLSv1.3"):
            break
    return first


def _other_kind(tls: TlsHandshake | TlsFailure | None) -> KeyType | None:
    seen = _key_type(tls) if isinstance(tls, TlsHandshake) else None
    return None if seen is None else KeyType.RSA if seen is KeyType.ECDSA else KeyType.ECDSA


def _key_type(tls: TlsHandshake) -> KeyType | None:
    leaf = load(tls.chain[0]) if tls.chain else None
    try:
        key = leaf.public_key() if isinstance(leaf, x509.Certificate) else None
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(key, rsa.RSAPublicKey):
        return KeyType.RSA
    return KeyType.ECDSA if isinstance(key, ec.EllipticCurvePublicKey) else None


@dataclass(slots=True)
class _Visit:
    """One connection."""

    endpoint: Endpoint
    options: Options
    now: datetime
    door: Door
    end: float
    short: bool = False
    only: KeyType | None = None
    modern: bool = False

    async def run(self) -> ServiceSession:
        """Goes as far as it gets."""
        talk = self._dialogue()
        where = self.endpoint
        tls: TlsHandshake | TlsFailure | None = None
        failure: Unreachable | None = None
        try:
            connecting = self.door.connect(where.address, where.port, self.options.connect_timeout, self.end)
            async with connecting as connection:
                done = await self._converse(connection, talk) if talk else None
                failure = done.failure if done else None
                if done is None:
                    tls = await self._secure(connection)
        except Interrupted as interrupted:
            failure = interrupted.why
        return ServiceSession(where.address, failure, tls, None, tuple(talk.transcript) if talk else ())

    def _dialogue(self) -> SmtpDialogue | MailboxDialogue | None:
        match self.endpoint.opening:
            case Opening.DIRECT:
                return None
            case Opening.SMTP:
                return SmtpDialogue(self.options.ehlo_name)
        return MailboxDialogue(self.endpoint.opening)

    async def _converse(self, connection: Connection, talk: SmtpDialogue | MailboxDialogue) -> Done | None:
        """None when TLS may begin."""
        until = self._within(self.options.greeting_timeout)
        event: Event = NeedMore()
        while True:
            match event:
                case StartTls():
                    return None
                case Done():
                    return event
                case Send(data):
                    until = self._within(self.options.reply_timeout)
                    await connection.write(data, until)
                    event = talk.receive(b"")
                case NeedMore():
                    data = await connection.read(until)
                    event = talk.receive(data) if data else talk.closed()

    async def _secure(self, connection: Connection) -> TlsHandshake | TlsFailure:
        until = self._within(self.options.reply_timeout)
        if self.modern and self.only:
            return await tls_modern.handshake(
                connection, self.endpoint.host, until, only=self.only, options=self.options, now=self.now
            )
        stream, tls = await handshake(
            connection,
            self.door,
            self.endpoint.host,
            until,
            options=self.options,
            now=self.now,
            short=self.short,
            only=self.only,
        )
        if stream:
            await self._part(stream)
        return tls

    async def _part(self, stream: TlsStream) -> None:
        """A goodbye in the words of the protocol, without waiting for more than its reply; nothing hangs on it."""
        words = {Opening.SMTP: b"QUIT\r\n", Opening.IMAP: b"z2 LOGOUT\r\n", Opening.POP3: b"QUIT\r\n"}
        until = self._within(GOODBYE)
        with suppress(Interrupted):
            if goodbye := words.get(self.endpoint.opening):
                await stream.write(goodbye, until)
                await stream.read(until)
            await stream.end(until)

    def _within(self, seconds: float) -> float:
        return min(self.end, self.door.clock() + seconds)
