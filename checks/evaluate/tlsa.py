"""The TLSA records of an endpoint: where they stand, whether they may be believed, and which of them can be used (RFC
6698, RFC 7671, RFC 7672 section 2.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.view import View
from checks.facts.dns import Question
from checks.records.tlsa import Tlsa, Unusable, parse, unusable

SMTP_PORT = 25
HTTPS_PORT = 443


@dataclass(frozen=True, slots=True)
class TlsaSet:
    """The TLSA look-up of an endpoint with its records, each with the reason why it cannot be used, or None. ``idle`` is
    the set at the other name of an alias, which nobody reads (RFC 7671 section 7). ``asked`` is whether a client that goes by
    the rules asks for records at all.

    Where all name servers agree on another set than our resolver remembers, theirs is the look-up, and ``cached`` the
    remembered one; where they do not agree, ``elsewhere`` has those that differ, by name server.
    """

    lookup: Lookup
    records: tuple[tuple[Tlsa, Unusable | None], ...]
    idle: Lookup | None = None
    asked: bool = True
    cached: Lookup | None = None
    elsewhere: tuple[tuple[str, tuple[Tlsa, ...]], ...] = ()

    @property
    def usable(self) -> tuple[Tlsa, ...]:
        """The records that a client may use. Empty unless the set is secure."""
        if not self.asked or self.lookup.security is not Security.SECURE:
            return ()
        return tuple(record for record, reason in self.records if reason is None)

    @property
    def ttl(self) -> int:
        """For how many seconds caches may hold the set: what its signature says, not what is left of it in our resolver."""
        return max(self.lookup.ttl, self.lookup.signed_ttl)

    @property
    def secure(self) -> bool:
        """Records are there, and DNSSEC vouches for them."""
        return self.asked and self.lookup.outcome is Outcome.FOUND and self.lookup.security is Security.SECURE


def owner(host: str, port: int) -> str:
    """The owner name of the TLSA records of a TCP service (RFC 6698 section 3), absolute."""
    return f"_{port}._tcp.{host.rstrip('.')}."


def tlsa_bases(address_lookups: Sequence[Lookup], host: str) -> tuple[str, ...]:
    """The TLSA base domains to try in order: the fully expanded name when every alias on the way is secure and both
    address families lead to the same name, then the original (RFC 7672 section 2.2.2-2.2.3, RFC 7671 section 7).
    """
    name = host.rstrip(".") + "."
    found = [lookup for lookup in address_lookups if lookup.outcome is Outcome.FOUND]
    ends = {lookup.canonical_name for lookup in found}
    secure = all(lookup.aliases and lookup.security is Security.SECURE for lookup in found)
    return (ends.pop(), name) if len(ends) == 1 and secure else (name,)


def endpoint_tlsa(view: View, host: str, port: int, *, smtp: bool) -> TlsaSet:
    """The set of the first base domain that has a secure one, usable or not. A look-up that is bogus or failed ends the
    search; an insecure set is shown only where there is nothing better.
    """
    return view.once(("tlsa", host, port), lambda: _endpoint_tlsa(view, host, port, smtp=smtp))


def _endpoint_tlsa(view: View, host: str, port: int, *, smtp: bool) -> TlsaSet:
    addresses = view.addresses(host.rstrip(".") + ".")
    bases = tlsa_bases(addresses, host)
    lookups = [view.lookup(owner(base, port), "TLSA") for base in bases]
    lookup = _decisive(lookups)
    idle = next((other for other in lookups if other is not lookup and other.outcome is Outcome.FOUND), None)
    asked = not smtp or _asked(addresses, lookup)
    remembered = TlsaSet(lookup, _with_use(lookup.records, smtp=smtp), idle, asked)
    return _beside_servers(view, remembered, smtp=smtp)


def _with_use(records: Sequence[str], *, smtp: bool) -> tuple[tuple[Tlsa, Unusable | None], ...]:
    parsed = map(parse, records)
    return tuple((record, unusable(record, smtp=smtp)) for record in parsed)


def _beside_servers(view: View, remembered: TlsaSet, *, smtp: bool) -> TlsaSet:
    """The set beside what the name servers themselves say. A cache may hide a change of a moment ago; and while servers
    differ, it depends on the server that somebody asks.
    """
    lookup = remembered.lookup
    if not lookup.secure or lookup.aliases:
        return remembered
    said = view.said_by_servers(Question(lookup.name, "TLSA"))
    proven = [(server, found) for server, found in said if found.secure and not found.aliases]
    others = [(server, found) for server, found in proven if found.records != lookup.records]
    if others and len(others) == len(proven) and len({found.records for _, found in others}) == 1:
        fresh = others[0][1]
        return replace(remembered, lookup=fresh, records=_with_use(fresh.records, smtp=smtp), cached=lookup)
    usable = ((server, _with_use(found.records, smtp=smtp)) for server, found in others)
    return replace(
        remembered,
        elsewhere=tuple((server, tuple(item for item, why in records if why is None)) for server, records in usable),
    )


def _asked(addresses: Sequence[Lookup], records: Lookup) -> bool:
    """Whether a sender asks for the records of a mail host. Not where its addresses are insecure, so that a name server that
    chokes on the question does no harm there; but an alias may lie in a signed zone and lead out of it: then the records
    at the alias's own name count (RFC 7672 section 2.2.2).
    """
    found = [lookup for lookup in addresses if lookup.outcome is Outcome.FOUND] or list(addresses)
    if any(lookup.security is not Security.INSECURE for lookup in found):
        return True
    return any(lookup.aliases and _starts_signed(lookup, records) for lookup in found)


def _starts_signed(alias: Lookup, records: Lookup) -> bool:
    """Whether the name itself, before its aliases, lies in a signed zone. Records that are proven or forged tell as much."""
    if records.security in (Security.SECURE, Security.BOGUS):
        return True
    above = [link for link in alias.chain if f".{alias.name}".endswith(f".{link.zone.lstrip('.')}")]
    nearest = max(above, key=lambda link: len(link.zone), default=None)
    return nearest is not None and nearest.state is Security.SECURE


def _decisive(lookups: Sequence[Lookup]) -> Lookup:
    for lookup in lookups:
        ends = lookup.outcome is Outcome.FAILED or lookup.security is Security.BOGUS
        if ends or (lookup.outcome is Outcome.FOUND and lookup.security is Security.SECURE):
            return lookup
    return next((lookup for lookup in lookups if lookup.outcome is Outcome.FOUND), lookups[-1])


def host_tlsa(view: View, host: str) -> TlsaSet:
    """The TLSA records of a mail host."""
    return endpoint_tlsa(view, host, SMTP_PORT, smtp=True)


def web_tlsa(view: View, host: str) -> TlsaSet:
    """The TLSA records of a web host."""
    return endpoint_tlsa(view, host, HTTPS_PORT, smtp=False)
