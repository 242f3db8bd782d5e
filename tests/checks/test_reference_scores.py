"""Scores as in a spreadsheet: outcomes in, the percentage of the category out, worked out by hand from the published rules
(points 10, 5, 2 and 0; the sum over what counts, divided by its full points, cut off). Nothing here looks at the
catalogue's own weights or rulings.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checks import CATALOGUE
from checks.judging import judge
from checks.model import CategoryReport, Check, Finding, Observation, Status, Verdict
from checks.scoring import category_report, total


def verdicts(category: str, outcomes: Mapping[str, str]) -> list[Verdict]:
    found = []
    for check in CATALOGUE.values():
        name = check.id.removeprefix(category.partition("_")[0] + "_").removeprefix(category.partition("_")[2] + "_")
        if check.category == category and name in outcomes:
            found.append(judge(check, _finding(check, outcomes[name])))
    assert len(found) == len(outcomes)
    return found


def _finding(check: Check, words: str) -> Finding:
    """``a b b`` is three subjects; ``=a`` an outcome without any subject."""
    by_value = {outcome.value: outcome for outcome in check.rulings}
    if words.startswith("="):
        return Finding(by_value[words[1:]])
    outcomes = [by_value[word] for word in words.split()]
    return Finding(
        outcomes[0],
        tuple(Observation(f"host{number}", outcome, {}, None) for number, outcome in enumerate(outcomes)),
    )


AUTH = ("dmarc_exist", "dmarc_policy", "dkim_exist", "spf_exist", "spf_policy")
WEB6 = ("ns_address", "ns_reach", "ws_address", "ws_reach", "ws_similar")
MAIL6 = ("ns_address", "ns_reach", "mx_address", "mx_reach")
WEB_ROUTES = ("exists", "valid", "ns_rpki_exists", "ns_rpki_valid")
MAIL_ROUTES = (*WEB_ROUTES, "mx_ns_rpki_exists", "mx_ns_rpki_valid")

# columns: the checks in order; last: points earned / points that count
TABLE = [
    ("mail_auth", AUTH, "ok|ok|ok|ok|ok", (50, 50)),
    ("mail_auth", AUTH, "inherited|external|no-known-selector|ok|ok", (50, 50)),
    ("mail_auth", AUTH, "ok|ok|no-mail|ok|ok", (40, 40)),
    ("mail_auth", AUTH, "ok|none|ok|ok|ok", (42, 50)),
    ("mail_auth", AUTH, "ok|testing|ok|ok|neutral", (34, 50)),
    ("mail_auth", AUTH, "ok|syntax|ok|ok|syntax", (30, 50)),
    ("mail_auth", AUTH, "absent|no-dmarc|ok|ok|ok", (30, 50)),
    ("mail_auth", AUTH, "several|no-dmarc|absent|several|no-spf", (0, 50)),
    ("mail_auth", AUTH, "ok|ok|ok|ok|too-many-lookups", (42, 50)),
    ("mail_auth", AUTH, "ok|ok|ok|ok|include-weak", (42, 50)),
    ("mail_auth", AUTH, "ok|ok|ok|ok|include-broken", (40, 50)),
    ("mail_auth", AUTH, "ok|ok|weak-key|ok|ok", (50, 50)),
    ("mail_auth", AUTH, "ok|ok|absent|unknown|unknown", (20, 30)),
    ("mail_auth", AUTH, "unknown|unknown|unknown|unknown|unknown", (0, 0)),
    ("web_ipv6", WEB6, "ok|ok ok|ok|ok|ok", (22, 22)),
    ("web_ipv6", WEB6, "ok|ok ok|ok|ok|no-ipv4", (20, 20)),
    ("web_ipv6", WEB6, "one|ok no-address|ok|ok|ok", (17, 22)),
    ("web_ipv6", WEB6, "none|no-address no-address|none|no-address|not-reached", (0, 22)),
    ("web_ipv6", WEB6, "ok|ok ok left-out|none|no-address|not-reached", (10, 22)),
    ("web_ipv6", WEB6, "ok|alone|ok|ok|ok", (17, 22)),
    ("web_ipv6", WEB6, "ok|ok some none|ok|ok|ok", (16, 22)),
    ("web_ipv6", WEB6, "ok|ok ok|ok|port-missing|ports", (12, 22)),
    ("web_ipv6", WEB6, "ok|ok ok|ok|some|different", (12, 22)),
    ("web_ipv6", WEB6, "ok|ok ok|ok|ok|error-page", (22, 22)),
    ("web_ipv6", WEB6, "ok|ours ours|ok|ours|ours", (0, 0)),
    ("mail_ipv6", MAIL6, "ok|ok ok|ok ok|ok ok", (20, 20)),
    ("mail_ipv6", MAIL6, "ok|ok ok|=null-mx|=null-mx", (10, 10)),
    ("mail_ipv6", MAIL6, "ok|ok ok|no-null-mx|=no-hosts", (10, 10)),
    ("mail_ipv6", MAIL6, "ok|ok ok|ok none none|ok no-address no-address", (13, 20)),
    ("mail_ipv6", MAIL6, "ok|ok ok|none|no-address", (10, 20)),
    ("mail_ipv6", MAIL6, "ok|ok ok|ok ok|ok some", (16, 20)),
    ("mail_ipv6", MAIL6, "ok|ok ok|ok|ours", (10, 10)),
    ("web_rpki", WEB_ROUTES, "ok|ok|ok ok|ok ok", (30, 30)),
    ("web_rpki", WEB_ROUTES, "missing|not-found|ok ok|ok ok", (15, 30)),
    ("web_rpki", WEB_ROUTES, "ok|invalid|ok missing|ok not-found", (5, 30)),
    ("web_rpki", WEB_ROUTES, "ok|not-routed|ok|ok", (30, 30)),
    ("web_rpki", WEB_ROUTES, "=not-configured|=not-configured|=not-configured|=not-configured", (0, 0)),
    ("mail_rpki", MAIL_ROUTES, "ok|ok|ok|ok|ok|ok", (45, 45)),
    ("mail_rpki", MAIL_ROUTES, "=no-addresses|=no-addresses|ok|ok|=no-addresses|=no-addresses", (45, 45)),
    ("mail_rpki", MAIL_ROUTES, "ok|ok|ok|ok|missing|not-found", (30, 45)),
    ("mail_rpki", MAIL_ROUTES, "unknown|unknown|ok|ok|ok|ok", (30, 30)),
]


@pytest.mark.parametrize(("category", "columns", "outcomes", "points"), TABLE)
def test_a_category_scores_what_the_spreadsheet_says(
    category: str, columns: tuple[str, ...], outcomes: str, points: tuple[int, int]
) -> None:
    found = verdicts(category, dict(zip(columns, outcomes.split("|"), strict=True)))
    report = category_report(CATALOGUE.categories[category], found)
    earned, possible = points
    assert report.score == (earned * 100 // possible if possible else None)


# Categories that are counted address by address. One mapping for each address: what is not as it should be there.
GONE = {"http_available": "no-https", "http_redirect": "no-https", "http_hsts": "no-https"}
NO_HTTPS = {**dict.fromkeys(("cert_chain", "cert_domain"), "no-tls"), **GONE}
ONLY_TLS13 = {"tls_extendedmastersecret": "not-used", "tls_keyexchangehash": "not-used", "tls_compress": "not-used"}
NO_DANE = {"dane_exist": "absent", "dane_valid": "no-tlsa"}
NO_STARTTLS = {"tls_available": "no-starttls", **NO_DANE}
ADDRESSES: list[tuple[str, list[dict[str, str]], tuple[int, int]]] = [
    ("web_https", [{}], (150, 150)),
    ("web_https", [{}, {}], (150, 150)),
    ("web_https", [{"http_hsts": "too-short"}], (142, 150)),
    ("web_https", [{"http_hsts": "absent", "http_redirect": "no-redirect"}], (130, 150)),
    ("web_https", [{"http_redirect": "no-http"}], (150, 150)),
    (
        "web_https",
        [{"tls_ciphers": "phase-out", "tls_keyexchange": "phase-out", "cert_pubkey": "phase-out"}],
        (150, 150),
    ),
    ("web_https", [{}, {"cert_chain": "expired"}], (140, 150)),
    ("web_https", [{"tls_version": "insufficient"}, {"cert_chain": "expired", "cert_domain": "mismatch"}], (130, 150)),
    ("web_https", [ONLY_TLS13], (140, 140)),
    ("web_https", [{**ONLY_TLS13, "http_hsts": "absent"}], (130, 140)),
    ("web_https", [NO_HTTPS], (0, 130)),
    ("web_https", [{}, NO_HTTPS], (0, 150)),
    ("mail_starttls", [{}], (140, 140)),
    ("mail_starttls", [NO_DANE], (120, 130)),
    ("mail_starttls", [{"dane_exist": "bogus", "dane_valid": "no-tlsa"}], (120, 130)),
    ("mail_starttls", [{"dane_exist": "unmatched", "dane_valid": "no-match"}], (120, 140)),
    ("mail_starttls", [{}, NO_DANE], (120, 140)),
    ("mail_starttls", [{"tls_version": "insufficient", "cert_sig": "insufficient"}, {}], (120, 140)),
    ("mail_starttls", [{"tls_ciphers": "phase-out", "tls_keyexchangehash": "phase-out"}], (140, 140)),
    ("mail_starttls", [{"tls_extendedmastersecret": "wrong", **NO_DANE}], (110, 130)),
    ("mail_starttls", [{**ONLY_TLS13, **NO_DANE}], (110, 120)),
    ("mail_starttls", [NO_STARTTLS], (0, 10)),
    ("mail_starttls", [{}, NO_STARTTLS], (0, 140)),
    ("mail_starttls", [{"cert_domain": "mismatch-dane-ta", "cert_chain": "self-signed"}], (140, 140)),
]


def _at(check: Check, name: str, changed: Mapping[str, str]) -> str:
    """The outcome at one address: what is said, nothing without TLS, or as it should be."""
    by_value = [outcome.value for outcome in check.rulings]
    if name in changed:
        return changed[name]
    without = changed.get("http_available") or changed.get("tls_available")
    return "no-tls" if without and "no-tls" in by_value else by_value[0]


@pytest.mark.parametrize(("category", "addresses", "points"), ADDRESSES)
def test_the_worst_address_gives_a_category_its_score(
    category: str, addresses: list[dict[str, str]], points: tuple[int, int]
) -> None:
    found = []
    for check in CATALOGUE.values():
        name = check.id.removeprefix(f"{category}_")
        if check.category == category and (check.weight or name == "http_available" or name in addresses[0]):
            by_value = {outcome.value: outcome for outcome in check.rulings}
            rows = (
                Observation("host", by_value[_at(check, name, changed)], {}, f"192.0.2.{number}")
                for number, changed in enumerate(addresses)
            )
            found.append(judge(check, Finding(next(iter(check.rulings)), tuple(rows))))
    earned, possible = points
    assert category_report(CATALOGUE.categories[category], found).score == earned * 100 // possible


WEB_DNSSEC, MAIL_DNSSEC = ("exist", "valid"), ("mailto_exist", "mailto_valid", "mx_exist", "mx_valid")
DNSSEC = [
    ("web_dnssec", WEB_DNSSEC, "secure|secure", 100),
    ("web_dnssec", WEB_DNSSEC, "insecure|insecure", 20),
    ("web_dnssec", WEB_DNSSEC, "bogus|bogus", 0),
    ("web_dnssec", WEB_DNSSEC, "unsupported|unsupported", 20),  # whoever cannot check it, sees no signature
    ("web_dnssec", WEB_DNSSEC, "unknown|unknown", None),
    ("mail_dnssec", MAIL_DNSSEC, "secure|secure|secure secure|secure secure", 100),
    ("mail_dnssec", MAIL_DNSSEC, "secure|secure|secure insecure|secure insecure", 20),
    ("mail_dnssec", MAIL_DNSSEC, "insecure|insecure|secure|secure", 20),
    ("mail_dnssec", MAIL_DNSSEC, "secure|secure|secure bogus|secure bogus", 0),
    ("mail_dnssec", MAIL_DNSSEC, "bogus|bogus|=mx-bogus|=mx-bogus", 0),
    ("mail_dnssec", MAIL_DNSSEC, "secure|secure|=null-mx|=null-mx", 100),
]


@pytest.mark.parametrize(("category", "columns", "outcomes", "score"), DNSSEC)
def test_of_dnssec_the_lowest_counts(category: str, columns: tuple[str, ...], outcomes: str, score: int | None) -> None:
    found = verdicts(category, dict(zip(columns, outcomes.split("|"), strict=True)))
    assert category_report(CATALOGUE.categories[category], found).score == score


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((100, 100, 100, 100), 100),
        ((100, 20, 93, 100), 78),
        ((95, 100, 84, 85, 100), 92),
        ((100, None, 99), 99),  # a category in which nothing counts is left out; 99.5 is cut off
        ((None, None), None),
    ],
)
def test_the_score_is_the_plain_mean_of_the_categories_cut_off(
    scores: tuple[int | None, ...], expected: int | None
) -> None:
    reports = [CategoryReport(f"c{place}", {}, Status.PASSED, score, ()) for place, score in enumerate(scores)]
    assert total(reports) == expected


def test_security_options_never_count() -> None:
    found = [
        judge(check, Finding(list(check.rulings)[-1]))
        for check in CATALOGUE.values()
        if check.category == "web_appsecpriv"
    ]
    assert category_report(CATALOGUE.categories["web_appsecpriv"], found).score is None
