"""Is a name signed, and do the signatures hold? One judgement serves the website, the mail domain and each mail host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from checks.dnssec import Lookup, Outcome, Security, Why
from checks.evaluate.dnssec_remarks import remarks
from checks.evaluate.mail_hosts import hosts_or_reason
from checks.evaluate.view import View
from checks.model import Finding, Observation


class Exists(StrEnum):
    """Whether there is a chain of DS and DNSKEY down to the name, right or wrong."""

    SECURE = "secure"
    BOGUS = "bogus"
    UNSUPPORTED = "unsupported"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    EXHAUSTS = "exhausts"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    INSECURE = "insecure"


class Valid(StrEnum):
    """Whether that chain holds."""

    SECURE = "secure"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    UNSUPPORTED = "unsupported"
    INSECURE = "insecure"
    EXHAUSTS = "exhausts"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    BOGUS = "bogus"


_ORDER = (Security.SECURE, Security.INSECURE, Security.INDETERMINATE, Security.BOGUS)


def worst_lookup(lookups: Iterable[Lookup]) -> Lookup:
    """The look-up that a validating client stumbles over first: bogus before unknown before insecure before secure
    (RFC 4033 section 5).
    """
    return max(lookups, key=lambda lookup: _ORDER.index(lookup.security))


def _name_of(lookup: Lookup) -> str:
    match lookup.security, lookup.reason:
        case Security.SECURE, _:
            return "secure"
        case Security.BOGUS, _:
            return "bogus"
        case Security.INSECURE, Why.UNSUPPORTED_ALGORITHM:
            return "unsupported"
        case Security.INSECURE, _:
            return "insecure"
        case _, Why.EXHAUSTS_VALIDATORS:
            return "exhausts"
        case _:
            return "unknown"


def _evidence(lookup: Lookup) -> dict[str, Any]:
    shown = lookup.to_json()
    kept = {key: shown[key] for key in ("reason", "where", "aliases", "chain", "detail") if shown.get(key)}
    where = lookup.where or lookup.name
    if wanted := lookup.detail.get("wanted_ds"):
        kept["advised"] = [f"{where} IN DS {rdata}" for rdata in wanted]
    return {"record_type": lookup.rdtype, "where": where, **kept}


def observe(kind: type[Exists] | type[Valid], view: View, subject: str, lookups: Sequence[Lookup]) -> Observation:
    """One row: the name, and the state of the worst of its look-ups with the chain that led there. What is worth
    telling about its zones goes with the row that says whether the chain holds.
    """
    lookup = worst_lookup(lookups)
    evidence = _evidence(lookup)
    if kind is Valid and (told := remarks(view, *lookups)):
        evidence["remarks"] = told
    return Observation(subject.rstrip("."), kind(_name_of(lookup)), evidence)


def _host_lookups(view: View, name: str) -> tuple[Lookup, ...]:
    """What a client needs of a host: its addresses. A family that has none counts with its proof."""
    found = tuple(lookup for lookup in view.addresses(name) if lookup.outcome is Outcome.FOUND)
    return found or view.addresses(name)


def web_exists(view: View) -> Finding:
    """The web host's addresses lie under a chain of trust."""
    return Finding(Exists.UNKNOWN, (observe(Exists, view, view.domain, view.addresses(view.domain)),))


def web_valid(view: View) -> Finding:
    """The chain over the web host's addresses holds."""
    return Finding(Valid.UNKNOWN, (observe(Valid, view, view.domain, view.addresses(view.domain)),))


def mail_domain_exists(view: View) -> Finding:
    """The MX records lie under a chain of trust."""
    return Finding(Exists.UNKNOWN, (observe(Exists, view, view.domain, (view.mx,)),))


def mail_domain_valid(view: View) -> Finding:
    """The chain over the MX records holds: without it nobody can tell the right mail host (RFC 7672 section 2.2.1)."""
    return Finding(Valid.UNKNOWN, (observe(Valid, view, view.domain, (view.mx,)),))


def mail_hosts_exist(view: View) -> Finding:
    """Each mail host's addresses lie under a chain of trust."""
    hosts, reason = hosts_or_reason(view)
    return Finding(
        Exists(reason), tuple(observe(Exists, view, host.name, _host_lookups(view, host.name)) for host in hosts)
    )


def mail_hosts_valid(view: View) -> Finding:
    """The chain over each mail host's addresses holds."""
    hosts, reason = hosts_or_reason(view)
    return Finding(
        Valid(reason), tuple(observe(Valid, view, host.name, _host_lookups(view, host.name)) for host in hosts)
    )
