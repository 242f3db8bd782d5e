"""MX records: which hosts receive the mail of a domain (RFC 5321 section 5.1, RFC 7505)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_HOSTS = 10  # as many mail hosts are tested as the reference tests; the lowest preferences first


class MailRoute(StrEnum):
    """What the MX records of a domain say about receiving mail."""

    EXCHANGES = "exchanges"
    NULL_MX = "null-mx"
    NULL_MX_WITH_OTHERS = "null-mx-with-others"
    IMPLICIT = "implicit"  # no MX, so the domain's own addresses receive (RFC 5321 section 5.1)
    NONE = "none"  # no MX and no address: receives no mail


@dataclass(frozen=True, slots=True)
class Exchange:
    """A mail exchange: absolute name in lower case, and preference."""

    name: str
    preference: int


@dataclass(frozen=True, slots=True)
class MailHosts:
    """The hosts to be tested, lowest preference first, and those beyond the limit, named but not tested."""

    route: MailRoute
    exchanges: tuple[Exchange, ...] = ()
    left_out: tuple[str, ...] = ()


def mail_hosts(domain: str, records: Sequence[str], *, has_address: bool) -> MailHosts:
    """The mail hosts of ``domain`` (absolute name) by its MX records in presentation format, such as ``10
    mx1.example.nl.``.

    A host that is listed twice counts once, with its lowest preference. Malformed records are passed over: the DNS
    library does not give out any.
    """
    if not records:
        return MailHosts(MailRoute.IMPLICIT, (Exchange(domain, 0),)) if has_address else MailHosts(MailRoute.NONE)
    listed: dict[str, int] = {}
    for record in records:
        preference, _, name = record.partition(" ")
        listed[name.lower()] = min(int(preference), listed.get(name.lower(), 65535))
    null_mx = listed.pop(".", None) is not None
    if not listed:
        return MailHosts(MailRoute.NULL_MX)
    exchanges = sorted(
        (Exchange(name, preference) for name, preference in listed.items()),
        key=lambda host: (host.preference, host.name),
    )
    route = MailRoute.NULL_MX_WITH_OTHERS if null_mx else MailRoute.EXCHANGES
    return MailHosts(route, tuple(exchanges[:MOST_HOSTS]), tuple(host.name for host in exchanges[MOST_HOSTS:]))
