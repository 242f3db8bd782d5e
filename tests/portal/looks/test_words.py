"""Dates, numbers and points as people read them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

import portal
from portal.scans import words

MORNING = datetime(2026, 11, 23, 8, 41, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"), [("nl", "23 november 2026, 9.41 uur"), ("en", "23 November 2026, 09:41")]
)
def test_a_moment_is_told_in_amsterdam_and_kept_in_utc(language: str, text: str) -> None:
    assert words.moment(MORNING, language) == words.Moment("2026-11-23T08:41:07Z", text)


def test_summer_time_is_two_hours_ahead_and_may_change_the_day() -> None:
    assert words.moment(datetime(2026, 7, 31, 22, 5, tzinfo=UTC), "nl").text == "1 augustus 2026, 0.05 uur"


@pytest.mark.parametrize(("language", "text"), [("nl", "8,2 seconden"), ("en", "8.2 seconds")])
def test_a_duration_has_a_comma_in_dutch_and_a_point_in_english(language: str, text: str) -> None:
    assert words.seconds(8210, language) == text


@pytest.mark.parametrize(
    ("earned", "possible", "text"),
    [
        (0, 10, "0 van 10 punten"),
        (2.5, 10, "2,5 van 10 punten"),
        (None, None, "telt niet mee"),
        (0, 0, "telt niet mee"),
    ],
)
def test_points_stand_beside_the_verdict_and_what_has_none_does_not_count(
    earned: float | None, possible: float | None, text: str
) -> None:
    assert words.points(earned, possible, "nl") == text


def test_a_time_that_is_none_is_no_time() -> None:
    assert words.parse_time("yesterday") is None
    assert words.parse_time("2026-11-23T08:41:07.000Z") == MORNING


def test_a_status_of_tomorrow_ranks_last() -> None:
    assert words.rank("failed") < words.rank("error") < words.rank("warning") < words.rank("passed") < words.rank("new")


def test_every_status_has_a_word_in_both_languages() -> None:
    assert set(words.SEVERITY) < set(words.STATUS)
    assert all(set(said) == {"nl", "en"} and all(said.values()) for said in words.STATUS.values())


def _texts(value: object) -> Iterator[Mapping[str, str]]:
    """Every text in two languages that a table holds, at any depth."""
    if isinstance(value, Mapping) and "nl" in value and isinstance(value["nl"], str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def _blanks(said: str) -> set[str]:
    return {name for _text, name, _form, _conversion in Formatter().parse(said) if name is not None}


def test_what_a_sentence_leaves_open_is_the_same_in_both_languages() -> None:
    root = Path(portal.__file__).parent
    named = [path for path in root.rglob("*.py") if '"nl": ' in path.read_text()]
    modules = [importlib.import_module(".".join(path.relative_to(root.parent).with_suffix("").parts)) for path in named]
    told = [text for module in modules for value in vars(module).values() for text in _texts(value)]
    assert len(told) > 100
    assert [text for text in told if _blanks(text["nl"]) != _blanks(text.get("en", ""))] == []
