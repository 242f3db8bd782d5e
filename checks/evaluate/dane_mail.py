"""DANE for mail, at each address of each mail host (RFC 7672): are there records that may be believed and used, does
the server fit them, and will it after the next renewal?
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from checks.dnssec import Outcome, Security
from checks.evaluate import dane
from checks.evaluate.dane import Fit, Peer, authenticate
from checks.evaluate.mail_hosts import hosts_or_reason, sessions_of
from checks.evaluate.starttls import Starttls, judge
from checks.evaluate.tlsa import TlsaSet, host_tlsa
from checks.evaluate.view import View
from checks.facts.dns import DnsFailure
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation
from checks.records.tlsa import Tlsa, Usage


class Exists(StrEnum):
    """TLSA records for a mail host, as a sender that does DANE sees them."""

    OK = "ok"
    UNMATCHED = "unmatched"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    ABSENT = "absent"
    HOST_INSECURE = "host-insecure"
    INSECURE = "insecure"
    NO_USABLE = "no-usable"
    LOOKUP_FAILED = "lookup-failed"
    BOGUS = "bogus"


class Valid(StrEnum):
    """Whether the server at an address fits the records."""

    OK = "ok"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    NO_TLSA = "no-tlsa"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    NO_MATCH = "no-match"
    ISSUER_AS_EE = "issuer-as-ee"
    LEAF_AS_TA = "leaf-as-ta"
    NAME_MISMATCH = "name-mismatch"
    CHAIN_BROKEN = "chain-broken"
    NO_TLS = "no-tls"


class Rollover(StrEnum):
    """Whether a second record is ready for the next certificate."""

    OK = "ok"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    NO_TLSA = "no-tlsa"
    MX_UNKNOWN = "mx-unknown"
    SINGLE = "single"


_WORST_FIT = {
    Fit.NAME_MISMATCH: Valid.NAME_MISMATCH,
    Fit.CHAIN_BROKEN: Valid.CHAIN_BROKEN,
    Fit.MATCHES_ISSUER_ONLY: Valid.ISSUER_AS_EE,
    Fit.MATCHES_LEAF_ONLY: Valid.LEAF_AS_TA,
}


def exists(view: View) -> Finding:
    """One row for each address: the records stand in DNS for the host, but a host whose records fit nothing earns
    nothing for having them.
    """
    sessions, reason = sessions_of(view)
    return Finding(Exists(reason), tuple(_exists_row(view, session) for session in sessions))


def _exists_row(view: View, session: SmtpSession) -> Observation:
    tlsa = host_tlsa(view, session.host)
    found = _existence(view, tlsa, session)
    evidence = {"owner": tlsa.lookup.name, "dnssec": tlsa.lookup.security.value, "records": _shown(tlsa)}
    if found in (Exists.BOGUS, Exists.LOOKUP_FAILED):
        evidence |= {"reason": tlsa.lookup.reason.value, "where": tlsa.lookup.where}
    return Observation(session.host, found, evidence, session.address)


def _existence(view: View, tlsa: TlsaSet, session: SmtpSession) -> Exists:
    lookup = tlsa.lookup
    if lookup.security is Security.BOGUS:
        return Exists.BOGUS
    if lookup.outcome is Outcome.FAILED:
        return Exists.LOOKUP_FAILED if _servers_fail(view, lookup.name) else Exists.UNKNOWN
    if lookup.outcome is not Outcome.FOUND:
        return Exists.UNKNOWN if lookup.security is Security.INDETERMINATE else _absence(view, session.host)
    if not tlsa.secure:
        return Exists.UNKNOWN if lookup.security is Security.INDETERMINATE else Exists.INSECURE
    if not tlsa.usable:
        return Exists.NO_USABLE
    return Exists.UNMATCHED if _validity(view, tlsa, session) not in (Valid.OK, Valid.UNKNOWN) else Exists.OK


def _absence(view: View, host: str) -> Exists:
    """In an unsigned zone DANE senders do not even ask (RFC 7672 section 2.2.2): that zone has to be signed first."""
    insecure = all(lookup.security is Security.INSECURE for lookup in view.addresses(host + "."))
    return Exists.HOST_INSECURE if insecure else Exists.ABSENT


def _servers_fail(view: View, name: str) -> bool:
    """The resolver answered, and says that the name servers gave it nothing for this question: senders get the same
    (RFC 7672 section 2.1.2).
    """
    return view.failure(name, "TLSA") is DnsFailure.SERVFAIL


def valid(view: View) -> Finding:
    """One row for each address: does what it shows fit a usable record?"""
    sessions, reason = sessions_of(view)
    return Finding(Valid(reason), tuple(_valid_row(view, session) for session in sessions))


def _valid_row(view: View, session: SmtpSession) -> Observation:
    tlsa = host_tlsa(view, session.host)
    return Observation(
        session.host, _validity(view, tlsa, session), _match_evidence(view, tlsa, session), session.address
    )


def _validity(view: View, tlsa: TlsaSet, session: SmtpSession) -> Valid:
    if not tlsa.usable:
        return Valid.UNKNOWN if tlsa.lookup.security is Security.INDETERMINATE else Valid.NO_TLSA
    if not isinstance(session.tls, TlsHandshake):
        return Valid.NO_TLS if _server_side(session) else Valid.UNKNOWN
    fits = {match.fit for match in authenticate(tlsa.usable, peer(view, session.host, session.tls))}
    if Fit.MATCH in fits:
        return Valid.OK
    return next((outcome for fit, outcome in _WORST_FIT.items() if fit in fits), Valid.NO_MATCH)


def _server_side(session: SmtpSession) -> bool:
    """No TLS by the server's doing: a sender that does DANE then does not deliver (RFC 7672 section 2.2)."""
    return judge(session) in (Starttls.HANDSHAKE, Starttls.REJECTED, Starttls.NO_STARTTLS, Starttls.STRIPPED)


