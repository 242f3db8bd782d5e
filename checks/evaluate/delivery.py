"""What a sender that checks DANE does with mail for this domain, at each address, at each host, and in all: deliver to a
server that it knows for sure, deliver encrypted, deliver in clear, or wait (RFC 7672 section 2.2).

Follows the rules that Postfix follows at its level ``dane``: security is decided by DNS before any connection is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.dane_mail import DELIVERED, Valid, validity
from checks.evaluate.mail_hosts import hosts_or_reason
from checks.evaluate.starttls import WITHOUT_TLS, Starttls, judge
from checks.evaluate.tlsa import TlsaSet, host_tlsa
from checks.evaluate.view import View
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation
from checks.records.mx import Exchange


class Delivery(StrEnum):
    """What the sender does."""

    AUTHENTICATED = "authenticated"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    ENCRYPTED = "encrypted"
    CLEAR = "clear"
    DEFERRED = "deferred"
    MX_BOGUS = "mx-bogus"


class Policy(StrEnum):
    """What DNS obliges the sender to at a host, before it connects."""

    AUTHENTICATE = "authenticate"  # usable secure records
    ENCRYPT = "encrypt"  # secure records, none of them usable: TLS, unchecked
    OPPORTUNISTIC = "opportunistic"  # no DANE
    WAIT = "wait"  # a look-up failed or is bogus: the host is left alone
    UNKNOWN = "unknown"  # our own resolver did not get that far


class Because(StrEnum):
    """The reason for a policy, or for a delivery that fails."""

    RECORDS_FIT = "records-fit"
    NO_RECORDS = "no-records"
    HOST_INSECURE = "host-insecure"
    RECORDS_INSECURE = "records-insecure"
    NONE_USABLE = "none-usable"
    NO_ADDRESS = "no-address"
    ADDRESS_BOGUS = "address-bogus"
    ADDRESS_FAILED = "address-failed"
    RECORDS_BOGUS = "records-bogus"
    RECORDS_FAILED = "records-failed"
    NO_FIT = "no-fit"
    ANCHOR_EXPIRED = "anchor-expired"
    NO_TLS = "no-tls"
    NEVER_MAIL = "never-mail"
    NOT_SEEN = "not-seen"


_ORDER = (Delivery.AUTHENTICATED, Delivery.ENCRYPTED, Delivery.CLEAR, Delivery.UNKNOWN, Delivery.DEFERRED)


def delivery(view: View) -> Finding:
    """One row for each address, for each host without one, and one for the domain: where mail ends up when every host is
    up. Whoever can block a host decides by the worst row.
    """
    hosts, reason = hosts_or_reason(view)
    if not hosts:
        return Finding(Delivery(reason))
    rows: list[Observation] = []
    for host in hosts:
        rows += host_rows(view, host.name.rstrip("."))
    return Finding(Delivery.NO_HOSTS, (*rows, _domain_row(view, hosts, rows)))


def host_rows(view: View, host: str) -> list[Observation]:
    """The rows of one host."""
    tlsa = host_tlsa(view, host)
    policy, because = policy_of(view, host, tlsa)
    sessions = [session for session in view.sessions if session.host == host]
    rows = []
    for session in sessions:
        found, why = _at(view, tlsa, session, policy, because)
        rows.append(Observation(host, found, _evidence(view, policy, why), session.address))
    if rows:
        return rows
    found, why = _unvisited(view, host, policy, because)
    return [Observation(host, found, _evidence(view, policy, why))]


def _unvisited(view: View, host: str, policy: Policy, because: Because) -> tuple[Delivery, Because]:
    """A host of which no address was visited: there is none, DNS already says to wait, or we did not get to it."""
    if policy in (Policy.WAIT, Policy.UNKNOWN):
        return Delivery.DEFERRED if policy is Policy.WAIT else Delivery.UNKNOWN, because
    seen = view.has_address(host + ".")
    return (Delivery.UNKNOWN, Because.NOT_SEEN) if seen else (Delivery.DEFERRED, Because.NO_ADDRESS)


def _evidence(view: View, policy: Policy, because: Because) -> dict[str, Any]:
    return {"policy": policy.value, "because": because.value, "mx_secure": view.mx.security is Security.SECURE}


def policy_of(view: View, host: str, tlsa: TlsaSet) -> tuple[Policy, Because]:
    """What DNS says of a host (RFC 7672 section 2.1.1-2.2.2): addresses first, then the records."""
    addresses = view.addresses(host + ".")
    for lookup in addresses:
        if lookup.security is Security.BOGUS:
            return Policy.WAIT, Because.ADDRESS_BOGUS
        if lookup.outcome is Outcome.FAILED:
            return _unanswered(lookup, Because.ADDRESS_FAILED)
    if not tlsa.asked:
        return Policy.OPPORTUNISTIC, Because.HOST_INSECURE
    if tlsa.lookup.security is Security.BOGUS:
        return Policy.WAIT, Because.RECORDS_BOGUS
    if tlsa.lookup.outcome is Outcome.FAILED:
        return _unanswered(tlsa.lookup, Because.RECORDS_FAILED)
    if tlsa.lookup.outcome is not Outcome.FOUND:
        return Policy.OPPORTUNISTIC, Because.NO_RECORDS
    if not tlsa.secure:
        return Policy.OPPORTUNISTIC, Because.RECORDS_INSECURE
    return (Policy.AUTHENTICATE, Because.RECORDS_FIT) if tlsa.usable else (Policy.ENCRYPT, Because.NONE_USABLE)


def _unanswered(lookup: Lookup, because: Because) -> tuple[Policy, Because]:
    """SERVFAIL for everybody is a host that senders leave alone; silence towards us tells nothing about them."""
    return (Policy.WAIT if lookup.detail.get("failure") == "servfail" else Policy.UNKNOWN), because


def _at(view: View, tlsa: TlsaSet, session: SmtpSession, policy: Policy, because: Because) -> tuple[Delivery, Because]:
    """One address. Where DNS already says to wait, nobody connects."""
    if policy is Policy.WAIT:
        return Delivery.DEFERRED, because
    outcome = judge(session)
    if outcome in (Starttls.NEVER_MAIL, Starttls.FORBIDDEN):
        return Delivery.DEFERRED, Because.NEVER_MAIL
    secured = isinstance(session.tls, TlsHandshake)
    if not secured and outcome not in WITHOUT_TLS:
        return Delivery.UNKNOWN, Because.NOT_SEEN
    if policy is Policy.UNKNOWN:
        return Delivery.UNKNOWN, because
    if policy is Policy.OPPORTUNISTIC:
        return (Delivery.ENCRYPTED, because) if secured else (Delivery.CLEAR, Because.NO_TLS)
    if not secured:
        return Delivery.DEFERRED, Because.NO_TLS
    if policy is Policy.ENCRYPT:
        return Delivery.ENCRYPTED, because
    found = validity(view, tlsa, session)
    if found is Valid.ANCHOR_EXPIRED:  # a match by the RFC; Postfix, whose rules these are, refuses it
        return Delivery.DEFERRED, Because.ANCHOR_EXPIRED
    return (Delivery.AUTHENTICATED, because) if found in DELIVERED else (Delivery.DEFERRED, Because.NO_FIT)


def _domain_row(view: View, hosts: Sequence[Exchange], rows: Sequence[Observation]) -> Observation:
    """Where mail goes: the first host by preference that is not skipped, and of those with the same preference the worst,
    since senders choose among them by lot (RFC 5321 section 5.1).
    """
    by_host = {host.name.rstrip("."): host_delivery(rows, host.name.rstrip(".")) for host in hosts}
    found = Delivery.DEFERRED
    for preference in dict.fromkeys(host.preference for host in hosts):
        of_these = [by_host[host.name.rstrip(".")] for host in hosts if host.preference == preference]
        usable = [word for word in of_these if word is not Delivery.DEFERRED]
        if usable:
            found = max(usable, key=_ORDER.index)
            break
    table = [
        {"host": host.name.rstrip("."), "preference": host.preference, "delivery": by_host[host.name.rstrip(".")].value}
        for host in hosts
    ]
    protected = sum(word is Delivery.AUTHENTICATED for word in by_host.values())
    evidence = {"hosts": table, "protected": f"{protected}/{len(hosts)}", **_mx(view)}
    return Observation(view.measurement.domain, found, evidence)


def _mx(view: View) -> dict[str, Any]:
    """RFC 7672 section 2.2.1: without DNSSEC on the mail domain somebody else may name the hosts."""
    return {"mx_secure": view.mx.security is Security.SECURE}


def host_delivery(rows: Sequence[Observation], host: str) -> Delivery:
    """The verdict for one host: of its addresses that senders go on with, the worst; they try all before they wait."""
    words = [Delivery(row.outcome) for row in rows if row.subject == host]
    going = [word for word in words if word not in (Delivery.DEFERRED, Delivery.UNKNOWN)]
    return max(going or words, key=_ORDER.index, default=Delivery.UNKNOWN)
