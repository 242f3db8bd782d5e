"""Which certificate authorities may issue for a host (RFC 8659): the CAA records at its name or above it, whether they
are well-formed, and whether the issuer of the certificate in use is among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from checks.evaluate.mail_hosts import hosts_or_reason
from checks.evaluate.view import View
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation
from checks.policy.caa import issuer_domains
from checks.records import caa
from checks.records.caa import Property


class Caa(StrEnum):
    """The CAA records of a host."""

    OK = "ok"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    OTHER_ISSUER = "other-issuer"
    UNKNOWN = "unknown"
    MX_UNKNOWN = "mx-unknown"
    SYNTAX = "syntax"
    NO_ISSUE = "no-issue"
    ABSENT = "absent"


def web(view: View) -> Finding:
    """The web host."""
    shown = [endpoint.tls for endpoint in view.endpoints if isinstance(endpoint.tls, TlsHandshake)]
    return Finding(Caa.UNKNOWN, (_row(view, view.domain, shown),))


def mail(view: View) -> Finding:
    """Each mail host."""
    hosts, reason = hosts_or_reason(view)
    rows = []
    for host in hosts:
        own = [session.tls for session in view.sessions if session.host == host.name.rstrip(".")]
        rows.append(_row(view, host.name, [tls for tls in own if isinstance(tls, TlsHandshake)]))
    return Finding(Caa(reason), tuple(rows))


def _row(view: View, name: str, handshakes: Iterable[TlsHandshake]) -> Observation:
    found = view.caa(name)
    host = name.rstrip(".")
    if found.failed is not None:
        return Observation(host, Caa.UNKNOWN, {"reason": found.failed.reason.value, "owner": found.owner})
    if found.lookup is None:
        return Observation(host, Caa.ABSENT, {"advised": _advised(view, host, handshakes)})
    properties = [(text, caa.parse(text)) for text in found.texts]
    evidence: dict[str, Any] = {
        "owner": found.owner,
        "records": [text[:300] for text, _ in properties][:20],
        "dnssec": found.lookup.security.value,
        "aliases": list(found.lookup.aliases),
    }
    faults = [
        (text, "syntax" if item is None else item.fault) for text, item in properties if item is None or item.fault
    ]
    read = [item for _, item in properties if item is not None and not item.fault]
    issuer = _stranger(view, read, handshakes)
    if not any(item.tag == "issue" for item in read):
        outcome = Caa.SYNTAX if any(item and item.tag == "issue" for _, item in properties) else Caa.NO_ISSUE
    elif faults:
        outcome = Caa.SYNTAX
    else:
        outcome = Caa.OTHER_ISSUER if issuer else Caa.OK
    if outcome is Caa.SYNTAX:
        evidence |= {"term": faults[0][0][:120], "why": str(faults[0][1])}
    if issuer:
        evidence["issuer"] = issuer
    return Observation(host, outcome, evidence)


def _issuers(view: View, handshakes: Iterable[TlsHandshake]) -> list[str]:
    """The organisations that issued the certificates in use."""
    leaves = [chain[0] for handshake in handshakes if (chain := view.chain(handshake))]
    return list(dict.fromkeys(name for leaf in leaves if leaf is not None for name in _organisations(leaf)))


def _organisations(leaf: x509.Certificate) -> list[str]:
    """The issuer by name; a certificate that nobody but its holder issued has none."""
    try:
        if leaf.issuer == leaf.subject:
            return []
        return [str(item.value) for item in leaf.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    except ValueError:  # an issuer that cannot be read names nobody
        return []


def _stranger(view: View, properties: Iterable[Property], handshakes: Iterable[TlsHandshake]) -> str:
    """An issuer of a certificate in use that the records do not name; empty when there is none, or we cannot tell."""
    allowed = {item.issuer for item in properties if item.tag in ("issue", "issuewild")} - {""}
    known = issuer_domains()
    issuers = _issuers(view, handshakes)
    if not allowed:  # nobody may issue, so whoever did is not among them
        return issuers[0] if issuers else ""
    return next((name for name in issuers if name in known and not known[name] & allowed), "")


def _advised(view: View, host: str, handshakes: Iterable[TlsHandshake]) -> list[str]:
    """A record for the issuer in use, when we know how it is named."""
    known = issuer_domains()
    names = [min(sorted(known[name]), key=len) for name in _issuers(view, handshakes) if name in known]
    return [f'{host}. IN CAA 0 issue "{name}"' for name in dict.fromkeys(names)]
