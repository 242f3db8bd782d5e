"""What the report page shows for this request: which checks, and what to know about the report's age. The request's own facts, kept out of the report itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from portal.scans.report_page import CategoryCard, Notice, Shown
from portal.scans.words import Words, say

ATTENTION = frozenset({"failed", "warning", "error"})
OLD = timedelta(days=1)

_A_DAY_OLD: Words = {"nl": "Dit rapport is een dag oud.", "en": "This report is a day old."}
_DAYS_OLD: Words = {"nl": "Dit rapport is {days} dagen oud.", "en": "This report is {days} days old."}
_TEST_AGAIN: Words = {
    "nl": "Het kan intussen anders zijn. Test opnieuw om te zien hoe het nu is.",
    "en": "Things may be different by now. Test again to see how it is today.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a report: its permalink with the name of the site, the time of asking, whether only what needs attention is wanted, and what changed
    since an earlier report that this visitor may see."""

    address: str = ""
    now: datetime | None = None
    attention: bool = False
    changes: Notice | None = None


def select(categories: Sequence[CategoryCard], asked: Asked) -> Shown:
    """All checks, or those that need attention; a category in which none does is left out then."""
    total = sum(len(category.checks) for category in categories)
    wanted = [
        replace(category, checks=tuple(check for check in category.checks if check.status in ATTENTION))
        for category in categories
    ]
    attention = sum(len(category.checks) for category in wanted)
    shown = [category for category in wanted if category.checks] if asked.attention else categories
    return Shown(tuple(shown), total, attention, asked.attention)


def age_notice(measured: datetime | None, asked: Asked, language: str) -> Notice | None:
    """That a report is old; None when it is less than a day old."""
    age = asked.now.astimezone(UTC) - measured if asked.now and measured else timedelta()
    if age < OLD:
        return None
    title = say(_A_DAY_OLD if age.days == 1 else _DAYS_OLD, language).format(days=age.days)
    return Notice("info", title, say(_TEST_AGAIN, language))
