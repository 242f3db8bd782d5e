"""What the report page shows for this request: which checks, and what to know about the report's age. The request's own facts, kept out of the report itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from portal.scans.report_page import CategoryCard, Notice, Shown

ATTENTION = frozenset({"failed", "warning", "error"})
OLD = timedelta(days=1)


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
    days = age.days
    if language == "en":
        title = f"This report is {days} days old." if days != 1 else "This report is a day old."
        return Notice("info", title, "Things may be different by now. Test again to see how it is today.")
    title = f"Dit rapport is {days} dagen oud." if days != 1 else "Dit rapport is een dag oud."
    return Notice("info", title, "Het kan intussen anders zijn. Test opnieuw om te zien hoe het nu is.")
