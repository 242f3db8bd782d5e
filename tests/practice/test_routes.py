"""RPKI over the practice internet: tables of our own making decide what its addresses are worth."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from checks import Options, Report, Suite, Target, scan

ALLOWED = [
    {"asn": "AS64496", "prefix": "127.0.0.0/8", "maxLength": 24},
    {"asn": "AS64496", "prefix": "::/16", "maxLength": 48},
    {"asn": "AS64496", "prefix": "2001:db8::/32", "maxLength": 48},
]
ROUTES = "64496\t127.0.0.0/8\t99\n64496\t::/16\t99\n64496\t2001:db8::/32\t99\n"
PAIRS = {Suite.WEB: ("web_rpki", "web_ns_rpki"), Suite.MAIL: ("mail_rpki", "mail_ns_rpki", "mail_mx_ns_rpki")}


def _scan(
    options: Options, directory: Path, routes: str, suite: Suite, allowed: list[dict[str, object]] | None = None
) -> Report:
    (directory / "vrps.json").write_text(json.dumps({"roas": ALLOWED if allowed is None else allowed}))
    (directory / "routes").write_text(routes)
    chosen = replace(options, rpki_vrps=(str(directory / "vrps.json"),), rpki_routes=(str(directory / "routes"),))
    return asyncio.run(scan(Target.parse("goed.voorbeeld.test", suite), chosen))


@pytest.mark.parametrize("suite", Suite)
def test_routes_that_the_holder_allows_score_in_full(options: Options, tmp_path: Path, suite: Suite) -> None:
    report = _scan(options, tmp_path, ROUTES, suite)
    assert {category.id: category.score for category in report.categories}[f"{suite}_rpki"] == 100


def test_a_route_that_the_holder_does_not_allow_fails_where_it_leads(options: Options, tmp_path: Path) -> None:
    verdicts = _scan(options, tmp_path, ROUTES + "64499\t127.80.0.0/16\t99\n", Suite.WEB).verdicts
    assert [(verdicts[name].outcome, verdicts[name].points) for name in ("web_rpki_valid", "web_ns_rpki_valid")] == [
        ("invalid", 0),
        ("ok", 10),
    ]


@pytest.mark.parametrize("suite", Suite)
def test_routes_that_nobody_registered_are_a_warning_without_points(
    options: Options, tmp_path: Path, suite: Suite
) -> None:
    elsewhere: list[dict[str, object]] = [{"asn": "AS64496", "prefix": "192.0.2.0/24", "maxLength": 24}]
    verdicts = _scan(options, tmp_path, ROUTES, suite, elsewhere).verdicts
    shown = {
        name: (verdict.status, verdict.outcome, verdict.points) for name, verdict in verdicts.items() if "rpki" in name
    }
    assert shown == {
        f"{prefix}_{kind}": ("warning", outcome, 0)
        for prefix in PAIRS[suite]
        for kind, outcome in (("exists", "missing"), ("valid", "not-found"))
    }


@pytest.mark.parametrize(
    ("suite", "network", "wrong"),
    [
        (Suite.WEB, "127.80.0.0/16", {"web_rpki_valid"}),
        (Suite.WEB, "127.53.0.0/16", {"web_ns_rpki_valid"}),
        (Suite.MAIL, "127.25.0.0/16", {"mail_rpki_valid"}),
        (Suite.MAIL, "127.53.0.0/16", {"mail_ns_rpki_valid", "mail_mx_ns_rpki_valid"}),
    ],
)
def test_a_hijacked_route_fails_the_check_of_the_hosts_that_it_leads_to(
    options: Options, tmp_path: Path, suite: Suite, network: str, wrong: set[str]
) -> None:
    verdicts = _scan(options, tmp_path, ROUTES + f"64499\t{network}\t99\n", suite).verdicts
    assert {name for name, verdict in verdicts.items() if verdict.outcome == "invalid"} == wrong
    assert {verdicts[name].status for name in wrong} == {"failed"}


def test_without_tables_nothing_of_it_counts_and_the_report_is_whole(options: Options) -> None:
    report = asyncio.run(scan(Target.parse("goed.voorbeeld.test", Suite.WEB), options))
    assert ({category.id: category.score for category in report.categories}["web_rpki"], report.partial) == (
        None,
        False,
    )
