"""The page about the score, made from the catalogue itself: what exists, how much it counts, and what is not built yet. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from checks import CATALOGUE, Suite
from portal.scans import coverage, words


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check: its name, how much it matters, and what it is worth."""

    id: str
    title: str
    requirement: str
    points: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryTable:
    """One category with its checks, in the order of the catalogue."""

    id: str
    name: str
    checks: tuple[CheckLine, ...]


@dataclass(frozen=True, slots=True)
class SuiteTables:
    """The categories of one of the two tests, and the parts of the national test that are not built yet."""

    name: str
    categories: tuple[CategoryTable, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A status with its word."""

    status: str
    word: str


@dataclass(frozen=True, slots=True)
class ScoringPage:
    """Everything that the page shows: the tables, the statuses worst first, and the version of the catalogue."""

    suites: tuple[SuiteTables, ...]
    statuses: tuple[StatusLine, ...]
    version: str


def build(language: str) -> ScoringPage:
    """The page in a language (``nl`` or ``en``)."""
    return ScoringPage(
        suites=tuple(_suite(suite, language) for suite in (Suite.MAIL, Suite.WEB)),
        statuses=tuple(StatusLine(status, words.say(words.STATUS[status], language)) for status in words.SEVERITY),
        version=CATALOGUE.version,
    )


def _suite(suite: Suite, language: str) -> SuiteTables:
    categories = [category for category in CATALOGUE.categories.values() if category.suite is suite]
    tables = (
        CategoryTable(category.id, words.say(category.name, language), _lines(category.id, language))
        for category in categories
    )
    missing = coverage.missing(suite.value, CATALOGUE, language)
    return SuiteTables(words.say(words.SUITE[suite.value], language), tuple(tables), missing)


def _lines(category_id: str, language: str) -> tuple[CheckLine, ...]:
    return tuple(
        CheckLine(
            id=check.id,
            title=check.texts[language].title,
            requirement=words.say(words.REQUIREMENT[check.requirement.value], language),
            points=words.worth(check.weight if check.requirement.value == "required" else 0, language),
            references=check.references,
        )
        for check in CATALOGUE.values()
        if check.category == category_id
    )
