"""What a report document says in the terms of a dashboard: which standards are met, when the first certificate ends, which names are in it. Pure.

The standards are those of the half-yearly measurement of the Dutch government (Forum Standaardisatie, "Meting Informatieveiligheidstandaarden"), a standard
and its strictness apart as there: HTTPS and that it is enforced, DMARC and its policy, STARTTLS and that it follows the NCSC guidelines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.scans.words import Words

Document = dict[str, Any]
MOST_NAMES = 100
LONGEST_NAME = 253


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard, and the beginnings of the ids of the checks that it is about: the required ones, or ``recommended``. Ids are stored: appended, never renamed."""

    id: str
    suite: str
    name: Words
    checks: tuple[str, ...]
    recommended: bool = False


def _same(name: str) -> Words:
    return {"nl": name, "en": name}


STANDARDS = (
    Standard("web-dnssec", "web", _same("DNSSEC"), ("web_dnssec_",)),
    Standard("web-https", "web", _same("HTTPS"), ("web_https_http_available",)),
    Standard(
        "web-https-redirect", "web", {"nl": "HTTPS afgedwongen", "en": "HTTPS enforced"}, ("web_https_http_redirect",)
    ),
    Standard("web-hsts", "web", _same("HSTS"), ("web_https_http_hsts",)),
    Standard(
        "web-tls-ncsc",
        "web",
        {"nl": "TLS volgens NCSC", "en": "TLS as NCSC-NL advises"},
        ("web_https_tls_", "web_https_cert_"),
    ),
    Standard("web-ipv6", "web", _same("IPv6"), ("web_ipv6_",)),
    Standard("web-rpki", "web", _same("RPKI"), ("web_rpki_",)),
    Standard("web-securitytxt", "web", _same("security.txt"), ("web_appsecpriv_securitytxt",), recommended=True),
    Standard("mail-dmarc", "mail", _same("DMARC"), ("mail_auth_dmarc_exist",)),
    Standard("mail-dmarc-policy", "mail", {"nl": "DMARC, streng", "en": "DMARC, strict"}, ("mail_auth_dmarc_policy",)),
    Standard("mail-dkim", "mail", _same("DKIM"), ("mail_auth_dkim_",)),
    Standard("mail-spf", "mail", _same("SPF"), ("mail_auth_spf_exist",)),
    Standard("mail-spf-policy", "mail", {"nl": "SPF, streng", "en": "SPF, strict"}, ("mail_auth_spf_policy",)),
    Standard("mail-dnssec", "mail", {"nl": "DNSSEC, domein", "en": "DNSSEC, domain"}, ("mail_dnssec_mailto_",)),
    Standard(
        "mail-dnssec-mx", "mail", {"nl": "DNSSEC, mailservers", "en": "DNSSEC, mail servers"}, ("mail_dnssec_mx_",)
    ),
    Standard("mail-starttls", "mail", _same("STARTTLS"), ("mail_starttls_tls_available",)),
    Standard(
        "mail-starttls-ncsc",
        "mail",
        {"nl": "STARTTLS volgens NCSC", "en": "STARTTLS as NCSC-NL advises"},
        ("mail_starttls_tls_", "mail_starttls_cert_"),
    ),
    Standard("mail-dane", "mail", _same("DANE"), ("mail_starttls_dane_exist", "mail_starttls_dane_valid")),
    Standard("mail-ipv6", "mail", _same("IPv6"), ("mail_ipv6_",)),
    Standard("mail-rpki", "mail", _same("RPKI"), ("mail_rpki_",)),
)


def standards_of(document: Document) -> dict[str, bool | None]:
    """Standard -> met or not; None when it does not apply or could not be measured. Standards without a check in the document are left out."""
    checks = list(checks_of(document))
    found: dict[str, bool | None] = {}
    for standard in STANDARDS:
        level = "recommended" if standard.recommended else "required"
        statuses = [
            check["status"]
            for check in checks
            if check["id"].startswith(standard.checks) and check["requirement"] == level
        ]
        if statuses and standard.suite == document["suite"]:
            found[standard.id] = _met(statuses, ("failed", "warning") if standard.recommended else ("failed",))
    return found


def _met(statuses: list[str], unmet: tuple[str, ...]) -> bool | None:
    """What is only recommended never fails: a warning is the most that it gets."""
    if any(status in unmet for status in statuses):
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


def certificate_names(document: Document) -> list[str]:
    """The DNS names in the certificates that the domain's servers showed, as the evidence of its checks has them; sorted, at most a hundred."""
    names = {
        str(name)
        for check in checks_of(document)
        for subject in check["subjects"]
        for name in subject["evidence"].get("names") or ()
    }
    return sorted(name for name in names if len(name) <= LONGEST_NAME)[:MOST_NAMES]


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
