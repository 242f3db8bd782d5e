"""Every outcome that a check which counts can rule against a domain has a practice domain that shows it, or a reason here
why none can.
"""

from __future__ import annotations

import pytest

from checks import CATALOGUE
from checks.model import Check, Requirement, Status, status_of
from lab import PRACTICE, Domain
from tests.practice.expected import EXPECTED

PYTHON = "Python's ssl cannot be told to do it; tests/agreement has servers of others that do"
TABLES = "practice and real domains share one set of tables; tests/practice/test_routes.py brings its own"
WITHOUT_DOMAIN = {
    "web_dnssec_valid unsupported": "no library signs with an algorithm that ours does not know; tests/checks/dnssec has zones made by hand",
    "mail_dnssec_mailto_valid unsupported": "as for the website",
    "mail_dnssec_mx_valid unsupported": "as for the website",
    "web_https_cert_chain other": "what OpenSSL has no common word for",
    "web_https_tls_version phase-out": "the guidelines of 2025-05 have no version at this level",
    "mail_starttls_tls_version phase-out": "the guidelines of 2025-05 have no version at this level",
    **{
        f"{prefix}_{name}": PYTHON
        for prefix in ("web_https", "mail_starttls")
        for name in ("tls_compress wrong", "tls_secreneg wrong", "cert_sig insufficient")
    },
    "web_https_tls_0rtt on": PYTHON,
    **{
        f"{prefix}_{name}": TABLES
        for prefix in ("web_rpki", "web_ns_rpki", "mail_rpki", "mail_ns_rpki", "mail_mx_ns_rpki")
        for name in ("exists missing", "valid not-found", "valid invalid")
    },
}


def ruled_against(check: Check) -> set[str]:
    """The outcomes that show as failed or warning."""
    levels = {outcome: ruling.requirement or check.requirement for outcome, ruling in check.rulings.items()}
    return {
        f"{check.id} {outcome.value}"
        for outcome, ruling in check.rulings.items()
        if status_of(ruling.rating, levels[outcome]) in (Status.FAILED, Status.WARNING)
    }


COUNTED = [check for check in CATALOGUE.values() if check.requirement is Requirement.REQUIRED]
SHOWN = {" ".join((words.split()[0], words.split()[2])) for shown in EXPECTED.values() for words in shown}


@pytest.mark.parametrize("check", COUNTED, ids=lambda check: check.id)
def test_every_verdict_against_a_domain_has_a_practice_domain_or_a_reason(check: Check) -> None:
    assert ruled_against(check) - SHOWN - WITHOUT_DOMAIN.keys() == set()


def test_a_reason_is_for_an_outcome_that_exists_and_has_no_practice_domain() -> None:
    outcomes = {words for check in COUNTED for words in ruled_against(check)}
    assert WITHOUT_DOMAIN.keys() - outcomes == set()
    assert WITHOUT_DOMAIN.keys() & SHOWN == set()


def test_what_is_expected_is_of_a_practice_domain() -> None:
    assert {name for name, _ in EXPECTED} - {domain.name.partition(".")[0] for domain in PRACTICE} == set()


@pytest.mark.parametrize("domain", PRACTICE, ids=lambda domain: domain.name)
def test_people_are_told_of_the_checks_that_show_the_fault(domain: Domain) -> None:
    name, told = domain.name.partition(".")[0], set(domain.expected)
    shown = {words.split()[0] for (other, _), found in EXPECTED.items() if other == name for words in found}
    assert told <= shown
    assert bool(told) == bool(shown)
