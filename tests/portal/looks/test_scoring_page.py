"""The page about the score is the catalogue, nothing more and nothing less."""

from __future__ import annotations

import pytest

from checks import CATALOGUE
from portal.pages import scoring


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_check_of_the_catalogue_is_there_once_with_its_title(language: str) -> None:
    lines = [line for suite in scoring.build(language).suites for table in suite.categories for line in table.checks]
    assert sorted(line.id for line in lines) == sorted(CATALOGUE)
    assert all(line.title == CATALOGUE[line.id].texts[language].title for line in lines)


def test_only_required_checks_with_weight_are_worth_points() -> None:
    lines = [line for suite in scoring.build("en").suites for table in suite.categories for line in table.checks]
    for line in lines:
        check = CATALOGUE[line.id]
        counts = check.requirement == "required" and check.weight > 0
        assert line.points == (f"{check.weight} points" if counts else "does not count")
