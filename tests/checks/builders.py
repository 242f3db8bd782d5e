"""Facts for tests of evaluators, each with everything in order unless told otherwise, and a view over them that needs no signed answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.dnssec import Lookup, Outcome, Security, Why
from checks.evaluate.view import View
from checks.facts.http import HttpResponse, WebEndpoint
from checks.facts.measurement import Measurement
from checks.facts.smtp import Reply, SmtpSession
from checks.facts.tls import TlsHandshake, Verification
from checks.model import Suite
from tests.checks.made import NOW, Made

DOMAIN = "good.example"
MX = "mx1.good.example"
TRUSTED = Verification(0, "ok", 0)


def a_lookup(name: str, rdtype: str, *records: str, security: Security = Security.SECURE, **changes: Any) -> Lookup:
    """A look-up that found the records, or proved that there are none."""
    outcome = Outcome.FOUND if records else Outcome.NO_DATA
    reason = Why.OK if security is Security.SECURE else Why.NO_DS
    fields = {
        "outcome": outcome,
        "security": security,
        "reason": reason,
        "where": name,
        "records": records,
        "ttl": 3600,
    }
    return Lookup(name, rdtype, **{**fields, **changes})


def a_handshake(*chain: Made, verification: Verification = TRUSTED, name: str = MX) -> TlsHandshake:
    return TlsHandshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", name, tuple(made.b64 for made in chain), verification)


def a_session(**changes: Any) -> SmtpSession:
    """A session that got as far as a handshake with a certificate nobody looks at."""
    fields: dict[str, Any] = {
        "host": MX,
        "address": "192.0.2.25",
        "port": 25,
        "greeting": Reply(220, ("mx1.good.example ESMTP",)),
        "ehlo": Reply(250, ("mx1.good.example", "STARTTLS")),
        "extensions": ("STARTTLS",),
        "starttls": Reply(220, ("go ahead",)),
        "tls": a_handshake(),
    }
    return SmtpSession(**{**fields, **changes})


def an_endpoint(**changes: Any) -> WebEndpoint:
    """A web address that redirects to https and says HSTS there."""
    fields: dict[str, Any] = {
        "host": DOMAIN,
        "address": "192.0.2.80",
        "http": HttpResponse(301, (("Location", f"https://{DOMAIN}/"),)),
        "tls": a_handshake(name=DOMAIN),
        "https": HttpResponse(200, (("Strict-Transport-Security", "max-age=31536000"),)),
    }
    return WebEndpoint(**{**fields, **changes})


def a_view(
    suite: Suite, *lookups: Lookup, smtp: tuple[SmtpSession, ...] = (), web: tuple[WebEndpoint, ...] = ()
) -> View:
    """A view whose look-ups are those given; any other name is proven not to have the record."""
    table: Mapping[tuple[str, str], Lookup] = {(lookup.name, lookup.rdtype): lookup for lookup in lookups}
    measurement = Measurement(DOMAIN, suite, NOW, smtp=smtp, web=web)
    return View(measurement, lambda name, rdtype: table.get((name, rdtype)) or a_lookup(name, rdtype))


def a_mail_view(*sessions: SmtpSession, lookups: tuple[Lookup, ...] = ()) -> View:
    """A mail domain with one MX whose address is known; ``lookups`` add to that or replace it."""
    usual = (a_lookup("good.example.", "MX", "10 mx1.good.example."), a_lookup("mx1.good.example.", "A", "192.0.2.25"))
    return a_view(Suite.MAIL, *usual, *lookups, smtp=sessions)
