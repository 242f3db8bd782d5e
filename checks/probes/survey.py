"""Finds what there is to measure, and measures each thing once: the names of a domain, then the addresses behind
them, each probed as soon as it is known.

Nothing is judged here. What could not be reached is a fact like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from checks.dnssec import Lookup, Outcome
from checks.evaluate.tlsa import tlsa_bases
from checks.facts.http import WebEndpoint
from checks.facts.measurement import MailVisit
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import TlsScan
from checks.net.aio import AioDoor
from checks.net.transport import Limits
from checks.options import Options
from checks.probes import http, second_look, shared, smtp, tls_mail, tls_scan, walks
from checks.probes.dns import DnsProbe
from checks.probes.line import Line
from checks.probes.shared import Commons
from checks.probes.telling import Tell
from checks.records.mx import Exchange, mail_hosts
from checks.records.tlsa import wrong_places

MOST_ADDRESSES = 16  # of one host that are tested; a host with more is not measured better by more
SLOW_GREETING = 2000  # milliseconds from which each connection is a burden on somebody who waits


@dataclass(frozen=True, slots=True)
class Survey:
    """What a scan works with: the name (absolute), the DNS probe with its shared questions, the limits on
    connections, the clock, and where to tell of progress.

    ``remaining`` gives the seconds that are left for the whole scan. ``scans`` collects what addresses accept of TLS.
    ``commons`` is what scans share with each other, if anything; ``asked`` the scans of TLS that are under way.
    """

    domain: str
    options: Options
    dns: DnsProbe
    limits: Limits
    now: datetime
    tell: Tell
    remaining: Callable[[], float]
    scans: list[TlsScan] = field(default_factory=list)
    commons: Commons | None = None
    asked: dict[tuple[str, str, tuple[str, ...]], asyncio.Task[TlsScan]] = field(default_factory=dict)

    async def mail(self, dns_done: Callable[[], None]) -> tuple[SmtpSession, ...]:
        """The SMTP sessions of every address of every mail host. ``dns_done`` is called when all of DNS is known."""
        async with asyncio.TaskGroup() as group:
            senders = group.create_task(walks.mail_auth(self.dns, self.domain))
            found = group.create_task(self._mail_hosts(senders, dns_done))
        return found.result()

    async def _mail_hosts(self, senders: Awaitable[None], dns_done: Callable[[], None]) -> tuple[SmtpSession, ...]:
        mx, *own = await asyncio.gather(self.dns.lookup(self.domain, "MX"), self._lookup("A"), self._lookup("AAAA"))
        if mx.outcome is Outcome.FAILED:
            return ()
        has_address = any(lookup.outcome is Outcome.FOUND for lookup in own)
        hosts = mail_hosts(self.domain, mx.records, has_address=has_address).exchanges
        if not hosts:
            self.tell("no-mail-hosts")
            return ()
        surveyed = asyncio.gather(*(self.addresses(host.name) for host in hosts))
        records = asyncio.gather(*(self._records(host.name) for host in hosts))
        async with asyncio.TaskGroup() as group:
            group.create_task(_after(asyncio.gather(surveyed, records, senders), dns_done))
            found = group.create_task(self._mail_sessions(hosts, surveyed, records))
        return found.result()

    async def _mail_sessions(
        self,
        hosts: Sequence[Exchange],
        surveyed: Awaitable[list[tuple[str, ...]]],
        records: Awaitable[list[tuple[Lookup, ...]]],
    ) -> tuple[SmtpSession, ...]:
        addresses = await surveyed
        self.tell("mail-hosts-found", hosts=len(hosts), addresses=sum(map(len, addresses)))
        names = [await self._server_name(host.name, place, records) for place, host in enumerate(hosts)]
        visits = [
            self._session(host.name.rstrip("."), address, name)
            for host, name, found in zip(hosts, names, addresses, strict=True)
            for address in found
        ]
        return tuple(await asyncio.gather(*visits))

    async def _records(self, host: str) -> tuple[Lookup, ...]:
        """The TLSA records of a mail host; how many there are is told, unless an answer is missing."""
        found = await self.tlsa(host, smtp.PORT)
        known = all(lookup.outcome is not Outcome.FAILED for lookup in found)
        self.tell(
            "records-found",
            host=host.rstrip("."),
            count=sum(len(lookup.records) for lookup in found) if known else None,
        )
        return found

    async def _server_name(self, host: str, place: int, records: Awaitable[list[tuple[Lookup, ...]]]) -> str:
        """What to send as SNI: the TLSA base domain (RFC 7672 section 8.1). That is the host, unless it is a secure alias
        with records at the end of it; only for an alias are the records waited for.
        """
        lookups = await asyncio.gather(self.dns.lookup(host, "A"), self.dns.lookup(host, "AAAA"))
        base, *rest = tlsa_bases(lookups, host)
        if not rest:
            return host
        found = (await records)[place]
        used = any(lookup.name.endswith(base) and lookup.secure and lookup.records for lookup in found)
        return base if used else host

    async def _session(self, host: str, address: str, server_name: str) -> SmtpSession:
        """One address, measured, or remembered from another domain's scan of a moment ago."""
        self.tell("endpoint-started", host=host, address=address)
        visit = await shared.visited(
            self.commons,
            self.domain,
            f"{host} {address}",
            self.now,
            self.remaining(),
            partial(self._visit, host, address, server_name),
        )
        session = visit.session
        self._tell_reached(session)
        if visit.scan is not None:
            self.scans.append(visit.scan)
        broken = session.failure is not None and session.tls is None
        self.tell("endpoint-failed" if broken else "endpoint-done", host=host, address=address)
        return session

    def _tell_reached(self, session: SmtpSession) -> None:
        """How far a visit came: it may have been made for another scan, and then nothing was told here yet."""
        tell = partial(self.tell, "reached", host=session.host, address=session.address)
        if session.greeting is not None:
            tell(stop="connection", ms=session.connect_ms)
        if session.tls is not None:
            tell(stop="starttls")
        if isinstance(session.tls, TlsHandshake):
            tell(stop="tls", version=session.tls.version)

    async def _visit(self, host: str, address: str, server_name: str) -> MailVisit:
        door = AioDoor(self.options, self.limits)
        line = Line(address, smtp.PORT, self.options, door, door.clock() + self.remaining())
        try:
            session = await smtp.probe(
                host,
                address,
                server_name=server_name,
                options=self.options,
                limits=self.limits,
                now=self.now,
                seconds=self.remaining(),
                door=door,
                tell=partial(self.tell, host=host, address=address),
                line=line,
            )
            slow = session.greeting_ms > SLOW_GREETING
            if slow:
                scan = await self._tls_of_mail(host, line, session, slow=slow)
            else:
                looking = second_look.look(session, line, self.now)
                session, scan = await asyncio.gather(looking, self._tls_of_mail(host, line, session, slow=slow))
        finally:
            await line.withdraw()
        if scan is not None and isinstance(session.tls, TlsHandshake):
            other = tls_mail.other_certificate(scan, session.tls, self.options, self.now)
            session = second_look.beside(replace(session, other_tls=other), line)
        session = replace(session, attempts=session.attempts + line.connections)
        return MailVisit(self.now, session, scan)

    async def web(self, dns_done: Callable[[], None]) -> tuple[WebEndpoint, ...]:
        """Every address of the web host, on port 80 and 443."""
        async with asyncio.TaskGroup() as group:
            records = group.create_task(self.tlsa(self.domain, 443))
            addresses = await self.addresses(self.domain)
            self.tell("web-addresses-found", count=len(addresses))
            group.create_task(_after(records, dns_done))
            found = [group.create_task(self._endpoint(address)) for address in addresses]
        return tuple(task.result() for task in found)

    async def _endpoint(self, address: str) -> WebEndpoint:
        host = self.domain.rstrip(".")
        self.tell("endpoint-started", host=host, address=address)
        endpoint = await http.probe(
            host,
            address,
            options=self.options,
            limits=self.limits,
            now=self.now,
            seconds=self.remaining(),
            tell=partial(self.tell, host=host, address=address),
        )
        if isinstance(endpoint.tls, TlsHandshake):
            scan = tls_scan.probe(
                host,
                address,
                443,
                endpoint.tls,
                options=self.options,
                limits=self.limits,
                seconds=self.remaining(),
            )
            self.scans.append(await scan)
        self.tell("endpoint-done", host=host, address=address)
        return endpoint

    async def _tls_of_mail(self, host: str, line: Line, session: SmtpSession, *, slow: bool) -> TlsScan | None:
        """What the address accepts of TLS; measured once where it shows the same chain under several names."""
        if not isinstance(session.tls, TlsHandshake):
            return None
        key = (line.address, session.tls.version, session.tls.chain)
        if key not in self.asked:
            scanning = tls_scan.probe_mail(host, line, session.tls, spent=session.attempts, slow=slow)
            self.asked[key] = asyncio.create_task(scanning)
            return await self.asked[key]
        scan = await asyncio.shield(self.asked[key])
        return replace(scan, host=host, connections=0)

    async def addresses(self, host: str) -> tuple[str, ...]:
        """All addresses of a host, IPv4 first, as many as are tested."""
        found = await asyncio.gather(self.dns.lookup(host, "A"), self.dns.lookup(host, "AAAA"))
        return tuple(record for lookup in found for record in lookup.records)[:MOST_ADDRESSES]

    async def tlsa(self, host: str, port: int) -> tuple[Lookup, ...]:
        """The TLSA records of a service at its own name, and at the end of its aliases where it has any (RFC 7672
        section 2.2.3).
        """
        await self.dns.lookup(f"_{port}._tcp.{host}", "TLSA")
        lookups = await asyncio.gather(self.dns.lookup(host, "A"), self.dns.lookup(host, "AAAA"))
        ends = {lookup.canonical_name for lookup in lookups if lookup.aliases}
        found = await asyncio.gather(
            self.dns.lookup(f"_{port}._tcp.{host}", "TLSA"),
            *(self.dns.lookup(f"_{port}._tcp.{end}", "TLSA") for end in ends),
        )
        absent = all(lookup.outcome in (Outcome.NO_DATA, Outcome.NO_SUCH_NAME) for lookup in found)
        if absent and port == smtp.PORT and any(lookup.secure for lookup in lookups):
            places = wrong_places(host, self.domain)
            await asyncio.gather(*(self.dns.lookup(name, rdtype) for name, rdtype in places))
        return tuple(found)

    def _lookup(self, rdtype: str) -> Awaitable[Lookup]:
        return self.dns.lookup(self.domain, rdtype)


async def _after(awaited: Awaitable[object], then: Callable[[], None]) -> None:
    await awaited
    then()
