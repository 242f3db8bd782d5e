"""Runs a judgement of TLS over every address of a web host, or of every mail host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from checks.evaluate import https, starttls
from checks.evaluate.https import Https
from checks.evaluate.mail_hosts import sessions_of
from checks.evaluate.starttls import Starttls
from checks.evaluate.tls_reading import Reading
from checks.evaluate.view import View
from checks.facts.tls import TlsHandshake
from checks.model import Evidence, Finding, Observation

Judged = tuple[StrEnum, Evidence]
Judgement = Callable[[Reading, View], Judged]
NO_TLS, UNKNOWN = "no-tls", "unknown"  # outcomes that the enums of all these judgements have

# Where there is no TLS for certain; elsewhere we could not see.
_NO_HTTPS = frozenset({Https.HANDSHAKE, Https.SILENT, Https.NO_HTTPS, Https.FORBIDDEN})
_NO_STARTTLS = frozenset(
    {
        Starttls.HANDSHAKE,
        Starttls.REJECTED,
        Starttls.NO_STARTTLS,
        Starttls.STRIPPED,
        Starttls.NEVER_MAIL,
        Starttls.FORBIDDEN,
    }
)


def web(kind: type[StrEnum], judgement: Judgement) -> Callable[[View], Finding]:
    """The evaluator of a web check: ``judgement`` at each address that has TLS."""

    def rows(view: View) -> Iterator[Observation]:
        for endpoint in view.endpoints:
            absent = NO_TLS if https.judge(endpoint) in _NO_HTTPS else UNKNOWN
            yield _row(view, kind, judgement, (endpoint.host, endpoint.address), endpoint.tls, absent)

    return lambda view: Finding(kind(NO_TLS), tuple(rows(view)))


def mail(kind: type[StrEnum], judgement: Judgement) -> Callable[[View], Finding]:
    """The evaluator of a mail check: ``judgement`` at each address of each mail host that has STARTTLS."""

    def rows(view: View) -> Iterator[Observation]:
        for session in sessions_of(view)[0]:
            absent = NO_TLS if starttls.judge(session) in _NO_STARTTLS else UNKNOWN
            yield _row(view, kind, judgement, (session.host, session.address), session.tls, absent)

    return lambda view: Finding(kind(NO_TLS), tuple(rows(view)))


def _row(
    view: View, kind: type[StrEnum], judgement: Judgement, who: tuple[str, str], tls: object, absent: str
) -> Observation:
    host, address = who
    if not isinstance(tls, TlsHandshake):
        return Observation(host, kind(absent), {}, address)
    scan = view.tls_scan(host, address)
    if scan is None:
        return Observation(host, kind(UNKNOWN), {}, address)
    outcome, evidence = judgement(Reading(scan, tls, view.tls_profile), view)
    return Observation(host, outcome, evidence, address)
