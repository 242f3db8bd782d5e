"""The report of a list for a board: how it went between two days, on paper. Plain data for the page; reads only, a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from portal.dashboards import comparison, history
from portal.dashboards.comparison import Change, Comparison, Line
from portal.dashboards.exports import title_of
from portal.dashboards.models import DomainList, Explanation
from portal.dashboards.selection import suites_of
from portal.dashboards.totals import Counts, Share, Totals, counts_of, shares, totals_of
from portal.scans.words import SUITE, say

MOST_LINES = 15
MOST_EXPLANATIONS = 200
USUAL = timedelta(weeks=26)  # the government's measurement is half-yearly


@dataclass(frozen=True, slots=True)
class Progress:
    """The share of one standard on both days, in whole percents; ``before`` None when nobody had been measured for it."""

    name: str
    before: int | None
    after: Share

    @property
    def change(self) -> int | None:
        """Percentage points."""
        return None if self.before is None else self.after.percent - self.before


@dataclass(frozen=True, slots=True)
class Standards:
    """The standards of one suite."""

    label: str
    rows: Sequence[Progress]


@dataclass(frozen=True, slots=True)
class Explained:
    """One exception: of which domain, about which check, why, and when that was written."""

    domain: str
    check: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the paper. ``better`` and ``worse`` are the largest changes; the numbers beside them say how many there were.
    ``totals`` are those of this moment, and of ``end`` only when ``is_now``."""

    start: date
    end: date
    counts: Counts
    totals: Totals
    means: Sequence[Change]
    trend: Sequence[SafeString]
    standards: Sequence[Standards]
    better: Sequence[Line]
    worse: Sequence[Line]
    better_count: int
    worse_count: int
    explained: Sequence[Explained]
    is_now: bool


def build(domain_list: DomainList, start: date, end: date, language: str, now: datetime) -> Board:
    """The report over these days, in a language."""
    suites = suites_of(domain_list)
    compared = comparison.build(domain_list, start, end, language)
    better, worse = _moved(compared)
    weeks = history.weekly_means(domain_list, now)
    within = {week: means for week, means in weeks.items() if start - timedelta(days=6) <= week <= end}
    totals, is_now = totals_of(domain_list, suites, language), end >= timezone.localdate(now)
    return Board(
        start=start,
        end=end,
        counts=counts_of(domain_list),
        totals=totals,
        means=_means(compared, totals) if is_now else compared.means,
        trend=history.trend(within, suites, language),
        standards=_standards(domain_list, start, end, suites, language),
        better=better[:MOST_LINES],
        worse=worse[:MOST_LINES],
        better_count=len(better),
        worse_count=len(worse),
        explained=_explained(domain_list, language),
        is_now=is_now,
    )


def _means(compared: Comparison, totals: Totals) -> list[Change]:
    """Where no domain was measured on both days, as in a young list: the mean of now, and none of then."""
    now = {average.label: average.score for average in totals.averages}
    return [replace(mean, after=now.get(mean.label)) if mean.after is None else mean for mean in compared.means]


def _moved(compared: Comparison) -> tuple[list[Line], list[Line]]:
    """What rose, most first; what fell, most first."""
    return (
        [line for line in reversed(compared.lines) if line.change > 0],
        [line for line in compared.lines if line.change < 0],
    )


def _standards(
    domain_list: DomainList, start: date, end: date, suites: Sequence[str], language: str
) -> list[Standards]:
    rows = comparison.tested(domain_list)
    then = shares(rows.values(then=comparison.at_end_of(start, "standards")), language)
    before: Mapping[str, Share] = {share.id: share for share in then}
    after = shares(rows.values(then=comparison.at_end_of(end, "standards")), language)
    groups = [
        Standards(
            say(SUITE[suite], language),
            [
                Progress(share.name, before[share.id].percent if share.id in before else None, share)
                for share in after
                if share.suite == suite
            ],
        )
        for suite in suites
    ]
    return [group for group in groups if group.rows]


def _explained(domain_list: DomainList, language: str) -> list[Explained]:
    found = Explanation.objects.filter(entry__domain_list=domain_list).select_related("entry")
    rows = found.order_by("entry__domain", "check_id")[:MOST_EXPLANATIONS]
    return [Explained(row.entry.domain, title_of(row.check_id, language), row.text, row.changed_at) for row in rows]
