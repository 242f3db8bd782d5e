"""What a report document says in the terms of a dashboard: which standards are met, when the first certificate ends. Pure.

The standards are those of the half-yearly measurement of open standards of the Dutch government, as far as the catalogue has checks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard, and the beginnings of the ids of the checks that it is about."""

    id: str
    suite: str
    name: str
    checks: tuple[str, ...]


STANDARDS = (
    Standard("web-ipv6", "web", "IPv6, web", ("web_ipv6_",)),
    Standard("web-dnssec", "web", "DNSSEC, web", ("web_dnssec_",)),
    Standard("web-https", "web", "HTTPS", ("web_https_http_available", "web_https_http_redirect")),
    Standard("web-hsts", "web", "HSTS", ("web_https_http_hsts",)),
    Standard("web-rpki", "web", "RPKI, web", ("web_rpki_",)),
    Standard("mail-ipv6", "mail", "IPv6, mail", ("mail_ipv6_",)),
    Standard("mail-dnssec", "mail", "DNSSEC, mail", ("mail_dnssec_",)),
    Standard("mail-dmarc", "mail", "DMARC", ("mail_auth_dmarc_",)),
    Standard("mail-dkim", "mail", "DKIM", ("mail_auth_dkim_",)),
    Standard("mail-spf", "mail", "SPF", ("mail_auth_spf_",)),
    Standard("mail-starttls", "mail", "STARTTLS", ("mail_starttls_tls_available",)),
    Standard("mail-dane", "mail", "DANE", ("mail_starttls_dane_exist", "mail_starttls_dane_valid")),
    Standard("mail-rpki", "mail", "RPKI, mail", ("mail_rpki_",)),
)


def standards_of(document: Document) -> dict[str, bool | None]:
    """Standard -> met or not; None when it does not apply or could not be measured. Standards without a check in the document are left out."""
    checks = list(checks_of(document))
    found: dict[str, bool | None] = {}
    for standard in STANDARDS:
        statuses = [
            check["status"]
            for check in checks
            if check["id"].startswith(standard.checks) and check["requirement"] == "required"
        ]
        if statuses and standard.suite == document["suite"]:
            found[standard.id] = _met(statuses)
    return found


def _met(statuses: list[str]) -> bool | None:
    if "failed" in statuses:
        return False
    if "error" in statuses or not {"passed", "info", "warning"} & set(statuses):
        return None
    return True


def states_of(document: Document) -> dict[str, str]:
    """Category -> status."""
    return {category["id"]: category["status"] for category in document["categories"]}


def checks_of(document: Document) -> Iterator[Document]:
    """Every check of a document."""
    for category in document["categories"]:
        yield from category["checks"]


def certificate_ends(document: Document) -> date | None:
    """The day on which the first certificate of the domain ends, as the evidence of its checks says; None when no certificate was seen."""
    days = [
        day
        for check in checks_of(document)
        for subject in check["subjects"]
        if (day := _day(subject["evidence"].get("not_after")))
    ]
    return min(days, default=None)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
