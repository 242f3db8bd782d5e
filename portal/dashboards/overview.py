"""The overview of a list as plain data for the page: how its domains stand, filtered, sorted and paged; totals, standards and trend of the whole list.

Reads only. The number of queries does not depend on the number of domains or weeks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import (
    Avg,
    Count,
    Exists,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Least
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from checks import CATALOGUE
from portal.dashboards.lifecycle import monday
from portal.dashboards.models import Alert, DomainList, Entry, Explanation, Result, Standing, State
from portal.dashboards.standards import STANDARDS
from portal.pictures import lines
from portal.scans.words import STATUS, SUITE, Moment, day, moment, say

PER_PAGE = 100
TREND_WEEKS = 52
SPARK_WEEKS = 12
CERTIFICATE_DAYS = 30
SUITES = ("web", "mail")
SORTS = ("score", "domain", "web", "mail", "change", "tested")
ONLY = ("worse", "certificate", "no-dane", "waiting", "explained")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor wants to see, from the query string; whatever makes no sense is left out. ``public``: nothing is found by what only members may see."""

    q: str = ""
    tag: str = ""
    category: str = ""
    status: str = ""
    only: str = ""
    sort: str = "score"
    page: int = 1
    public: bool = False

    @classmethod
    def parse(cls, query: Mapping[str, Any], *, public: bool = False) -> Asked:
        """From ``request.GET``."""

        def one_of(name: str, choices: Iterable[str]) -> str:
            text = str(query.get(name, ""))
            return text if text in choices else ""

        page = str(query.get("page", "1"))
        return cls(
            q=str(query.get("q", "")).replace("\x00", "").strip()[:100],
            tag="" if public else str(query.get("tag", "")).replace("\x00", "")[:40],
            category=one_of("category", [category.id for category in CATALOGUE.categories.values()]),
            status=one_of("status", STATUS),
            only=one_of("only", ONLY),
            sort=one_of("sort", SORTS) or "score",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
            public=public,
        )

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return any((self.q, self.tag, self.category, self.status, self.only))


