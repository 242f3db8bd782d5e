"""DANE for mail, at each address of each mail host (RFC 7672): are there records that may be believed and used, and does
the server fit them?
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from checks.dnssec import Outcome, Security
from checks.evaluate import certificate, dane
from checks.evaluate.dane import Caution, Fit, Peer, authenticate
from checks.evaluate.mail_hosts import sessions_of
from checks.evaluate.starttls import NOBODY_DELIVERS, WITHOUT_TLS, judge
from checks.evaluate.tlsa import TlsaSet, host_tlsa
from checks.evaluate.view import View
from checks.facts.dns import DnsFailure
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation
from checks.records.tlsa import Tlsa, Usage, wrong_places

_TLSA_AS_TXT = re.compile(r'"?(IN\s+)?(TLSA\s+)?[0-3]\s+[01]\s+[0-2]\s+[0-9A-Fa-f]{56}')


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
    WRONG_PLACE = "wrong-place"
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
    NOT_DELIVERABLE = "not-deliverable"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    COMMON_NAME = "common-name"
    BARE_KEY = "bare-key"
    ANCHOR_EXPIRED = "anchor-expired"
    OTHER_CERTIFICATE = "other-certificate"
    OTHER_SERVER = "other-server"
    NO_MATCH = "no-match"
    ISSUER_NOT_SENT = "issuer-not-sent"
    ISSUER_AS_EE = "issuer-as-ee"
    LEAF_AS_TA = "leaf-as-ta"
    NAME_MISMATCH = "name-mismatch"
    CHAIN_BROKEN = "chain-broken"
    NO_TLS = "no-tls"


MATCHED = (Valid.OK, Valid.COMMON_NAME, Valid.BARE_KEY, Valid.ANCHOR_EXPIRED)
DELIVERED = (*MATCHED, Valid.OTHER_CERTIFICATE, Valid.OTHER_SERVER)  # to a sender that got what we got

_TO_PUBLISH = (
    Exists.ABSENT,
    Exists.WRONG_PLACE,
    Exists.NO_USABLE,
)  # what is missing is a record that we can write down

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
    evidence: dict[str, Any] = {
        "owner": tlsa.lookup.name,
        "dnssec": tlsa.lookup.security.value,
        "records": _shown(tlsa),
    }
    if found is Exists.WRONG_PLACE:
        evidence["found_at"] = misplaced(view, session.host)
    if tlsa.idle:
        evidence["idle"] = tlsa.idle.name
    if found in (Exists.BOGUS, Exists.LOOKUP_FAILED):
        evidence |= {"reason": tlsa.lookup.reason.value, "where": tlsa.lookup.where}
    if found in _TO_PUBLISH and (records := advised(view, session.host, *handshakes_of(view, session))):
        evidence["advised"] = records
    return Observation(session.host, found, evidence, session.address)


def _existence(view: View, tlsa: TlsaSet, session: SmtpSession) -> Exists:
    lookup = tlsa.lookup
    if not tlsa.asked and lookup.outcome is not Outcome.FOUND:
        return Exists.HOST_INSECURE
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
    no_fault = (*DELIVERED, Valid.UNKNOWN, Valid.NOT_DELIVERABLE)
    return Exists.OK if validity(view, tlsa, session) in no_fault else Exists.UNMATCHED


def _absence(view: View, host: str) -> Exists:
    """No records at the right name: none at all, or at another one."""
    return Exists.WRONG_PLACE if misplaced(view, host) else Exists.ABSENT


def misplaced(view: View, host: str) -> str:
    """A name near the right one at which records do stand, where nobody looks for them; an empty string for none."""
    found = (
        question for question in wrong_places(host, view.domain) if view.lookup(*question).outcome is Outcome.FOUND
    )
    return next((f"{name.rstrip('.')} ({rdtype})" for name, rdtype in found if _about_tlsa(view, name, rdtype)), "")


def _about_tlsa(view: View, name: str, rdtype: str) -> bool:
    """A TXT record counts when it reads like a TLSA record."""
    texts = view.lookup(name, rdtype).records
    return rdtype == "TLSA" or any(_TLSA_AS_TXT.match(text) for text in texts)


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
        session.host, validity(view, tlsa, session), _match_evidence(view, tlsa, session), session.address
    )


def validity(view: View, tlsa: TlsaSet, session: SmtpSession) -> Valid:
    """What a sender that finds these records says of an address; both certificates count where a server has two."""
    if not tlsa.usable:
        return Valid.UNKNOWN if tlsa.lookup.security is Security.INDETERMINATE else Valid.NO_TLSA
    if not isinstance(session.tls, TlsHandshake):
        return _without_handshake(session)
    found = _fit_of(view, tlsa.usable, session.host, session.tls)
    if found not in MATCHED:
        return found
    if differing_server(view, tlsa, session):
        return Valid.OTHER_SERVER
    other = other_certificate(view, session)
    if other is None or _fit_of(view, tlsa.usable, session.host, other) in MATCHED:
        return found
    return Valid.OTHER_CERTIFICATE


def differing_server(view: View, tlsa: TlsaSet, session: SmtpSession) -> str:
    """A name server that gives other records, which can be used and do not fit; an empty string for none."""
    tls = session.tls
    return next(
        (
            server
            for server, records in tlsa.elsewhere
            if records and isinstance(tls, TlsHandshake) and _fit_of(view, records, session.host, tls) not in MATCHED
        ),
        "",
    )


def _fit_of(view: View, records: Sequence[Tlsa], host: str, handshake: TlsHandshake) -> Valid:
    """The outcome for one chain. A match that every sender shares is better than one that some do not."""
    matches = authenticate(records, peer(view, host, handshake))
    cautions = [match.caution for match in matches if match.fit is Fit.MATCH]
    if cautions:
        return Valid.OK if None in cautions else Valid(min(cautions, key=list(Caution).index))  # type: ignore[arg-type]
    fits = {match.fit for match in matches}
    named = any(record.usage == Usage.DANE_TA for record in records)
    unsent = named and dane.lacks_issuer(view.chain(handshake))
    return next(
        (outcome for fit, outcome in _WORST_FIT.items() if fit in fits),
        Valid.ISSUER_NOT_SENT if unsent else Valid.NO_MATCH,
    )


def other_certificate(view: View, session: SmtpSession) -> TlsHandshake | None:
    """The handshake in which the server showed another leaf, for clients that want the other kind of key (RFC 7671
    section 8); None when it has only one.
    """
    if not isinstance(session.other_tls, TlsHandshake) or not isinstance(session.tls, TlsHandshake):
        return None
    return session.other_tls if view.chain(session.other_tls)[:1] != view.chain(session.tls)[:1] else None


def _without_handshake(session: SmtpSession) -> Valid:
    """No TLS by the server's doing: a sender that does DANE then does not deliver (RFC 7672 section 2.2). Where no sender
    delivers at all there is nothing to match.
    """
    found = judge(session)
    if found in WITHOUT_TLS:
        return Valid.NO_TLS
    return Valid.NOT_DELIVERABLE if found in NOBODY_DELIVERS else Valid.UNKNOWN


def peer(view: View, host: str, handshake: TlsHandshake) -> Peer:
    """What a sender knows of the server: with a secure MX the host's names are right as well as the mail domain's;
    otherwise only the latter (RFC 7672 section 3.2.2).
    """
    names = {view.measurement.domain}
    if view.mx.security is Security.SECURE:
        names |= {alias.rstrip(".") for alias in view.mx.aliases}
        aliases = (
            alias
            for lookup in view.addresses(host + ".")
            if lookup.security is Security.SECURE
            for alias in lookup.aliases
        )
        names |= {host, *(alias.rstrip(".") for alias in aliases)}
    return Peer(view.chain(handshake), frozenset(names), view.measured_at, trusted=False)


def _match_evidence(view: View, tlsa: TlsaSet, session: SmtpSession) -> dict[str, Any]:
    shown: dict[str, Any] = {"owner": tlsa.lookup.name, "ttl": tlsa.ttl, "records": _shown(tlsa)}
    if tlsa.cached is not None:
        shown["cached"] = {"records": list(tlsa.cached.records), "ttl": tlsa.cached.ttl}
    if server := differing_server(view, tlsa, session):
        shown["name_server"] = server
        shown["said"] = [record.text for name, records in tlsa.elsewhere if name == server for record in records]
    if not isinstance(session.tls, TlsHandshake):
        return shown
    shown["records"] = _fitted(view, tlsa, session.host, session.tls)
    if other := other_certificate(view, session):
        leaf = view.chain(other)[0]
        key = certificate.key_words(leaf) if leaf else "unknown"
        shown["other_certificate"] = {"key": key, "records": _fitted(view, tlsa, session.host, other)}
    if records := advised(view, session.host, *handshakes_of(view, session)):
        shown["advised"] = records
    return shown


def handshakes_of(view: View, session: SmtpSession) -> list[TlsHandshake]:
    """What an address showed: its certificate, and the one of the other kind where it has two."""
    shown = (session.tls, other_certificate(view, session))
    return [handshake for handshake in shown if isinstance(handshake, TlsHandshake)]


def _fitted(view: View, tlsa: TlsaSet, host: str, handshake: TlsHandshake) -> list[dict[str, Any]]:
    """Every record beside what the server shows in the place that it is about: the leaf, or the leaf's issuer."""
    known = peer(view, host, handshake)
    matches = {match.record: match for match in authenticate(tlsa.usable, known)}
    return [
        {**dane.describe(matches[record]), "served": dane.served(record, known.chain)}
        if record in matches
        else _unusable(record, str(why or "insecure"))
        for record, why in tlsa.records
    ]


def advised(view: View, host: str, *handshakes: TlsHandshake) -> list[str]:
    """The records to publish for what the server shows now: the key of each leaf, and the key of the issuer of each when
    that is sent too (RFC 7671 section 8).
    """
    chains = [view.chain(handshake) for handshake in handshakes]
    leaves = [(Usage.DANE_EE, chain[0]) for chain in chains if chain]
    issuers = [(Usage.DANE_TA, dane.issuer_of(chain)) for chain in chains]
    lines = (
        f"_25._tcp.{host}. IN TLSA {usage:d} 1 1 {data.hex()}"
        for usage, item in (*leaves, *issuers)
        if (data := dane.data_if_readable(item, 1, 1)) is not None
    )
    return list(dict.fromkeys(lines))


def _unusable(record: Tlsa, why: str) -> dict[str, Any]:
    return {**dane.describe_record(record), "usable": False, "matched_depth": None, "reason": why}


def _shown(tlsa: TlsaSet) -> list[dict[str, Any]]:
    return [
        {**dane.describe_record(record), "usable": why is None, "reason": why.value if why else ""}
        for record, why in tlsa.records
    ]