def peer(view: View, host: str, handshake: TlsHandshake) -> Peer:
    """What a sender knows of the server: with a secure MX the host's names are right as well as the mail domain's;
    otherwise only the latter (RFC 7672 section 3.2.2).
    """
    names = {view.measurement.domain}
    if view.mx.security is Security.SECURE:
        aliases = (
            alias
            for lookup in view.addresses(host + ".")
            if lookup.security is Security.SECURE
            for alias in lookup.aliases
        )
        names |= {host, *(alias.rstrip(".") for alias in aliases)}
    return Peer(view.chain(handshake), frozenset(names), view.measured_at, trusted=False)


def _match_evidence(view: View, tlsa: TlsaSet, session: SmtpSession) -> dict[str, Any]:
    shown: dict[str, Any] = {"owner": tlsa.lookup.name, "ttl": tlsa.lookup.ttl, "records": _shown(tlsa)}
    if not isinstance(session.tls, TlsHandshake):
        return shown
    known = peer(view, session.host, session.tls)
    matches = {match.record: match for match in authenticate(tlsa.usable, known)}
    shown["records"] = [
        dane.describe(matches[record]) if record in matches else _unusable(record, str(why or "insecure"))
        for record, why in tlsa.records
    ]
    if known.chain and known.chain[0] is not None:
        shown["advised"] = advised(view, session.host, session.tls)
    return shown


def advised(view: View, host: str, handshake: TlsHandshake) -> list[str]:
    """The records to publish for what the server shows now: the key of the leaf, and the key of its issuer when that
    is sent too (RFC 7671 section 8).
    """
    chain = view.chain(handshake)
    sets = [(Usage.DANE_EE, chain[0]), *((Usage.DANE_TA, item) for item in chain[1:2])]
    return [
        f"_25._tcp.{host}. IN TLSA {usage:d} 1 1 {dane.data_of(item, 1, 1).hex()}"
        for usage, item in sets
        if item is not None
    ]


def _unusable(record: Tlsa, why: str) -> dict[str, Any]:
    return {**dane.describe_record(record), "usable": False, "matched_depth": None, "reason": why}


def _shown(tlsa: TlsaSet) -> list[dict[str, Any]]:
    return [
        {**dane.describe_record(record), "usable": why is None, "reason": why.value if why else ""}
        for record, why in tlsa.records
    ]


def rollover(view: View) -> Finding:
    """One row for each host: a second usable record that can belong to another key, or one for the issuer (RFC 7671
    section 8.1).
    """
    hosts, reason = hosts_or_reason(view)
    return Finding(Rollover(reason), tuple(_rollover_row(view, host.name.rstrip(".")) for host in hosts))


def _rollover_row(view: View, host: str) -> Observation:
    usable = host_tlsa(view, host).usable
    leaf_keys = {(record.selector, record.matching, record.data) for record in usable if record.usage == Usage.DANE_EE}
    kinds = [(selector, matching) for selector, matching, _ in leaf_keys]
    two_keys = any(kinds.count(kind) > 1 for kind in kinds)  # the same key under two digests is no second key
    if not usable:
        return Observation(host, Rollover.NO_TLSA)
    issuer = any(record.usage == Usage.DANE_TA for record in usable)
    ready = two_keys or (issuer and bool(leaf_keys))
    shown = {
        "records": [dane.describe_record(record) for record in usable],
        "parameters": ", ".join(sorted(record.parameters for record in usable)),
    }
    return Observation(host, Rollover.OK if ready else Rollover.SINGLE, shown)
