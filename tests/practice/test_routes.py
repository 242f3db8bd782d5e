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
]


def _scan(options: Options, directory: Path, routes: str, suite: Suite) -> Report:
    (directory / "vrps.json").write_text(json.dumps({"roas": ALLOWED}))
    (directory / "routes").write_text(routes)
    chosen = replace(options, rpki_vrps=(str(directory / "vrps.json"),), rpki_routes=(str(directory / "routes"),))
    return asyncio.run(scan(Target.parse("goed.voorbeeld.test", suite), chosen))


@pytest.mark.parametrize("suite", Suite)
def test_routes_that_the_holder_allows_score_in_full(options: Options, tmp_path: Path, suite: Suite) -> None:
    report = _scan(options, tmp_path, "64496\t127.0.0.0/8\t99\n64496\t::/16\t99\n", suite)
    assert {category.id: category.score for category in report.categories}[f"{suite}_rpki"] == 100


def test_a_route_that_the_holder_does_not_allow_fails_where_it_leads(options: Options, tmp_path: Path) -> None:
    routes = "64496\t127.0.0.0/8\t99\n64499\t127.80.0.0/16\t99\n64496\t::/16\t99\n"
    verdicts = _scan(options, tmp_path, routes, Suite.WEB).verdicts
    assert [(verdicts[name].outcome, verdicts[name].points) for name in ("web_rpki_valid", "web_ns_rpki_valid")] == [
        ("invalid", 0),
        ("ok", 10),
    ]


def test_without_tables_nothing_of_it_counts_and_the_report_is_whole(options: Options) -> None:
    report = asyncio.run(scan(Target.parse("goed.voorbeeld.test", Suite.WEB), options))
    assert ({category.id: category.score for category in report.categories}["web_rpki"], report.partial) == (
        None,
        False,
    )
