"""HTTPS records: where browsers find the website, by priority, under which name, port and protocols (RFC 9460)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import dns.exception
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.svcbbase import ALPNParam, ParamKey, PortParam, SVCBBase

MOST_RECORDS = 8
ALIAS = 0  # the priority of AliasMode (section 2.4.2)


@dataclass(frozen=True, slots=True)
class ServiceBinding:
    """One record. ``target`` is absolute, ``.`` for the owner itself (ServiceMode) or for nothing at all (AliasMode);
    ``port`` is 443 when none is given (section 7.2), ``alpn`` the protocols that are named beside HTTP/1.1.
    """

    priority: int
    target: str
    port: int = 443
    alpn: tuple[str, ...] = ()

    @property
    def is_alias(self) -> bool:
        """AliasMode: everything is found at the target; parameters mean nothing."""
        return self.priority == ALIAS


def read(records: Iterable[str]) -> tuple[ServiceBinding, ...]:
    """Records in presentation format, best priority first, at most MOST_RECORDS. Unreadable ones are left out."""
    found = [binding for text in list(records)[:MOST_RECORDS] if (binding := _read(text))]
    return tuple(sorted(found, key=lambda binding: (binding.priority, binding.target)))


def _read(text: str) -> ServiceBinding | None:
    try:
        rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.HTTPS, text)
    except (dns.exception.DNSException, ValueError):
        return None
    if not isinstance(rdata, SVCBBase):
        return None
    port, alpn = rdata.params.get(ParamKey.PORT), rdata.params.get(ParamKey.ALPN)
    return ServiceBinding(
        rdata.priority,
        rdata.target.to_text().lower(),
        port.port if isinstance(port, PortParam) else 443,
        tuple(word.decode("ascii", "replace")[:30] for word in alpn.ids) if isinstance(alpn, ALPNParam) else (),
    )
