"""Opens the servers of every domain: each host at a loopback address of its own, one for those who come over IPv4 and
one for those who come over IPv6.
"""

from collections import defaultdict

import dns.name
from dns.name import Name

from lab.contents import SECOND, WEB
from lab.counters import Counters
from lab.dns_server import Responder, serve_tcp
from lab.listeners import Listeners
from lab.model import Domain, MailFault, MailHost, OverIpv6, WebFault, WebHost
from lab.name_service import AuthoritativeService
from lab.plan import DNS, HTTP, HTTPS, IPV6, SMTP
from lab.resolver import Zones
from lab.smtp_host import SmtpHost
from lab.tls_settings import server_context
from lab.web_host import Website
from lab.world import World


async def open_hosts(world: World, listeners: Listeners, counters: Counters, round_trip: float) -> None:
    """Open name servers, mail hosts and websites. Raises PortTaken and Unavailable."""
    await _open_name_servers(world, listeners, counters, round_trip)
    for domain in world.plan.domains:
        for host in domain.mail:
            await _open_mail_host(world, listeners, domain, host, round_trip)
        if domain.web is not None:
            await _open_website(world, listeners, domain, domain.web, round_trip)


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
    addresses = [world.plan.mail_host(domain, host)]
    if world.plan.mail_host_ipv6(domain, host) and host.ipv6 is not OverIpv6.CLOSED:
        addresses.append(world.plan.mail_host(domain, host, 6))
    if host.fault is MailFault.BLACK_HOLE:
        for address in addresses:
            listeners.black_hole(address, SMTP)
    elif host.fault is not MailFault.NO_LISTENER:
        context = server_context(world.certificates[domain.name, host.name].path, host.tls)
        if host.second_key is not None:
            context.load_cert_chain(world.certificates[domain.name, f"{host.name}{SECOND}"].path)
        server = SmtpHost(
            f"{host.name}.{domain.name}",
            context,
            fault=host.fault,
            greeting_delay=host.greeting_delay,
            delay=round_trip + host.delay,
        )
        for address in addresses:
            await listeners.tcp(address, SMTP, server.serve)


async def _open_website(world: World, listeners: Listeners, domain: Domain, web: WebHost, round_trip: float) -> None:
    context = server_context(world.certificates[domain.name, WEB].path, web.tls)
    policy = {f"mta-sts.{domain.name}": domain.policy} if domain.policy else {}
    names = frozenset({domain.name, f"www.{domain.name}", *policy})

    async def open_at(address: str, over_ipv6: OverIpv6) -> None:
        if web.fault is WebFault.BLACK_HOLE:
            listeners.black_hole(address, HTTP)
            listeners.black_hole(address, HTTPS)
            return
        site = Website(names, context, web=web, over_ipv6=over_ipv6, delay=round_trip + web.delay, policies=policy)
        if over_ipv6 is not OverIpv6.PORT_MISSING:
            await listeners.tcp(address, HTTP, site.serve_http)
        if web.fault is WebFault.HTTPS_BLACK_HOLE:
            listeners.black_hole(address, HTTPS)
        elif web.fault is not WebFault.NO_HTTPS:
            await listeners.tcp(address, HTTPS, site.serve_https)

    await open_at(world.plan.web_host(domain), OverIpv6.SAME)
    if world.plan.web_host_ipv6(domain) and web.ipv6 is not OverIpv6.CLOSED:
        await open_at(world.plan.web_host(domain, 6), web.ipv6)
