"""Can mail be delivered to each address over TLS? RFC 3207, RFC 5321, RFC 7504; names the reason when it cannot, and
whose side it is on.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from checks.evaluate import certificate
from checks.evaluate.certificate import Name, Trust
from checks.evaluate.mail_hosts import hosts_or_reason, sessions_of
from checks.evaluate.tlsa import host_tlsa
from checks.evaluate.view import View
from checks.facts.network import OURS, Reason
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.model import Finding, Observation
from checks.policy.smtp_filters import is_masked_greeting, is_masked_keyword
from checks.records.mx import MailRoute
from checks.records.tlsa import Usage


class Starttls(StrEnum):
    """STARTTLS at one address."""

    OK = "ok"
    TLS_DEMANDED = "tls-demanded"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    NULL_MX_WITH_OTHERS = "null-mx-with-others"
    MX_UNKNOWN = "mx-unknown"
    NO_IPV6 = "no-ipv6"
    OURS = "ours"
    UNREACHABLE = "unreachable"
    LIMITED = "limited"
    REFUSED_US = "refused-us"
    NOT_SMTP = "not-smtp"
    NO_ADDRESS = "no-address"
    ADDRESS_UNKNOWN = "address-unknown"
    FORBIDDEN = "forbidden"
    NEVER_MAIL = "never-mail"
    HANDSHAKE = "handshake"
    REJECTED = "rejected"
    NO_STARTTLS = "no-starttls"
    STRIPPED = "stripped"


SLOW_GREETING = 3000  # milliseconds
WITHOUT_TLS = (Starttls.HANDSHAKE, Starttls.REJECTED, Starttls.NO_STARTTLS, Starttls.STRIPPED)  # by their doing
NOBODY_DELIVERS = (Starttls.NO_ADDRESS, Starttls.FORBIDDEN, Starttls.NEVER_MAIL)  # whoever the sender is


def available(view: View) -> Finding:
    """One row for each address of each mail host; a host without a usable address has one row of its own."""
    sessions, reason = sessions_of(view)
    rows = [Observation(session.host, judge(session), evidence(view, session), session.address) for session in sessions]
    rows += _hosts_without_session(view)
    if view.mail_hosts and view.mail_hosts.route is MailRoute.NULL_MX_WITH_OTHERS:
        rows.append(Observation(view.measurement.domain, Starttls.NULL_MX_WITH_OTHERS))
    return Finding(Starttls(reason), tuple(rows))


def _hosts_without_session(view: View) -> list[Observation]:
    hosts, _ = hosts_or_reason(view)
    tested = {session.host for session in view.sessions}
    silent = [host for host in hosts if host.name.rstrip(".") not in tested]
    return [Observation(host.name.rstrip("."), _no_session(view, host.name)) for host in silent]


def is_deliverable(view: View, host: str) -> bool:
    """Whether a sender could deliver to the host (without final dot) as far as we know. Where none can, there is nothing of
    it to judge besides.
    """
    seen = [judge(session) for session in view.sessions if session.host == host] or [_no_session(view, f"{host}.")]
    return any(found not in NOBODY_DELIVERS for found in seen)


def _no_session(view: View, host: str) -> Starttls:
    if view.has_address(host):
        return Starttls.OURS
    return (
        Starttls.ADDRESS_UNKNOWN
        if any(lookup.outcome == "failed" for lookup in view.addresses(host))
        else Starttls.NO_ADDRESS
    )


def judge(session: SmtpSession) -> Starttls:
    """What one address answered. Where the server refuses us, that is its right and no defect (hard rule: a refusal
    is never a verdict).
    """
    if isinstance(session.tls, TlsHandshake):
        demanded = session.rset is not None and session.rset.code == 530  # RFC 3207 section 4
        return Starttls.TLS_DEMANDED if demanded else Starttls.OK
    if isinstance(session.tls, TlsFailure):
        return Starttls.OURS if session.tls.reason is Reason.OURS else Starttls.HANDSHAKE
    for found in (_greeting(session), _hello(session)):
        if found:
            return found
    return _offer(session)


def _greeting(session: SmtpSession) -> Starttls | None:
    """The outcome when the session did not get past the greeting."""
    if session.greeting is None:
        return _no_connection(session)
    match session.greeting.code:
        case 220:
            return None
        case 521 | 556:
            return Starttls.NEVER_MAIL
        case code if 400 <= code < 500:
            return Starttls.LIMITED
        case _:
            return Starttls.REFUSED_US


def _no_connection(session: SmtpSession) -> Starttls:
    reason = session.failure.reason if session.failure else Reason.OURS
    match reason:
        case Reason.NO_IPV6:
            return Starttls.NO_IPV6
        case Reason.FORBIDDEN:
            return Starttls.FORBIDDEN
        case Reason.PROTOCOL | Reason.TOO_MUCH:
            return Starttls.NOT_SMTP
        case reason if reason in OURS:
            return Starttls.OURS
        case Reason.RESET | Reason.CLOSED:
            return Starttls.REFUSED_US
        case _:
            return Starttls.UNREACHABLE


def _hello(session: SmtpSession) -> Starttls | None:
    """The outcome when EHLO got no list of extensions. A refused EHLO with an accepted HELO offers none (RFC 5321
    section 3.2).
    """
    if session.ehlo is not None and session.ehlo.code == 250:
        return None
    if session.helo is not None and session.helo.code == 250:
        return Starttls.NO_STARTTLS
    if session.ehlo is not None and 400 <= session.ehlo.code < 500:
        return Starttls.LIMITED
    return Starttls.REFUSED_US if session.ehlo is not None or session.failure is None else _broken_off(session)


def _broken_off(session: SmtpSession) -> Starttls:
    reason = session.failure.reason if session.failure else Reason.OURS
    return {
        Reason.OURS: Starttls.OURS,
        Reason.PROTOCOL: Starttls.NOT_SMTP,
        Reason.TOO_MUCH: Starttls.NOT_SMTP,
        Reason.TIMEOUT: Starttls.LIMITED,
    }.get(reason, Starttls.REFUSED_US)


def masked_words(session: SmtpSession) -> str:
    """The EHLO keyword that a firewall wrote over, or else the greeting, or an empty string."""
    greeting = session.greeting.lines if session.greeting else ()
    masked = (*filter(is_masked_keyword, session.extensions), *filter(is_masked_greeting, greeting))
    return next(iter(masked), "")


def _offer(session: SmtpSession) -> Starttls:
    if "STARTTLS" not in session.extensions:
        return Starttls.STRIPPED if masked_words(session) else Starttls.NO_STARTTLS
    if session.starttls is None:
        return _broken_off(session)
    return Starttls.HANDSHAKE if session.starttls.code == 220 else Starttls.REJECTED


def evidence(view: View, session: SmtpSession) -> dict[str, Any]:
    """What to show of a session."""
    shown: dict[str, Any] = {
        "connect_ms": session.connect_ms,
        "greeting_ms": session.greeting_ms,
        "connections": session.attempts,
        "transcript": list(session.transcript),
    }
    for reply in (session.starttls, session.ehlo, session.greeting):
        if reply is not None and reply.code >= 400:
            shown["reply"] = f"{reply.code} {' '.join(reply.lines)}"[:200]
            break
    if keyword := masked_words(session):
        shown["masked"] = keyword
    if codes := remarks(session):
        shown["remarks"] = codes
    if session.measured_ago:
        shown["measured_ago"] = session.measured_ago
    if other := session.other_try:
        shown["other_try"] = {"came_to": judge(other).value, "transcript": list(other.transcript)}
    if session.failure:
        shown["failure"] = session.failure.reason.value
    match session.tls:
        case TlsHandshake() as tls:
            shown |= {
                "version": tls.version,
                "cipher": tls.cipher,
                "certificates": certificate.describe_chain(view, tls),
            }
        case TlsFailure() as tls:
            shown |= {"alert": tls.alert or tls.reason.value, "detail": tls.detail}
    return shown


def other_leaf(session: SmtpSession) -> bool:
    """Whether the server showed another leaf to clients that want the other kind of key."""
    shown = [tls.chain[:1] for tls in (session.tls, session.other_tls) if isinstance(tls, TlsHandshake)]
    return len(shown) == 2 and shown[0] != shown[1]


def _other_default(session: SmtpSession) -> bool:
    """Whether a client that sends no name is shown a leaf that no client with a name is."""
    named = [tls.chain[:1] for tls in (session.tls, session.other_tls) if isinstance(tls, TlsHandshake)]
    return bool(session.unnamed) and session.unnamed[:1] not in named


def remarks(session: SmtpSession) -> list[str]:
    """What is worth a word though it decides nothing, as codes."""
    found = {
        "intermittent": session.other_try is not None,  # another try of ours came to something else
        "slow-greeting": session.greeting_ms >= SLOW_GREETING,
        "bytes-before-tls": session.discarded > 0,  # RFC 3207 section 4.2: they were thrown away
        "bare-line-feeds": session.bare_lf,  # RFC 5321 section 2.3.8
        "starttls-inside-tls": "STARTTLS" in session.secured,  # RFC 3207 section 4.2
        "requiretls": "REQUIRETLS" in session.secured,  # RFC 8689: a compliment
        "two-certificates": isinstance(session.other_tls, TlsHandshake) and other_leaf(session),
        "other-default": _other_default(session),  # RFC 7672 section 8.1: senders with DANE send a name, others may not
        "short-hello": isinstance(session.tls, TlsHandshake) and session.tls.short_hello,
        "asks-certificate": isinstance(session.tls, TlsHandshake) and session.tls.asks_certificate,
    }
    return [code for code, holds in found.items() if holds]


def _no_handshake(session: SmtpSession) -> str:
    """``no-tls`` when the server has none, ``unknown`` when we could not see."""
    seen = (*WITHOUT_TLS, *NOBODY_DELIVERS)
    return "no-tls" if judge(session) in seen else "unknown"


def chain(view: View) -> Finding:
    """Whether each address's chain leads to a trusted root. Optional for mail: DANE does not need it (RFC 7672
    section 1.3).
    """
    sessions, _ = sessions_of(view)
    rows = (
        certificate.observe_trust(view, session.tls, session.host, session.address)
        if isinstance(session.tls, TlsHandshake)
        else Observation(session.host, Trust(_no_handshake(session)), {}, session.address)
        for session in sessions
    )
    return Finding(Trust.NO_TLS, tuple(rows))


def name(view: View) -> Finding:
    """Whether each address's certificate is for the mail host. Decides delivery where a DANE-TA record is published
    (RFC 7672 section 3.1.2).
    """
    sessions, _ = sessions_of(view)
    return Finding(Name.NO_TLS, tuple(_name_row(view, session) for session in sessions))


def _name_row(view: View, session: SmtpSession) -> Observation:
    if not isinstance(session.tls, TlsHandshake):
        return Observation(session.host, Name(_no_handshake(session)), {}, session.address)
    dane_ta = any(record.usage == Usage.DANE_TA for record in host_tlsa(view, session.host).usable)
    return certificate.observe_name(view, session.tls, session.host, session.address, dane_ta=dane_ta)
