"""Are the MX records themselves in order: host names, not aliases, not typing errors? RFC 5321 section 5.1, RFC 2181
section 10.3, RFC 7505.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_address

from checks.dnssec import Security
from checks.evaluate.mail_hosts import NULL_MX, hosts_or_reason
from checks.evaluate.tlsa import tlsa_bases
from checks.evaluate.view import View
from checks.model import Finding, Observation
from checks.records.mx import MailRoute


class MxRecords(StrEnum):
    """One mail host as the MX records name it."""

    OK = "ok"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    MX_UNKNOWN = "mx-unknown"
    NULL_MX_SENDS = "null-mx-sends"
    IMPLICIT = "implicit"
    LEFT_OUT = "left-out"
    UNDERSCORE = "underscore"
    ALIAS = "alias"
    DOUBLED = "doubled"
    NOT_A_HOST = "not-a-host"


def mx_records(view: View) -> Finding:
    """One row for each mail host, and one for each that stands beyond the number that is tested."""
    hosts, reason = hosts_or_reason(view)
    if reason == NULL_MX and _sends(view):
        return Finding(MxRecords.NULL_MX, (Observation(view.measurement.domain, MxRecords.NULL_MX_SENDS),))
    if not hosts:
        return Finding(MxRecords(reason))
    rows = [_row(view, host.name) for host in hosts]
    left_out = view.mail_hosts.left_out if view.mail_hosts else ()
    rows += [Observation(name.rstrip("."), MxRecords.LEFT_OUT) for name in left_out]
    return Finding(MxRecords.NO_HOSTS, tuple(rows))


def _sends(view: View) -> bool:
    """The SPF record lets servers send in the name of the domain. Then replies and bounces have nowhere to go (RFC 7505
    section 4.2).
    """
    record = view.spf.root.parsed
    return record is not None and not record.sends_nothing


def _row(view: View, name: str) -> Observation:
    host = name.rstrip(".")
    found = _form(view, name)
    aliases = next((lookup.aliases for lookup in view.addresses(name) if lookup.aliases), ())
    evidence = {
        "mx_secure": view.mx.security is Security.SECURE,
        "aliases": [alias.rstrip(".") for alias in aliases],
        "target": aliases[-1].rstrip(".") if aliases else host,
        "base": tlsa_bases(view.addresses(name), name)[0].rstrip("."),
    }
    if found is MxRecords.ALIAS and not view.mx.aliases:
        given = (record.partition(" ") for record in view.mx.records)
        evidence["advised"] = [f"{view.domain} IN MX {rank} {aliases[-1]}" for rank, _, mx in given if mx == name]
    if view.mx.aliases:
        evidence["domain_aliases"] = [alias.rstrip(".") for alias in view.mx.aliases]
    return Observation(host, found, evidence)


def _form(view: View, name: str) -> MxRecords:
    if view.mail_hosts and view.mail_hosts.route is MailRoute.IMPLICIT:
        return MxRecords.IMPLICIT
    if _not_a_host(name):
        return MxRecords.NOT_A_HOST
    if not view.has_address(name):
        return MxRecords.DOUBLED if _doubled(name, view.domain) else MxRecords.OK
    if any(lookup.aliases for lookup in view.addresses(name)):
        return MxRecords.ALIAS
    return MxRecords.UNDERSCORE if "_" in name else MxRecords.OK


def _not_a_host(name: str) -> bool:
    """An address in the place of a name, or a name of one label."""
    host = name.rstrip(".")
    try:
        ip_address(host)
    except ValueError:
        return "." not in host
    return True


def _doubled(name: str, domain: str) -> bool:
    """``mx.example.nl.example.nl.``: the zone was added once more, since a final dot was forgotten."""
    return name.endswith("." + domain) and domain.rstrip(".") in name.removesuffix(domain)
