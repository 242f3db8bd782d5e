"""The overview of a list as plain data for the page: the domains that were asked for, a page of them, with the totals and the trend of the whole list.

Reads only. The number of queries does not depend on the number of domains or weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.safestring import SafeString

from checks import CATALOGUE
from portal.dashboards import history
from portal.dashboards.history import Week
from portal.dashboards.models import Alert, DomainList, Entry, Standing
from portal.dashboards.selection import Asked, chosen, ordered, suites_of
from portal.dashboards.totals import Totals, counts_of, totals_of
from portal.scans.words import STATUS, SUITE, Moment, day, moment, say

PER_PAGE = 100
NEWEST_ALERTS = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A category in the table."""

    id: str
    suite: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one suite."""

    suite: str
    label: str
    columns: Sequence[Column]

    @property
    def width(self) -> int:
        """Columns of the table, the score included."""
        return len(self.columns) + 1


@dataclass(frozen=True, slots=True)
class Cell:
    """The status of one category of one domain."""

    status: str
    word: str
    column: str
    explained: bool


@dataclass(frozen=True, slots=True)
class Half:
    """One suite of one domain: its score with a link to the report, and its categories. ``total`` None: not measured."""

    label: str
    total: int | None
    report: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Row:
    """One domain."""

    entry: Entry
    halves: Sequence[Half]
    spark: SafeString
    change: int
    tested: Moment | None
    day: str
    explanations: int

    @property
    def fall(self) -> int:
        """How far the scores fell, without a sign."""
        return -self.change


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the page shows of a list."""

    asked: Asked
    groups: Sequence[Group]
    rows: Sequence[Row]
    matching: int
    size: int
    number: int
    pages: int
    totals: Totals
    trend: Sequence[SafeString]
    weeks: Sequence[Week]
    tags: Sequence[str]
    waiting: int
    open_alerts: int
    next_due: Moment | None
    alerts: Sequence[Alert]

    @property
    def tag_choices(self) -> list[tuple[str, str]]:
        """Labels for a list of choices."""
        return [(tag, tag) for tag in self.tags]

    @property
    def page_numbers(self) -> range:
        """For links to the pages."""
        return range(1, self.pages + 1)


def build(domain_list: DomainList, asked: Asked, language: str, now: datetime, *, per_page: int = PER_PAGE) -> Overview:
    """The overview in a language, as it is now."""
    suites = suites_of(domain_list)
    groups = groups_of(domain_list, language)
    counts = counts_of(domain_list)
    picked = chosen(domain_list, asked, now)
    matching = picked.count() if asked.filters else counts.size
    pages = max(1, -(-matching // per_page))
    page = min(max(1, asked.page), pages)
    first = (page - 1) * per_page
    shown = ordered(domain_list, picked, asked.sort)[first : first + per_page]
    entries = list(shown.prefetch_related("explanations", Prefetch("standings", standings_of(domain_list))))
    sparks = history.of_domains(entries, suites, now)
    weeks = history.weekly_means(domain_list, now)
    return Overview(
        asked=asked,
        groups=groups,
        rows=[_row(entry, groups, sparks.get(entry.pk, []), language) for entry in entries],
        matching=matching,
        size=counts.size,
        number=page,
        pages=pages,
        totals=totals_of(domain_list, suites, language),
        trend=history.trend(weeks, suites, language),
        weeks=history.as_table(weeks, suites, language),
        tags=counts.tags,
        waiting=counts.waiting,
        open_alerts=counts.open_alerts,
        next_due=moment(counts.next_due, language) if counts.next_due else None,
        alerts=[] if asked.public else _alerts(domain_list),
    )


def groups_of(domain_list: DomainList, language: str) -> list[Group]:
    """The columns of the table: the categories of each suite that the list tests."""
    return [
        Group(
            suite,
            say(SUITE[suite], language),
            [
                Column(category.id, suite, say(category.name, language))
                for category in CATALOGUE.categories.values()
                if category.suite.value == suite
            ],
        )
        for suite in suites_of(domain_list)
    ]


def standings_of(domain_list: DomainList) -> QuerySet[Standing]:
    """How the domains stand in what the list tests, with the addresses of their reports and without the documents. To prefetch."""
    known = Standing.objects.filter(suite__in=domain_list.suites).select_related("scan")
    return known.defer("standards", "hosts", "names", "sealed", "scan__document")


def _alerts(domain_list: DomainList) -> list[Alert]:
    """The newest that anybody has heard of."""
    told = Alert.objects.filter(entry__domain_list=domain_list).told().select_related("entry")
    return list(told[:NEWEST_ALERTS])


def _row(entry: Entry, groups: Sequence[Group], weekly: Sequence[float | None], language: str) -> Row:
    standings = {standing.suite: standing for standing in entry.standings.all()}
    explanations = list(entry.explanations.all())
    explained = {check.category for one in explanations if (check := CATALOGUE.get(one.check_id))}
    newest = max((one.measured_at for one in standings.values()), default=None)
    return Row(
        entry=entry,
        halves=[_half(group, standings.get(group.suite), explained, language) for group in groups],
        spark=history.sparkline(weekly),
        change=sum(
            one.total - one.week_ago for one in standings.values() if one.total is not None and one.week_ago is not None
        ),
        tested=moment(newest, language) if newest else None,
        day=day(newest, language) if newest else "",
        explanations=len(explanations),
    )


def _half(group: Group, standing: Standing | None, explained: set[str], language: str) -> Half:
    states = standing.states if standing else {}
    cells = [
        Cell(status, say(STATUS[status], language), column.name, column.id in explained)
        for column in group.columns
        for status in [states.get(column.id, "not_tested")]
    ]
    report = standing.scan.get_absolute_url() if standing and standing.scan else ""
    return Half(group.label, standing.total if standing else None, report, cells)