@dataclass(frozen=True, slots=True)
class Column:
    """A category in the table."""

    id: str
    suite: str
    name: str


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
    explanations: int
    certificate: str

    @property
    def fall(self) -> int:
        """How far the scores fell, without a sign."""
        return -self.change


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of one suite, and how it differs from a week ago; None when nothing is known."""

    label: str
    score: int | None
    change: int

    @property
    def fall(self) -> int:
        """How far the mean fell, without a sign."""
        return -self.change


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the domains to which a standard applies meet it."""

    name: str
    met: int
    of: int
    percent: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures of the whole list, whatever is filtered."""

    averages: Sequence[Average]
    complete: int
    action: int
    measured: int
    newest: Moment | None
    standards: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Week:
    """One row of the trend as a table."""

    name: str
    scores: Sequence[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the page shows of a list."""

    asked: Asked
    columns: Sequence[Column]
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
    columns = columns_of(domain_list, language)
    picked = chosen(domain_list, asked, now)
    matching = picked.count()
    size, waiting, open_alerts = _counts(domain_list)
    pages = max(1, -(-matching // per_page))
    page = min(max(1, asked.page), pages)
    entries = list(
        _sorted(picked, asked.sort)[(page - 1) * per_page : page * per_page].prefetch_related("explanations", STANDINGS)
    )
    sparks = _sparks(entries, now)
    weeks = _weeks(domain_list, now)
    suites = [suite for suite in SUITES if suite in domain_list.suites]
    return Overview(
        asked=asked,
        columns=columns,
        rows=[_row(entry, columns, suites, sparks.get(entry.pk, []), language) for entry in entries],
        matching=matching,
        size=size,
        number=page,
        pages=pages,
        totals=_totals(domain_list, suites, language),
        trend=_trend(weeks, suites, language),
        weeks=_week_rows(weeks, suites, language),
        tags=_tags(domain_list),
        waiting=waiting,
        open_alerts=open_alerts,
    )


STANDINGS = Prefetch("standings", Standing.objects.select_related("scan").defer("scan__document"))


def columns_of(domain_list: DomainList, language: str) -> list[Column]:
    """The categories of the suites that a list tests, web first."""
    return [
        Column(category.id, category.suite.value, say(category.name, language))
        for suite in SUITES
        for category in CATALOGUE.categories.values()
        if category.suite.value == suite and suite in domain_list.suites
    ]


# --- Which domains, in which order ---------------------------------------------------------------------------------------------------------------


def chosen(domain_list: DomainList, asked: Asked, now: datetime) -> QuerySet[Entry]:
    """The domains that the filters leave."""
    entries = Entry.objects.filter(domain_list=domain_list)
    standings = Standing.objects.filter(entry=OuterRef("pk"))
    if asked.q:
        words = ("domain",) if asked.public else ("domain", "notes", "owner", "supplier")
        entries = entries.filter(models.Q.create([(f"{word}__icontains", asked.q) for word in words], connector=Q.OR))
    if asked.tag:
        entries = entries.filter(tags__contains=[asked.tag])
    if asked.category and asked.status:
        entries = entries.filter(Exists(standings.filter(states__contains={asked.category: asked.status})))
    elif asked.category:
        entries = entries.filter(Exists(standings.filter(states__has_key=asked.category)))
    elif asked.status:
        of_any = Q.create(
            [("states__contains", {c.id: asked.status}) for c in CATALOGUE.categories.values()], connector=Q.OR
        )
        entries = entries.filter(Exists(standings.filter(of_any)))
    match asked.only:
        case "worse":
            entries = entries.filter(Exists(standings.filter(total__lt=F("week_ago"))))
        case "certificate":
            until = (now + timedelta(days=CERTIFICATE_DAYS)).date()
            entries = entries.filter(Exists(standings.filter(certificate_ends__lte=until)))
        case "no-dane":
            entries = entries.filter(Exists(standings.filter(standards__contains={"mail-dane": False})))
        case "waiting":
            entries = entries.filter(Exists(Result.objects.waiting().filter(entry=OuterRef("pk"))))
        case "explained":
            entries = entries.filter(Exists(Explanation.objects.filter(entry=OuterRef("pk"))))
    return entries


def _sorted(entries: QuerySet[Entry], sort: str) -> QuerySet[Entry]:
    """Worst, lowest or oldest first; what was never measured comes last."""
    joined = entries.alias(
        of_mail=FilteredRelation("standings", condition=Q(standings__suite="mail")),
        of_web=FilteredRelation("standings", condition=Q(standings__suite="web")),
    )
    if sort == "domain":
        return entries.order_by("domain")
    if sort in SUITES:
        return joined.order_by(F(f"of_{sort}__total").asc(nulls_last=True), "domain")
    if sort == "change":
        change = sum(
            (Coalesce(F(f"of_{suite}__total") - F(f"of_{suite}__week_ago"), Value(0)) for suite in SUITES), Value(0)
        )
        return joined.alias(change=change).order_by("change", "domain")
    if sort == "tested":
        return joined.alias(at=Least("of_mail__measured_at", "of_web__measured_at")).order_by(
            F("at").asc(nulls_last=True), "domain"
        )
    return joined.alias(worst=Least("of_mail__total", "of_web__total")).order_by(
        F("worst").asc(nulls_last=True), "domain"
    )


# --- Rows ---------------------------------------------------------------------------------------------------------------------------------------


def _row(
    entry: Entry, columns: Sequence[Column], suites: Sequence[str], weekly: Sequence[float | None], language: str
) -> Row:
    standings = {standing.suite: standing for standing in entry.standings.all()}
    explained = {check.category for one in entry.explanations.all() if (check := CATALOGUE.get(one.check_id))}
    known = [value for value in weekly if value is not None]
    label = ""
    if known:
        label = _("from %(first)d to %(last)d in %(weeks)d weeks") % {
            "first": int(known[0]),
            "last": int(known[-1]),
            "weeks": SPARK_WEEKS,
        }
    ends = min((one.certificate_ends for one in standings.values() if one.certificate_ends), default=None)
    newest = max((one.measured_at for one in standings.values()), default=None)
    return Row(
        entry=entry,
        halves=[_half(suite, standings.get(suite), columns, explained, language) for suite in suites],
        spark=lines.sparkline(weekly, label),
        change=sum(
            one.total - one.week_ago for one in standings.values() if one.total is not None and one.week_ago is not None
        ),
        tested=moment(newest, language) if newest else None,
        explanations=len(entry.explanations.all()),
        certificate=ends.isoformat() if ends else "",
    )


def _half(suite: str, standing: Standing | None, columns: Sequence[Column], explained: set[str], language: str) -> Half:
    states = standing.states if standing else {}
    cells = [
        Cell(status, say(STATUS[status], language), column.name, column.id in explained)
        for column in columns
        if column.suite == suite
        for status in [states.get(column.id, "not_tested")]
    ]
    report = standing.scan.get_absolute_url() if standing and standing.scan else ""
    return Half(say(SUITE[suite], language), standing.total if standing else None, report, cells)


def _sparks(entries: Sequence[Entry], now: datetime) -> dict[int, list[float | None]]:
    """Domain -> its last weekly scores, both suites together, oldest first."""
    since = monday(now) - timedelta(weeks=SPARK_WEEKS - 1)
    found = (
        Result.objects.filter(entry__in=[entry.pk for entry in entries], week__gte=since, total__isnull=False)
        .values("entry", "week")
        .annotate(mean=Avg("total"))
        .values_list("entry", "week", "mean")
    )
    weekly: dict[int, list[float | None]] = defaultdict(lambda: [None] * SPARK_WEEKS)
    for entry, week, mean in found:
        assert week is not None
        place = (week - since).days // 7
        if 0 <= place < SPARK_WEEKS:
            weekly[entry][place] = float(mean)
    return weekly


# --- The whole list -----------------------------------------------------------------------------------------------------------------------------


def _totals(domain_list: DomainList, suites: Sequence[str], language: str) -> Totals:
    rows = list(
        Standing.objects.filter(entry__domain_list=domain_list, suite__in=suites).values_list(
            "entry", "suite", "total", "week_ago", "states", "standards", "measured_at"
        )
    )
    totals: dict[int, list[int | None]] = defaultdict(list)
    action = set()
    for entry, _suite, total, _before, states, _standards, _at in rows:
        totals[entry].append(total)
        if "failed" in states.values():
            action.add(entry)
    newest = max((row[6] for row in rows), default=None)
    return Totals(
        averages=[_average(suite, [row for row in rows if row[1] == suite], language) for suite in suites],
        complete=sum(len(both) == len(suites) and all(total == 100 for total in both) for both in totals.values()),
        action=len(action),
        measured=len(totals),
        newest=moment(newest, language) if newest else None,
        standards=_shares(row[5] for row in rows),
    )


def _average(suite: str, rows: Sequence[Any], language: str) -> Average:
    now = [row[2] for row in rows if row[2] is not None]
    both = [(row[2], row[3]) for row in rows if row[2] is not None and row[3] is not None]
    change = round(sum(total - before for total, before in both) / len(both)) if both else 0
    return Average(say(SUITE[suite], language), sum(now) // len(now) if now else None, change)


def _shares(standards: Iterable[Mapping[str, bool | None]]) -> list[Share]:
    met: dict[str, int] = defaultdict(int)
    of: dict[str, int] = defaultdict(int)
    for found in standards:
        for name, is_met in found.items():
            if is_met is not None:
                of[name] += 1
                met[name] += is_met
    return [
        Share(standard.name, met[standard.id], of[standard.id], 100 * met[standard.id] // of[standard.id])
        for standard in STANDARDS
        if of[standard.id]
    ]


def _weeks(domain_list: DomainList, now: datetime) -> dict[date, dict[str, float]]:
    """Monday -> suite -> mean, of the last year."""
    since = monday(now) - timedelta(weeks=TREND_WEEKS - 1)
    found = (
        Result.objects.filter(domain_list=domain_list, week__gte=since, total__isnull=False)
        .values("week", "suite")
        .annotate(mean=Avg("total"))
        .values_list("week", "suite", "mean")
        .order_by("week")
    )
    weeks: dict[date, dict[str, float]] = {}
    for week, suite, mean in found:
        assert week is not None
        weeks.setdefault(week, {})[suite] = float(mean)
    return weeks


def _trend(weeks: Mapping[date, Mapping[str, float]], suites: Sequence[str], language: str) -> list[SafeString]:
    """The line chart, wide and narrow; none for less than two weeks."""
    if len(weeks) < 2:
        return []
    first, last = min(weeks), max(weeks)
    mondays = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    drawn, said = [], []
    for suite in suites:
        values = [weeks.get(week, {}).get(suite) for week in mondays]
        known = [value for value in values if value is not None]
        if known:
            name = say(SUITE[suite], language)
            drawn.append(lines.Line(f"{name} {int(known[-1])}", values))
            said.append(
                _("%(name)s from %(first)d to %(last)d")
                % {"name": name, "first": int(known[0]), "last": int(known[-1])}
            )
    label = _("Mean score for each week.") + " " + ". ".join(said) + "."
    names = [_short(week, language) for week in mondays]
    return [lines.trend(drawn, names, label, narrow=narrow) for narrow in (False, True)]


def _short(week: date, language: str) -> str:
    return day(datetime(week.year, week.month, week.day, 12, tzinfo=UTC), language).rpartition(" ")[0]


def _week_rows(weeks: Mapping[date, Mapping[str, float]], suites: Sequence[str], language: str) -> list[Week]:
    """The same figures, newest first."""
    return [
        Week(
            day(datetime(week.year, week.month, week.day, 12, tzinfo=UTC), language),
            [str(int(weeks[week][suite])) if suite in weeks[week] else "–" for suite in suites],
        )
        for week in sorted(weeks, reverse=True)
    ]


def _counts(domain_list: DomainList) -> tuple[int, int, int]:
    """Domains, tests that wait or run, and open alerts; in one query."""

    def number(rows: QuerySet[Any], name: str) -> Coalesce:
        counted = rows.order_by().values(name).annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted), Value(0))

    found = DomainList.objects.filter(pk=domain_list.pk).values_list(
        number(Entry.objects.filter(domain_list=OuterRef("pk")), "domain_list"),
        number(Result.objects.waiting().filter(domain_list=OuterRef("pk")), "domain_list"),
        number(Alert.objects.filter(entry__domain_list=OuterRef("pk"), state=State.OPEN), "entry__domain_list"),
    )
    size, waiting, open_alerts = found.get()
    return size, waiting, open_alerts


def _tags(domain_list: DomainList) -> list[str]:
    found = Entry.objects.filter(domain_list=domain_list).annotate(tag=Func(F("tags"), function="unnest")).order_by()
    return sorted(set(found.values_list("tag", flat=True).distinct()))


# --- Words of the filters -----------------------------------------------------------------------------------------------------------------------


def statuses(language: str) -> list[tuple[str, str]]:
    """Statuses that a domain can be filtered by."""
    return [(status, say(STATUS[status], language)) for status in ("failed", "warning", "error", "info", "passed")]


def only_words() -> list[tuple[str, str]]:
    """The other filters."""
    words = (
        _("Worse than last week"),
        _("Certificate ends within 30 days"),
        _("Without DANE"),
        _("Being tested"),
        _("With an explanation"),
    )
    return list(zip(ONLY, words, strict=True))


def sort_words() -> list[tuple[str, str]]:
    """The orders."""
    words = (
        _("Worst first"),
        _("By name"),
        _("Website, lowest first"),
        _("Mail, lowest first"),
        _("Most fallen first"),
        _("Tested longest ago"),
    )
    return list(zip(SORTS, words, strict=True))
