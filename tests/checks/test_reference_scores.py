"""Scores as in a spreadsheet: outcomes in, the percentage of the category out, worked out by hand from the published rules
(points 10, 5, 2 and 0; the sum over what counts, divided by its full points, cut off). Nothing here looks at the
catalogue's own weights or rulings.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checks import CATALOGUE
from checks.judging import judge
from checks.model import Check, Finding, Observation, Verdict
from checks.scoring import category_report


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
