"""Each practice domain shows exactly its fault: the checks that are not in order, with their outcome, and nothing else.

What is expected follows from how the domain is made (the table in ``lab/practice.py``) and from the norms, not from what the engine said.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from checks import Measurement, Options, Report, Suite, Target, evaluate, scan
from lab import PRACTICE

MAIL, WEB = Suite.MAIL, Suite.WEB

TLS_CHECKS = (
    *("version", "ciphers", "cipherorder", "keyexchange", "keyexchangehash", "compress", "secreneg", "clientreneg"),
    *("0rtt", "extendedmastersecret"),
)

# domain (below voorbeeld.test), suite: the checks that are not passed and not "not tested", with status and outcome.
EXPECTED: dict[tuple[str, Suite], set[str]] = {
    ("zelfondertekend", MAIL): {
        "mail_starttls_cert_chain info self-signed",
        "mail_starttls_mta_sts warning mx-untrusted",
    },
    ("onondertekend", MAIL): {"mail_dnssec_mailto_exist failed insecure"},
    ("onondertekend", WEB): {"web_dnssec_exist failed insecure", "web_https_dane_exist info insecure"},
    ("verlopen-handtekening", MAIL): {
        "mail_dnssec_mailto_valid failed bogus",
        "mail_starttls_dane_delivery failed mx-bogus",
    },
    ("verlopen-handtekening", WEB): {"web_dnssec_valid failed bogus", "web_https_dane_exist info bogus"},
    ("verkeerde-ds", MAIL): {
        "mail_dnssec_mailto_valid failed bogus",
        "mail_starttls_dane_delivery failed mx-bogus",
    },
    ("verkeerde-ds", WEB): {"web_dnssec_valid failed bogus", "web_https_dane_exist info bogus"},
    ("zonder-starttls", MAIL): {
        "mail_ipv6_mx_address failed none",
        "mail_starttls_tls_available failed no-starttls",
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-tls",
        "mail_starttls_dane_delivery failed deferred",
        "mail_starttls_mta_sts warning mx-no-tls",
    },
    ("gestript", MAIL): {
        "mail_ipv6_mx_address failed none",
        "mail_starttls_tls_available failed stripped",
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-tls",
        "mail_starttls_dane_delivery failed deferred",
        "mail_starttls_mta_sts warning mx-no-tls",
    },
    ("oud-record", MAIL): {
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-match",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("geen-tlsa", MAIL): {
        "mail_starttls_dane_exist failed absent",
        "mail_starttls_dane_delivery info encrypted",
    },
    ("tlsa-onondertekend", MAIL): {
        "mail_dnssec_mx_exist failed insecure",
        "mail_starttls_dane_exist failed insecure",
        "mail_starttls_dane_delivery info encrypted",
    },
    ("ontkenning-stuk", MAIL): {
        "mail_starttls_dane_exist failed bogus",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("twee-mx", MAIL): {
        "mail_ipv6_mx_address failed none",
        "mail_starttls_tls_available failed no-starttls",
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-tls",
        "mail_starttls_dane_delivery failed deferred",
        "mail_starttls_mta_sts warning mx-no-tls",
    },
    ("geen-https", WEB): {
        "web_https_http_available failed no-https",
        "web_https_dane_exist info absent",
        "web_ipv6_ws_address failed none",
    },
    ("spf-te-lang", MAIL): {"mail_auth_spf_policy failed too-many-lookups"},
    ("spf-fout", MAIL): {"mail_auth_spf_policy failed syntax"},
    ("spf-kring", MAIL): {"mail_auth_spf_policy failed loop"},
    ("twee-spf", MAIL): {"mail_auth_spf_exist failed several"},
    ("zonder-dmarc", MAIL): {"mail_auth_dmarc_exist failed absent"},
    ("dmarc-kijkt-toe", MAIL): {"mail_auth_dmarc_policy failed none"},
    ("zonder-dkim", MAIL): {"mail_auth_dkim_exist failed absent"},
    ("zwakke-dkim", MAIL): {"mail_auth_dkim_exist warning weak-key"},
    ("trage-groet", MAIL): {"mail_ipv6_mx_address failed none"},
    ("verlopen-certificaat", WEB): {"web_https_cert_chain failed expired"},
    ("weigert", MAIL): {
        "mail_ipv6_mx_address failed none",
        "mail_starttls_tls_available error limited",
        "mail_starttls_cert_chain error unknown",
        "mail_starttls_cert_domain error unknown",
        "mail_starttls_dane_valid error unknown",
        "mail_starttls_dane_delivery error unknown",
        *(f"mail_starttls_tls_{name} error unknown" for name in TLS_CHECKS),
        "mail_starttls_cert_pubkey error unknown",
        "mail_starttls_cert_sig error unknown",
    },
    ("alias", MAIL): {"mail_starttls_mx_records warning alias"},
    ("geen-https", MAIL): {"mail_starttls_mta_sts warning no-policy"},
    ("verlopen-certificaat", MAIL): {"mail_starttls_mta_sts warning certificate"},
}
EXPECTED |= {
    ("oude-nameserver", WEB): {"web_dnssec_ns warning bogus"},
    ("oude-nameserver", MAIL): {"mail_dnssec_ns warning bogus"},
    ("loopt-af", WEB): {"web_dnssec_expiry warning soon"},
    ("loopt-af", MAIL): {"mail_dnssec_expiry warning soon"},
    ("oude-tls", WEB): {
        "web_ipv6_ws_address failed none",
        "web_https_tls_version failed insufficient",
        "web_https_tls_ciphers failed insufficient",
        "web_https_tls_cipherorder failed wrong",
        "web_https_tls_keyexchangehash failed insufficient",
    },
    ("twee-certificaten", MAIL): {
        "mail_starttls_dane_valid failed other-certificate",
        "mail_ipv6_mx_address failed none",
    },
    ("onthoudt", MAIL): {"mail_starttls_injection warning executed", "mail_ipv6_mx_address failed none"},
}
ALL = [(domain.name, suite) for domain in PRACTICE for suite in Suite]
PERFECT = [(name, suite) for name, suite in ALL if (name.partition(".")[0], suite) not in EXPECTED]


Scan = Callable[[str, Suite], Report]


@pytest.fixture(scope="module")
def report(options: Options) -> Scan:
    """Scans a domain, once for all tests of this module."""

    @cache
    def scanned(name: str, suite: Suite) -> Report:
        return asyncio.run(scan(Target.parse(name, suite), options))

    return scanned


def not_in_order(found: Report) -> set[str]:
    verdicts = found.verdicts.values()
    shown = {f"{verdict.check_id} {verdict.status} {verdict.outcome}" for verdict in verdicts}
    return {words for words in shown if words.split()[1] not in ("passed", "not_tested")}


@pytest.mark.parametrize(("name", "suite"), ALL)
def test_a_practice_domain_shows_exactly_its_fault(report: Scan, name: str, suite: Suite) -> None:
    assert not_in_order(report(name, suite)) == EXPECTED.get((name.partition(".")[0], suite), set())


@pytest.mark.parametrize(("name", "suite"), PERFECT)
def test_what_has_no_fault_scores_100(report: Scan, name: str, suite: Suite) -> None:
    found = report(name, suite)
    assert (found.score, found.partial) == (100, False)


def test_a_server_that_refuses_us_makes_the_report_provisional_and_costs_nothing(report: Scan) -> None:
    found = report("weigert.voorbeeld.test", MAIL)
    assert found.partial
    assert {category.id: category.score for category in found.categories}["mail_starttls"] is None
    assert found.score == (50 + 100 + 100) // 3  # IPv6 has half its points: the host has no IPv6 address


@pytest.mark.parametrize(("name", "suite"), ALL)
def test_a_stored_measurement_gives_the_same_document(report: Scan, name: str, suite: Suite) -> None:
    stored = json.loads(json.dumps(report(name, suite).to_json()))
    again = evaluate(Measurement.from_json(stored["measurement"]))
    assert json.loads(json.dumps(again.to_json())) == stored


@pytest.mark.parametrize(
    ("name", "failure"),
    [("bestaat-niet.voorbeeld.test", "no-such-domain"), ("bestaat.ook.niet.test", "no-such-domain")],
)
def test_a_domain_that_does_not_exist_is_no_verdict(report: Scan, name: str, failure: str) -> None:
    found = report(name, MAIL)
    assert (found.failure, found.categories, found.score) == (failure, (), None)


def test_whoever_waits_for_a_slow_server_is_told_why(options: Options) -> None:
    seen: list[dict[str, Any]] = []
    asyncio.run(scan(Target.parse("trage-groet.voorbeeld.test", MAIL), options, progress=seen.append))
    told = {line["event"] for line in seen[-1]["log"]}
    assert {"started", "mail-hosts-found", "greeting-delayed", "endpoint-done", "judging"} <= told
    assert seen[-1]["done"] == seen[-1]["total"]
