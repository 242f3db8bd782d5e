"""Which mail hosts there are to judge, and why there are none (RFC 5321 section 5.1, RFC 7505, RFC 7672 section
2.1.2).
"""

from __future__ import annotations

from checks.dnssec import Security
from checks.evaluate.view import View
from checks.facts.network import Reason
from checks.facts.smtp import SmtpSession
from checks.records.mx import Exchange, MailRoute

# Values that the outcome enums of all mail-host checks share.
NO_HOSTS = "no-hosts"
NULL_MX = "null-mx"
MX_BOGUS = "mx-bogus"
MX_UNKNOWN = "mx-unknown"


def hosts_or_reason(view: View) -> tuple[tuple[Exchange, ...], str]:
    """The hosts, and the word for a check that finds none: ``no-hosts``, ``null-mx``, ``mx-bogus`` or ``mx-unknown``."""
    found = view.mail_hosts
    if found is None:
        return (), MX_BOGUS if view.mx.security is Security.BOGUS else MX_UNKNOWN
    if found.route is MailRoute.NULL_MX:
        return (), NULL_MX
    if found.route is MailRoute.IMPLICIT and all(map(_answers_no_mail, view.sessions)):
        return (), NO_HOSTS
    return found.exchanges, NO_HOSTS


def _answers_no_mail(session: SmtpSession) -> bool:
    """A domain without MX whose web host does not listen on port 25 is no mail host that failed: it receives no mail."""
    return (
        session.greeting is None
        and session.failure is not None
        and session.failure.reason in (Reason.REFUSED, Reason.TIMEOUT, Reason.UNREACHABLE, Reason.NO_IPV6)
    )


def sessions_of(view: View) -> tuple[tuple[SmtpSession, ...], str]:
    """The sessions to judge, and the word for when there are none."""
    hosts, reason = hosts_or_reason(view)
    names = {host.name.rstrip(".") for host in hosts}
    return tuple(session for session in view.sessions if session.host in names), reason
