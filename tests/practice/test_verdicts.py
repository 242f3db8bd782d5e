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
from django.test import Client

from checks import Measurement, Options, Report, Suite, Target, evaluate, scan
from lab import PRACTICE
from tests.portal.conftest import plain_static_files  # noqa: F401 - used by being here
from tests.portal.looks.test_pages import finished
from tests.practice.expected import EXPECTED, MAIL

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
    assert found.score == 99  # everything else is right; a provisional report never shows 100


@pytest.mark.parametrize("name", ["neemt-geen-mail", "mx-zonder-adres", "mx-prive"])
def test_a_host_that_nobody_can_deliver_to_is_a_fault_and_leaves_nothing_unseen(report: Scan, name: str) -> None:
    found = report(f"{name}.voorbeeld.test", MAIL)
    assert not found.partial
    assert found.score is not None
    assert found.score < 100


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


def test_whoever_waits_sees_each_address_go_from_stop_to_stop(options: Options) -> None:
    seen: list[dict[str, Any]] = []
    asyncio.run(scan(Target.parse("goed.voorbeeld.test", MAIL), options, progress=seen.append))
    reached = [[len(lane["stops"]) for lane in step["way"]["lanes"]] for step in seen]
    assert {count for step in reached for count in step} == {0, 1, 2, 3}
    assert all((lane["state"], lane["records"] > 0) == ("done", True) for lane in seen[-1]["way"]["lanes"])
    asyncio.run(scan(Target.parse("goed.voorbeeld.test", Suite.WEB), options, progress=seen.append))
    assert all(set(lane["stops"]) == {"http", "tls", "page"} for lane in seen[-1]["way"]["lanes"])


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "suite"), ALL)
def test_the_report_of_a_practice_domain_has_a_page(client: Client, report: Scan, name: str, suite: Suite) -> None:
    address = finished(report(name, suite).to_json()).get_absolute_url()
    assert client.get(address).status_code == 200
