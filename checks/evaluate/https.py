"""The website over HTTPS, at each address: is it there, does plain HTTP lead to it, does it say HSTS, and is the
certificate right? RFC 9110, RFC 6797.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from checks.dnssec import Outcome
from checks.evaluate import certificate
from checks.evaluate.certificate import Name, Trust
from checks.evaluate.refusal import is_challenge, refused_us
from checks.evaluate.view import View
from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.network import OURS, Reason, Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.model import Finding, Observation
from checks.records import hsts

ONE_YEAR = 31_536_000  # seconds
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Https(StrEnum):
    """HTTPS at one address."""

    OK = "ok"
    NO_IPV6 = "no-ipv6"
    OURS = "ours"
    ADDRESS_UNKNOWN = "address-unknown"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no-address"
    FORBIDDEN = "forbidden"
    HANDSHAKE = "handshake"
    SILENT = "silent"
    NO_HTTPS = "no-https"


class Redirect(StrEnum):
    """Where plain HTTP leads."""

    OK = "ok"
    NO_HTTP = "no-http"
    NO_HTTPS = "no-https"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    OTHER_HOST = "other-host"
    STAYS_PLAIN = "stays-plain"
    NO_REDIRECT = "no-redirect"


class Hsts(StrEnum):
    """The HSTS policy over HTTPS."""

    OK = "ok"
    NO_HTTPS = "no-https"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    TOO_SHORT = "too-short"
    MALFORMED = "malformed"
    ABSENT = "absent"


def available(view: View) -> Finding:
    """One row for each address of the host."""
    rows = tuple(
        Observation(endpoint.host, judge(endpoint), _evidence(view, endpoint), endpoint.address)
        for endpoint in view.endpoints
    )
    return Finding(_without_endpoint(view), rows)


def _without_endpoint(view: View) -> Https:
    if view.has_address(view.domain):
        return Https.OURS
    failed = any(lookup.outcome is Outcome.FAILED for lookup in view.addresses(view.domain))
    return Https.ADDRESS_UNKNOWN if failed else Https.NO_ADDRESS


def judge(endpoint: WebEndpoint) -> Https:
    """What port 443 answered. Silence there counts against the site only when port 80 of the same address does
    answer.
    """
    match endpoint.tls:
        case TlsHandshake():
            return Https.OK
        case TlsFailure(reason=reason):
            return Https.OURS if reason is Reason.OURS else Https.HANDSHAKE
        case Unreachable(reason=Reason.NO_IPV6):
            return Https.NO_IPV6
        case Unreachable(reason=Reason.FORBIDDEN):
            return Https.FORBIDDEN
        case Unreachable(reason=reason) if reason in OURS:
            return Https.OURS
    if not isinstance(endpoint.http, HttpResponse):
        return Https.UNREACHABLE
    return Https.NO_HTTPS if endpoint.tls.reason is Reason.REFUSED else Https.SILENT


def _evidence(view: View, endpoint: WebEndpoint) -> dict[str, Any]:
    match endpoint.tls:
        case TlsHandshake() as tls:
            return {"version": tls.version, "cipher": tls.cipher, "certificates": certificate.describe_chain(view, tls)}
        case TlsFailure() as failure:
            return {"alert": failure.alert or failure.reason.value, "detail": failure.detail}
    return {"failure": endpoint.tls.reason.value}


def _no_https(endpoint: WebEndpoint) -> str:
    """``no-https`` when the site has none, ``unknown`` when we could not see."""
    return (
        "no-https" if judge(endpoint) in (Https.HANDSHAKE, Https.SILENT, Https.NO_HTTPS, Https.FORBIDDEN) else "unknown"
    )


def redirect(view: View) -> Finding:
    """The first redirect of ``http://host/`` has to lead to https on the same host, before any other (so that HSTS of
    that host is seen).
    """
    return Finding(Redirect.NO_HTTPS, tuple(_redirect_row(endpoint) for endpoint in view.endpoints))


def _redirect_row(endpoint: WebEndpoint) -> Observation:
    if judge(endpoint) is not Https.OK:
        return Observation(endpoint.host, Redirect(_no_https(endpoint)), {}, endpoint.address)
    match endpoint.http:
        case Unreachable(reason=Reason.REFUSED):
            return Observation(endpoint.host, Redirect.NO_HTTP, {}, endpoint.address)
        case Unreachable(reason=reason):
            outcome = Redirect.NO_HTTP if reason in (Reason.TIMEOUT, Reason.UNREACHABLE) else Redirect.UNKNOWN
            return Observation(endpoint.host, outcome, {"failure": reason.value}, endpoint.address)
    location = next(iter(endpoint.http.header("location")), "")
    shown = {"status": endpoint.http.status, "location": location[:300] or "-"}
    outcome = _redirect_to(endpoint.host, endpoint.http.status, location)
    if outcome is Redirect.NO_REDIRECT and _refused(endpoint):
        outcome = Redirect.REFUSED
    return Observation(endpoint.host, outcome, shown, endpoint.address)


def _refused(endpoint: WebEndpoint) -> bool:
    """Whether port 80 refuses us, and not plain HTTP: then port 443 refuses us as well, or it is a page for people only."""
    if not isinstance(endpoint.http, HttpResponse) or not refused_us(endpoint.http):
        return False
    both = isinstance(endpoint.https, HttpResponse) and refused_us(endpoint.https)
    return both or is_challenge(endpoint.http)


def _redirect_to(host: str, status: int, location: str) -> Redirect:
    """The outcome of one answer on port 80. A port is no fault, as HSTS is of the name (RFC 6797 section 8.3); a relative
    location stays on http.
    """
    if status not in _REDIRECTS or not location:
        return Redirect.NO_REDIRECT
    try:
        url = urlsplit(location.strip())
        _ = url.port
    except ValueError:
        return Redirect.NO_REDIRECT
    if url.scheme.lower() != "https" or not url.hostname:
        return Redirect.STAYS_PLAIN
    return Redirect.OK if url.hostname.rstrip(".").lower() == host else Redirect.OTHER_HOST


def strict_transport(view: View) -> Finding:
    """Only over HTTPS, and only the first field counts (RFC 6797 section 8.1)."""
    return Finding(Hsts.NO_HTTPS, tuple(_hsts_row(endpoint) for endpoint in view.endpoints))


def _hsts_row(endpoint: WebEndpoint) -> Observation:
    if judge(endpoint) is not Https.OK:
        return Observation(endpoint.host, Hsts(_no_https(endpoint)), {}, endpoint.address)
    if not isinstance(endpoint.https, HttpResponse):
        reason = endpoint.https.reason.value if endpoint.https else "not-asked"
        return Observation(endpoint.host, Hsts.UNKNOWN, {"failure": reason}, endpoint.address)
    fields, status = endpoint.https.header("strict-transport-security"), endpoint.https.status
    if not fields:
        absent = Hsts.REFUSED if refused_us(endpoint.https) else Hsts.ABSENT
        return Observation(endpoint.host, absent, {"status": status}, endpoint.address)
    policy, shown = hsts.parse(fields[0]), {"header": fields[0][:300], "fields": len(fields)}
    if isinstance(policy, hsts.Malformed):
        return Observation(endpoint.host, Hsts.MALFORMED, {**shown, "why": policy.why}, endpoint.address)
    outcome = Hsts.OK if policy.max_age >= ONE_YEAR else Hsts.TOO_SHORT
    if outcome is Hsts.TOO_SHORT and is_challenge(endpoint.https):
        outcome = Hsts.REFUSED
    return Observation(endpoint.host, outcome, {**shown, "max_age": policy.max_age, "status": status}, endpoint.address)


def chain(view: View) -> Finding:
    """Whether each address's chain leads to a trusted root."""
    rows = (
        certificate.observe_trust(view, endpoint.tls, endpoint.host, endpoint.address)
        if isinstance(endpoint.tls, TlsHandshake)
        else Observation(endpoint.host, _untested(Trust, endpoint), {}, endpoint.address)
        for endpoint in view.endpoints
    )
    return Finding(Trust.NO_TLS, tuple(rows))


def name(view: View) -> Finding:
    """Whether each address's certificate is for the host."""
    rows = (
        certificate.observe_name(view, endpoint.tls, endpoint.host, endpoint.address)
        if isinstance(endpoint.tls, TlsHandshake)
        else Observation(endpoint.host, _untested(Name, endpoint), {}, endpoint.address)
        for endpoint in view.endpoints
    )
    return Finding(Name.NO_TLS, tuple(rows))


def _untested(kind: type[Trust] | type[Name], endpoint: WebEndpoint) -> Trust | Name:
    return kind("no-tls" if _no_https(endpoint) == "no-https" else "unknown")
