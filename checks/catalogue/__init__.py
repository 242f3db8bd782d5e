"""The catalogue: every check as data, with its rulings, and the version that any change able to move a score must
raise.

``CATALOGUE[id]`` is a check with its texts; ``CATALOGUE.of(suite)`` the checks of a suite in order;
``CATALOGUE.categories`` the categories in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from checks.catalogue import (
    categories,
    ipv6,
    mail_auth,
    mail_dnssec,
    mail_starttls,
    mail_tls,
    rpki,
    tls_caa,
    web_appsecpriv,
    web_dnssec,
    web_https,
    web_tls,
)
from checks.model import Category, Check, Suite
from checks.texts import evidence, fill, load, reasons, remarks

VERSION = "2026.11"


class Catalogue(Mapping[str, Check]):
    """All checks by id, in the order of the report."""

    version = VERSION

    def __init__(self, categories: tuple[Category, ...], checks: tuple[Check, ...]) -> None:
        self.categories = {category.id: category for category in categories}
        self._checks = {check.id: replace(check, texts=load(check.id)) for check in checks}

    def __getitem__(self, check_id: str) -> Check:
        return self._checks[check_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._checks)

    def __len__(self) -> int:
        return len(self._checks)

    def of(self, suite: Suite) -> tuple[Check, ...]:
        """The checks of a suite, in the order of the report."""
        return tuple(check for check in self._checks.values() if self.categories[check.category].suite is suite)

    def reasons(self, language: str) -> Mapping[str, str]:
        """The words of the reasons that evidence gives as codes, for use within a sentence."""
        return reasons(language)

    def label(self, key: str, language: str) -> str:
        """The name of a key of evidence; a key without one as it is."""
        return evidence(language)["label"].get(key, key.replace("_", " "))

    def meaning(self, key: str, code: str, language: str) -> str | None:
        """What a code means that evidence gives under a key, or None for one without words. Under ``fit`` stand the
        reasons of TLSA records.
        """
        return evidence(language).get(key, {}).get(code)

    def remark(self, told: Mapping[str, object], language: str) -> str:
        """A remark of the evidence (its ``note`` and values) as a sentence; the code itself when it has no words."""
        note = str(told.get("note", ""))
        return fill(remarks(language).get(note, note), told)


CATALOGUE = Catalogue(
    categories.CATEGORIES,
    (
        *ipv6.WEB_CHECKS,
        *web_dnssec.CHECKS,
        *web_https.CHECKS,
        *web_tls.CHECKS,
        *tls_caa.WEB_CHECKS,
        *web_appsecpriv.HTTPS_CHECKS,
        *web_appsecpriv.CHECKS,
        *rpki.WEB_CHECKS,
        *ipv6.MAIL_CHECKS,
        *mail_dnssec.CHECKS,
        *mail_auth.CHECKS,
        *mail_starttls.CHECKS,
        *mail_tls.CHECKS,
        *tls_caa.MAIL_CHECKS,
        *rpki.MAIL_CHECKS,
    ),
)
