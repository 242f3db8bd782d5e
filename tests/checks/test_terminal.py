"""The report in a terminal: what needs attention comes first, with the records to publish. Pure."""

from __future__ import annotations

import pytest

from checks import CATALOGUE
from checks.facts.measurement import Measurement
from checks.model import CategoryReport, Status, SubjectVerdict, Verdict
from checks.report import Failure, Report
from checks.terminal import Style, render
from tests.checks.builders import a_mail_view

ENGLISH = Style("en")
CHECK = "mail_starttls_dane_exist"


@pytest.fixture
def measurement() -> Measurement:
    return a_mail_view().measurement


def a_subject(address: str, status: Status, sentence: str, **evidence: object) -> SubjectVerdict:
    return SubjectVerdict("mx.good.example", address, status, status.value, 0, {"en": sentence}, evidence)


def a_report(measurement: Measurement, status: Status, *subjects: SubjectVerdict) -> Report:
    check = CATALOGUE[CHECK]
    sentence = {"en": "The sentence of the check."}
    verdict = Verdict(CHECK, status, check.requirement, status.value, 0, 10, sentence, subjects)
    category = CATALOGUE.categories[check.category]
    found = CategoryReport(category.id, category.name, status, 85, (verdict,))
    return Report(measurement, CATALOGUE.version, (found,), 96)


def test_what_needs_attention_comes_first_with_every_place_and_the_records_to_publish(measurement: Measurement) -> None:
    record = f"_25._tcp.mx.good.example. IN TLSA 3 1 1 {'ab' * 32}"
    rows = [a_subject(address, Status.FAILED, f"Bad at {address}.", advised=[record]) for address in ("a", "b", "c")]
    shown = render(a_report(measurement, Status.FAILED, *rows), ENGLISH).splitlines()
    start = shown.index("Needs attention (1)")
    assert shown[start + 2 : start + 7] == [
        f"  ✖ {CATALOGUE[CHECK].texts['en'].title} (0 of 10 points)",
        "      Bad at a.",
        "      The same at mx.good.example [b], mx.good.example [c].",
        "      Publish",
        f"        {record}",
    ]
    assert start < shown.index("All checks")


def test_a_good_report_says_that_nothing_needs_attention(measurement: Measurement) -> None:
    shown = render(a_report(measurement, Status.PASSED, a_subject("a", Status.PASSED, "Good.")), ENGLISH)
    assert "Nothing needs attention." in shown
    assert "Good." not in shown


def test_sentences_keep_to_the_width_and_records_stay_whole(measurement: Measurement) -> None:
    record = "x" * 150
    row = a_subject("a", Status.FAILED, "word " * 60, advised=[record])
    shown = render(a_report(measurement, Status.FAILED, row), Style("en", width=60)).splitlines()
    assert max(len(line) for line in shown if "word" in line) <= 60
    assert f"        {record}" in shown


def test_colours_are_there_only_when_asked_for_and_measured_text_brings_none(measurement: Measurement) -> None:
    report = a_report(measurement, Status.FAILED, a_subject("\x1b[2J", Status.FAILED, "\x1b[31mred\x07"))
    assert "\x1b" not in render(report, ENGLISH)
    assert "\x1b[31m✖\x1b[0m" in render(report, Style("en", colour=True))
    assert "\x1b[2J" not in render(report, Style("en", colour=True))


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_failure_is_said_in_a_sentence(failure: Failure, language: str, measurement: Measurement) -> None:
    shown = render(Report(measurement, CATALOGUE.version, failure=failure, partial=True), Style(language))
    assert shown.splitlines()[-1].endswith(".")
