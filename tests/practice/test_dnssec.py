"""DNSSEC of the practice domains beyond their verdicts: an unfit resolver of ours, and the link that the picture shows broken."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from checks import Options, Report, Suite, Target, scan
from checks.terminal import Style, render
from lab import Lab
from portal.scans import chain_picture

MAIL, WEB = Suite.MAIL, Suite.WEB


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("name", ["goed.voorbeeld.test", "onondertekend.voorbeeld.test"])
def test_a_resolver_that_strips_dnssec_is_our_fault_and_no_verdict_on_the_domain(name: str, suite: Suite) -> None:
    with Lab(strip_dnssec=True, forward=False) as lab:
        found = asyncio.run(scan(Target.parse(name, suite), Options.from_env(lab.environment())))
    assert (found.failure, found.categories, found.score) == ("resolver-unfit", (), None)
    assert found.measurement.dns.resolver_unfit == "resolver-strips-dnssec"


# domain, suite: the zone or answer that is drawn broken or stopped, its status, and words that say why.
SHOWN = [
    ("verkeerde-ds", MAIL, "verkeerde-ds.voorbeeld.test", "failed", "past op een sleutel"),
    ("verkeerde-ds", WEB, "verkeerde-ds.voorbeeld.test", "failed", "past op een sleutel"),
    ("verlopen-handtekening", MAIL, "verlopen-handtekening.voorbeeld.test", "failed", "verlopen"),
    ("verlopen-handtekening", WEB, "verlopen-handtekening.voorbeeld.test", "failed", "verlopen"),
    ("onondertekend", WEB, "onondertekend.voorbeeld.test", "not_tested", "niet ondertekend"),
    ("tlsa-onondertekend", MAIL, "onbewaakt.test", "not_tested", "opt-out"),
]


def document(options: Options, name: str, suite: Suite) -> dict[str, Any]:
    report: Report = asyncio.run(scan(Target.parse(f"{name}.voorbeeld.test", suite), options))
    return report.to_json()


@pytest.mark.parametrize(("name", "suite", "zone", "status", "why"), SHOWN)
def test_the_picture_shows_the_link_that_is_broken_and_no_other(
    options: Options, name: str, suite: Suite, zone: str, status: str, why: str
) -> None:
    picture = chain_picture.build(document(options, name, suite), "nl")
    assert picture is not None
    assert [(drawn.name, drawn.status) for drawn in picture.zones if drawn.status != "passed"] == [(zone, status)]
    assert why in next(drawn.reason for drawn in picture.zones if drawn.name == zone)


def test_the_picture_shows_a_broken_denial_at_the_answer_while_the_zones_are_whole(options: Options) -> None:
    picture = chain_picture.build(document(options, "ontkenning-stuk", MAIL), "nl")
    assert picture is not None
    assert {zone.status for zone in picture.zones} == {"passed"}
    broken = [row.text for zone in picture.zones for row in zone.answers if row.status == "failed"]
    assert broken == ["TLSA mx.ontkenning-stuk.voorbeeld.test", "Het bewijs dat een record er", "niet is, ontbreekt."]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("oude-nameserver", ["NS ns2.oude-nameserver.voorbeeld.test", "De handtekening is verlopen."]),
        ("loopt-af", ["Loopt af over"]),
    ],
)
def test_the_picture_shows_what_is_about_to_break_in_a_chain_that_is_whole(
    options: Options, name: str, why: list[str]
) -> None:
    picture = chain_picture.build(document(options, name, MAIL), "nl")
    assert picture is not None
    assert {zone.status for zone in picture.zones} == {"passed"}
    notes = {zone.name: [row.text for row in zone.notes if row.status == "warning"] for zone in picture.zones}
    assert [zone for zone, told in notes.items() if told] == [f"{name}.voorbeeld.test"]
    assert all(any(text.startswith(words) for text in notes[f"{name}.voorbeeld.test"]) for words in why)


def test_the_command_line_tells_remarks_in_words(options: Options) -> None:
    report = asyncio.run(scan(Target.parse("loopt-af.voorbeeld.test", WEB), options))
    line = r"· The signature over DNSKEY of loopt-af\.voorbeeld\.test ends in 2[34] hours\."
    assert re.search(line, render(report, Style("en", width=200)))


@pytest.mark.parametrize(("name", "lines"), [("goed", 0), ("loopt-af", 1)])
def test_remarks_tell_of_signatures_that_end(options: Options, name: str, lines: int) -> None:
    checks = {c["id"]: c for cat in document(options, name, WEB)["categories"] for c in cat["checks"]}
    told = checks["web_dnssec_valid"]["subjects"][0]["evidence"].get("remarks", [])
    assert bool(told) is bool(lines)
    assert {remark["note"] for remark in told} <= {"ends-soon", "ends-before-soa-expire"}
