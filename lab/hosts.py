"""Opens the servers of every domain: each host at its own loopback address, those without a fault of their own at
`::1` together.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import dns.name
from dns.name import Name

from lab.contents import SECOND, WEB
from lab.counters import Counters
from lab.dns_server import Responder, serve_tcp
from lab.listeners import Listeners
from lab.model import Domain, MailFault, MailHost, WebFault, WebHost
from lab.name_service import AuthoritativeService
from lab.plan import DNS, HTTP, HTTPS, IPV6, SMTP
from lab.resolver import Zones
from lab.smtp_host import SmtpHost
from lab.tls_settings import context_by_name, old_server_context, server_context
from lab.web_host import Website
from lab.world import World

SHARED_MAIL_NAME = "mail.voorbeeld.test"
"""How the mail hosts that share `::1` introduce themselves: before the handshake nobody says whom they want."""


async def open_hosts(world: World, listeners: Listeners, counters: Counters, round_trip: float) -> None:
    """Open name servers, mail hosts and websites. Raises PortTaken and Unavailable."""
    await _open_name_servers(world, listeners, counters, round_trip)
    for domain in world.plan.domains:
        for host in domain.mail:
            await _open_mail_host(world, listeners, domain, host, round_trip)
        if domain.web is not None:
            await _open_website(world, listeners, domain, domain.web, round_trip)
    if world.plan.ipv6:
        await _open_shared(world, listeners, round_trip)


async def open_dns(listeners: Listeners, address: str, respond: Responder) -> None:
    """Answer DNS at an address over UDP and TCP."""
    await listeners.udp(address, respond)
    await listeners.tcp(address, DNS, serve_tcp(respond))


async def _open_name_servers(world: World, listeners: Listeners, counters: Counters, round_trip: float) -> None:
    held: dict[str, list[Name]] = defaultdict(list)
    zones: dict[str, Zones] = {}
    for domain in world.plan.domains:
        first, second = world.plan.name_servers(domain)
        zones[second] = world.zones_of_second(domain)
        for address in (first, second, *([IPV6] if world.plan.ipv6 else [])):
            held[address].append(dns.name.from_text(domain.name))
    for address, origins in held.items():
        of_address = zones.get(address, world.zones)
        service = AuthoritativeService(of_address, origins, address, counters, round_trip=round_trip)
        await open_dns(listeners, address, service.respond)


async def _open_mail_host(
    world: World, listeners: Listeners, domain: Domain, host: MailHost, round_trip: float
) -> None:
    address = world.plan.mail_host(domain, host)
    if host.fault is MailFault.BLACK_HOLE:
        listeners.black_hole(address, SMTP)
    elif host.fault is not MailFault.NO_LISTENER:
        context = server_context(world.certificates[domain.name, host.name].path)
        if host.second_key is not None:
            context.load_cert_chain(world.certificates[domain.name, f"{host.name}{SECOND}"].path)
        server = SmtpHost(
            f"{host.name}.{domain.name}",
            context,
            fault=host.fault,
            greeting_delay=host.greeting_delay,
            delay=round_trip + host.delay,
        )
        await listeners.tcp(address, SMTP, server.serve)


async def _open_website(world: World, listeners: Listeners, domain: Domain, web: WebHost, round_trip: float) -> None:
    address = world.plan.web_host(domain)
    if web.fault is WebFault.BLACK_HOLE:
        listeners.black_hole(address, HTTP)
        listeners.black_hole(address, HTTPS)
        return
    choose = old_server_context if web.old_tls else server_context
    context = choose(world.certificates[domain.name, WEB].path)
    site = Website(
        _web_names(domain), context, fault=web.fault, delay=round_trip + web.delay, policies=_policies([domain])
    )
    await listeners.tcp(address, HTTP, site.serve_http)
    if web.fault is not WebFault.NO_HTTPS:
        await listeners.tcp(address, HTTPS, site.serve_https)


async def _open_shared(world: World, listeners: Listeners, round_trip: float) -> None:
    """The hosts at `::1`: one server for all mail hosts, one for all websites, each showing the certificate asked
    for.
    """
    mail: dict[str, Path] = {}
    web: dict[str, Path] = {}
    for domain in world.plan.domains:
        for host in domain.mail:
            if host.shares_address:
                certificate = world.certificates[domain.name, host.name].path
                mail |= {f"{label}.{domain.name}": certificate for label in (host.name, *host.aliases)}
        if domain.web is not None and domain.web.shares_address:
            web |= dict.fromkeys(_web_names(domain), world.certificates[domain.name, WEB].path)
    if mail:
        context = context_by_name(mail)
        smtp = SmtpHost(SHARED_MAIL_NAME, context, fault=MailFault.NONE, greeting_delay=0.0, delay=round_trip)
        await listeners.tcp(IPV6, SMTP, smtp.serve)
    if web:
        site = Website(
            frozenset(web),
            context_by_name(web),
            fault=WebFault.NONE,
            delay=round_trip,
            policies=_policies(world.plan.domains),
        )
        await listeners.tcp(IPV6, HTTP, site.serve_http)
        await listeners.tcp(IPV6, HTTPS, site.serve_https)


def _web_names(domain: Domain) -> frozenset[str]:
    return frozenset({domain.name, f"www.{domain.name}", *_policies([domain])})


def _policies(domains: Iterable[Domain]) -> dict[str, str]:
    """MTA-STS policies by the host that serves them."""
    return {f"mta-sts.{domain.name}": domain.policy for domain in domains if domain.policy}
