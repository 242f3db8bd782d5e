"""Dates, numbers and points as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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
