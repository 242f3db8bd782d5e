"""DANE for the web: all four usages; PKIX-TA and PKIX-EE ask for a trusted chain besides (RFC 6698 section 2.1.1).
Browsers do not look, so it is a plus, never a must.
"""

from __future__ import annotations

from enum import StrEnum

from checks.dnssec import Outcome, Security
from checks.evaluate import certificate, dane
from checks.evaluate.certificate import Trust
from checks.evaluate.dane import Fit, Peer, authenticate
from checks.evaluate.https import Https, judge
from checks.evaluate.tlsa import TlsaSet, web_tlsa
from checks.evaluate.view import View
from checks.facts.http import WebEndpoint
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation


class Exists(StrEnum):
    """TLSA records for the web host."""

    OK = "ok"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    INSECURE = "insecure"
    BOGUS = "bogus"


class Valid(StrEnum):
    """Whether the server at an address fits the records."""

    OK = "ok"
    NO_TLSA = "no-tlsa"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    NO_USABLE = "no-usable"
    NO_MATCH = "no-match"


def exists(view: View) -> Finding:
    """The TLSA records of the host itself."""
    tlsa = web_tlsa(view, view.measurement.domain)
    shown = {
        "owner": tlsa.lookup.name,
        "dnssec": tlsa.lookup.security.value,
        "records": [dane.describe_record(record) for record, _ in tlsa.records],
    }
    return Finding(Exists.UNKNOWN, (Observation(view.measurement.domain, _existence(tlsa), shown),))


def _existence(tlsa: TlsaSet) -> Exists:
    match tlsa.lookup.security, tlsa.lookup.outcome:
        case Security.BOGUS, _:
            return Exists.BOGUS
        case Security.INDETERMINATE, _:
            return Exists.UNKNOWN
        case _, Outcome.FOUND:
            return Exists.OK if tlsa.secure else Exists.INSECURE
        case _:
            return Exists.ABSENT


def valid(view: View) -> Finding:
    """One row for each address: does what it shows fit a record?"""
    tlsa = web_tlsa(view, view.measurement.domain)
    return Finding(Valid.NO_TLS, tuple(_valid_row(view, tlsa, endpoint) for endpoint in view.endpoints))


def _valid_row(view: View, tlsa: TlsaSet, endpoint: WebEndpoint) -> Observation:
    if not tlsa.secure:
        unknown = tlsa.lookup.security is Security.INDETERMINATE
        return Observation(endpoint.host, Valid.UNKNOWN if unknown else Valid.NO_TLSA, {}, endpoint.address)
    if not tlsa.usable:
        return Observation(
            endpoint.host,
            Valid.NO_USABLE,
            {"records": [dane.describe_record(record) for record, _ in tlsa.records]},
            endpoint.address,
        )
    if not isinstance(endpoint.tls, TlsHandshake):
        seen = judge(endpoint) in (Https.HANDSHAKE, Https.SILENT, Https.NO_HTTPS)
        return Observation(endpoint.host, Valid.NO_TLS if seen else Valid.UNKNOWN, {}, endpoint.address)
    matches = authenticate(tlsa.usable, _peer(view, endpoint.host, endpoint.tls))
    outcome = Valid.OK if any(match.fit is Fit.MATCH for match in matches) else Valid.NO_MATCH
    return Observation(
        endpoint.host,
        outcome,
        {"owner": tlsa.lookup.name, "records": [dane.describe(match) for match in matches]},
        endpoint.address,
    )


def _peer(view: View, host: str, handshake: TlsHandshake) -> Peer:
    chain = view.chain(handshake)
    named = bool(chain) and chain[0] is not None and certificate.matches(certificate.dns_names(chain[0]), host)
    trusted = certificate.trust(handshake) is Trust.OK and named
    return Peer(chain, frozenset({host}), view.measured_at, trusted)
