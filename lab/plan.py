"""Who lives where: loopback addresses for name servers, mail hosts and websites, ports that stand for the real ones,
and the port map and settings that tell a client about it.
"""

import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from lab.model import Domain, MailHost, OverIpv6

RESOLVER = "127.53.0.53"
IPV6 = "::1"
NAT64 = IPv6Network("2001:db8:64::/96")
"""The IPv6 addresses of hosts: each ends at the loopback address in its last four bytes (RFC 6052 section 2.2)."""
SMTP, DNS, HTTP, HTTPS = 25, 53, 80, 443
ALLOWED_NETWORKS = "127.0.0.0/8,::1/128"
DEAD = 100
"""Added to the last number of a host's own: an address where nobody listens."""
FIXED_OFFSET = 10_000
"""Added to the real port where people start the practice internet: 25 becomes 10025."""
LOWEST, HIGHEST = 20_000, 32_000
"""Between these, below what Linux hands out by itself, ports are drawn when several run beside each other."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports that stand for the real ones, the same at every address."""

    smtp: int
    dns: int
    http: int
    https: int

    @classmethod
    def fixed(cls) -> "Ports":
        """Those that `python -m lab` uses."""
        return cls(*(real + FIXED_OFFSET for real in (SMTP, DNS, HTTP, HTTPS)))

    @classmethod
    def drawn(cls) -> "Ports":
        """Four at random; whether they are free shows when they are used."""
        return cls(*random.SystemRandom().sample(range(LOWEST, HIGHEST), 4))

    def instead_of(self, real: int) -> int:
        """The port to use for a real one."""
        return {SMTP: self.smtp, DNS: self.dns, HTTP: self.http, HTTPS: self.https}[real]

    def mapping(self, *, ipv6: bool) -> str:
        """The port map as settings have it: `network:port=port,…`; pairs belong to the network named last."""
        pairs = ",".join(f"{real}={self.instead_of(real)}" for real in (SMTP, HTTP, HTTPS, DNS))
        return f"127.0.0.0/8:{pairs}" + (f",[::1/128]:{pairs}" if ipv6 else "")


@dataclass(frozen=True)
class Plan:
    """The addresses of all domains. A domain's number is its place in the list, so addresses stay the same between
    starts.
    """

    domains: Sequence[Domain]
    ipv6: bool

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {domain.name: number for number, domain in enumerate(self.domains, start=1)}

    @cached_property
    def _children(self) -> dict[str, list[Domain]]:
        """The domains by the closest one above them."""
        found: dict[str, list[Domain]] = {name: [] for name in self._numbers}
        for domain in self.domains:
            above = domain.name
            while "." in above:
                above = above.partition(".")[2]
                if above in found:
                    found[above].append(domain)
                    break
        return found

    def children(self, parent: Domain) -> Sequence[Domain]:
        """The domains that a domain delegates to: those below it, and below no other one on the way."""
        return self._children[parent.name]

    def name_servers(self, domain: Domain) -> tuple[str, str]:
        """The addresses of ns1 and ns2 of a domain."""
        number = self._numbers[domain.name]
        return f"127.53.{number}.1", f"127.53.{number}.2"

    def name_servers_ipv6(self, domain: Domain) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The IPv6 addresses of ns1 and ns2. Name servers share `::1`, as a question says which zone it is about."""
        dead = tuple(behind_nat64(f"127.54.{self._numbers[domain.name]}.{place + DEAD}") for place in (1, 2))
        by_kind: dict[OverIpv6, tuple[tuple[str, ...], tuple[str, ...]]] = {
            OverIpv6.NONE: ((), ()),
            OverIpv6.ONE: ((IPV6,), ()),
            OverIpv6.CLOSED: (dead[:1], dead[1:]),
            OverIpv6.HALF: ((IPV6,), (IPV6, dead[1])),
        }
        return by_kind.get(domain.servers_ipv6, ((IPV6,), (IPV6,))) if self.ipv6 else ((), ())

    def mail_host(self, domain: Domain, host: MailHost, version: int = 4) -> str:
        """The loopback address at which a mail host listens for those who come over IPv4, or over IPv6."""
        return f"127.{25 if version == 4 else 26}.{self._numbers[domain.name]}.{domain.mail.index(host) + 1}"

    def mail_host_ipv6(self, domain: Domain, host: MailHost) -> tuple[str, ...]:
        """The IPv6 addresses of a mail host."""
        return self._ipv6_of(self.mail_host(domain, host, 6), host.ipv6)

    def web_host(self, domain: Domain, version: int = 4) -> str:
        """The loopback address at which a website listens for those who come over IPv4, or over IPv6."""
        return f"127.{80 if version == 4 else 81}.{self._numbers[domain.name]}.1"

    def web_host_ipv6(self, domain: Domain) -> tuple[str, ...]:
        """The IPv6 addresses of a domain's website."""
        return self._ipv6_of(self.web_host(domain, 6), domain.web.ipv6) if domain.web else ()

    def _ipv6_of(self, end: str, kind: OverIpv6) -> tuple[str, ...]:
        if not self.ipv6 or kind is OverIpv6.NONE:
            return ()
        dead = behind_nat64(str(IPv4Address(end) + DEAD))
        if kind is OverIpv6.CLOSED:
            return (dead,)
        return (behind_nat64(end), dead) if kind is OverIpv6.HALF else (behind_nat64(end),)


def behind_nat64(ipv4: str) -> str:
    """The IPv6 address that ends at an IPv4 address."""
    return str(IPv6Address(int(NAT64.network_address) | int(IPv4Address(ipv4))))


def has_ipv6() -> bool:
    """Whether `::1` can be used on this machine."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((IPV6, 0))
    except OSError:
        return False
    return True
