"""How scores went: the mean of a list for each week of a year, as a chart and as a table, and the last weeks of single domains. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Avg
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.dashboards.lifecycle import monday
from portal.dashboards.models import DomainList, Entry, Result
from portal.pictures import lines
from portal.scans.words import SUITE, day, say

TREND_WEEKS = 52
SPARK_WEEKS = 12
Weekly = Mapping[date, Mapping[str, float]]  # Monday -> suite -> mean


@dataclass(frozen=True, slots=True)
class Week:
    """One row of the trend as a table."""

    name: str
    scores: Sequence[str]


def weekly_means(domain_list: DomainList, now: datetime, *, weeks: int = TREND_WEEKS) -> Weekly:
    """The means of the last weeks in which something was measured, this one included."""
    found = (
        Result.objects.filter(
            domain_list=domain_list, week__gte=monday(now) - timedelta(weeks=weeks - 1), total__isnull=False
        )
        .values("week", "suite")
        .annotate(mean=Avg("total"))
        .values_list("week", "suite", "mean")
        .order_by("week")
    )
    means: dict[date, dict[str, float]] = {}
    for week, suite, mean in found:
        assert week is not None
        means.setdefault(week, {})[suite] = float(mean)
    return means


def trend(weeks: Weekly, suites: Sequence[str], language: str) -> list[SafeString]:
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
    names = [_named(week, language).rpartition(" ")[0] for week in mondays]
    return [lines.trend(drawn, names, label, narrow=narrow) for narrow in (False, True)]


def as_table(weeks: Weekly, suites: Sequence[str], language: str) -> list[Week]:
    """The same figures, newest first."""
    return [
        Week(
            _named(week, language),
            [str(int(weeks[week][suite])) if suite in weeks[week] else "–" for suite in suites],
        )
        for week in sorted(weeks, reverse=True)
    ]


def _named(week: date, language: str) -> str:
    return day(datetime(week.year, week.month, week.day, 12, tzinfo=UTC), language)


def of_domains(entries: Sequence[Entry], suites: Sequence[str], now: datetime) -> dict[int, list[float | None]]:
    """Key of a domain -> its last weekly scores, the suites together, oldest first."""
    since = monday(now) - timedelta(weeks=SPARK_WEEKS - 1)
    found = (
        Result.objects.filter(
            entry__in=[entry.pk for entry in entries], week__gte=since, total__isnull=False, suite__in=suites
        )
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


def sparkline(weekly: Sequence[float | None]) -> SafeString:
    """The line of one domain, with its words."""
    known = [value for value in weekly if value is not None]
    if not known:
        return lines.sparkline([], "")
    words = {"first": int(known[0]), "last": int(known[-1]), "weeks": SPARK_WEEKS}
    return lines.sparkline(weekly, _("from %(first)d to %(last)d in %(weeks)d weeks") % words)
