"""Who lives where: loopback addresses for name servers, mail hosts and websites, ports that stand for the real ones,
and the port map and settings that tell a client about it.
"""

import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lab.model import Domain, MailHost

RESOLVER = "127.53.0.53"
IPV6 = "::1"
SMTP, DNS, HTTP, HTTPS = 25, 53, 80, 443
ALLOWED_NETWORKS = "127.0.0.0/8,::1/128"
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

    def name_servers(self, domain: Domain) -> tuple[str, str]:
        """The addresses of ns1 and ns2 of a domain."""
        number = self._numbers[domain.name]
        return f"127.53.{number}.1", f"127.53.{number}.2"

    def mail_host(self, domain: Domain, host: MailHost) -> str:
        """The address of a mail host."""
        return f"127.25.{self._numbers[domain.name]}.{domain.mail.index(host) + 1}"

    def web_host(self, domain: Domain) -> str:
        """The address of a domain's website."""
        return f"127.80.{self._numbers[domain.name]}.1"


def has_ipv6() -> bool:
    """Whether `::1` can be used on this machine."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((IPV6, 0))
    except OSError:
        return False
    return True
