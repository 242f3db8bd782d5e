"""Does a server forget what came in clear before TLS? (RFC 3207 section 4.2, CVE-2011-0411)"""

from __future__ import annotations

from enum import StrEnum

from checks.evaluate.mail_hosts import sessions_of
from checks.evaluate.view import View
from checks.facts import smtp as facts
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation


class Injection(StrEnum):
    """One address."""

    OK = "ok"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    SPARED = "spared"  # a server that greets slowly is not asked what does not count
    EXECUTED = "executed"


_MEANING = {
    facts.Injection.FORGOTTEN: Injection.OK,
    facts.Injection.REFUSED: Injection.OK,
    facts.Injection.EXECUTED: Injection.EXECUTED,
    facts.Injection.UNSEEN: Injection.UNKNOWN,
}


def injection(view: View) -> Finding:
    """One row for each address."""
    sessions, _ = sessions_of(view)
    return Finding(Injection.NO_TLS, tuple(map(_row, sessions)))


def _row(session: SmtpSession) -> Observation:
    if session.injection is not None:
        evidence = {"noop": session.injection.value, "extensions": list(session.secured)}
        return Observation(session.host, _MEANING[session.injection], evidence, session.address)
    found = Injection.SPARED if isinstance(session.tls, TlsHandshake) else Injection.NO_TLS
    return Observation(session.host, found, {}, session.address)
