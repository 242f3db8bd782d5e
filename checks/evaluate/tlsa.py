"""The TLSA records of an endpoint: where they stand, whether they may be believed, and which of them can be used (RFC
6698, RFC 7671, RFC 7672 section 2.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.view import View
from checks.records.tlsa import Tlsa, Unusable, parse, unusable

SMTP_PORT = 25
HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class TlsaSet:
    """The TLSA look-up of an endpoint with its records, each with the reason why it cannot be used, or None."""

    lookup: Lookup
    records: tuple[tuple[Tlsa, Unusable | None], ...]

    @property
    def usable(self) -> tuple[Tlsa, ...]:
        """The records that a client may use. Empty unless the set is secure."""
        if self.lookup.security is not Security.SECURE:
            return ()
        return tuple(record for record, reason in self.records if reason is None)

    @property
    def secure(self) -> bool:
        """Records are there, and DNSSEC vouches for them."""
        return self.lookup.outcome is Outcome.FOUND and self.lookup.security is Security.SECURE


def owner(host: str, port: int) -> str:
    """The owner name of the TLSA records of a TCP service (RFC 6698 section 3), absolute."""
    return f"_{port}._tcp.{host.rstrip('.')}."


def tlsa_bases(view_lookups: Sequence[Lookup], host: str) -> tuple[str, ...]:
    """The TLSA base domains to try in order: the fully expanded name when every alias on the way is secure, then the
    original (RFC 7672 section 2.2.2-2.2.3).
    """
    name = host.rstrip(".") + "."
    for lookup in view_lookups:
        if lookup.aliases and lookup.outcome is Outcome.FOUND and lookup.security is Security.SECURE:
            return (lookup.aliases[-1], name)
    return (name,)


def endpoint_tlsa(view: View, host: str, port: int, *, smtp: bool) -> TlsaSet:
    """The first set that is found among the base domains, or the look-up at the last of them."""
    for base in tlsa_bases(view.addresses(host.rstrip(".") + "."), host):
        lookup = view.lookup(owner(base, port), "TLSA")
        if lookup.outcome is not Outcome.NO_DATA and lookup.outcome is not Outcome.NO_SUCH_NAME:
            break
    records = tuple(parse(text) for text in lookup.records)
    return TlsaSet(lookup, tuple((record, unusable(record, smtp=smtp)) for record in records))


def host_tlsa(view: View, host: str) -> TlsaSet:
    """The TLSA records of a mail host."""
    return endpoint_tlsa(view, host, SMTP_PORT, smtp=True)


def web_tlsa(view: View, host: str) -> TlsaSet:
    """The TLSA records of a web host."""
    return endpoint_tlsa(view, host, HTTPS_PORT, smtp=False)
