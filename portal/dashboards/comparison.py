"""Two moments of a list side by side: what each domain scored then and later, and the means of both. Reads only, two queries for any length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from portal.dashboards.models import DomainList, Result, Standing
from portal.dashboards.selection import suites_of
from portal.scans.words import SUITE, say

Scores = dict[tuple[str, str], int]  # (domain, suite) -> total
USUAL = timedelta(weeks=4)
EARLIEST = date(2000, 1, 1)  # nothing was measured before; and days can be counted back from it


@dataclass(frozen=True, slots=True)
class Change:
    """One suite of one domain, or its mean: the score then and later; None when nothing had been measured."""

    label: str
    before: int | None
    after: int | None

    @property
    def change(self) -> int | None:
        """What was gained; negative when lost."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Line:
    """One domain."""

    domain: str
    changes: Sequence[Change]

    @property
    def change(self) -> int:
        """What was gained over both suites; 0 when nothing can be compared."""
        return sum(change.change or 0 for change in self.changes)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two days, the means of the domains that were measured at both, and every domain with a score, most fallen first."""

    start: date
    end: date
    means: Sequence[Change]
    lines: Sequence[Line]


def days(query: Mapping[str, str], today: date, usual: timedelta = USUAL) -> tuple[date, date]:
    """The two days of a query string, in order; so long ago and today when they make no sense."""
    found = []
    for name, default in (("from", today - usual), ("to", today)):
        try:
            found.append(max(min(date.fromisoformat(query.get(name, "")), today), EARLIEST))
        except ValueError:
            found.append(default)
    return min(found), max(found)


def build(domain_list: DomainList, start: date, end: date, language: str) -> Comparison:
    """The comparison of how things stood at the end of both days."""
    before, after = _scores(domain_list, start), _scores(domain_list, end)
    suites = suites_of(domain_list)
    lines = [
        Line(domain, [Change(say(SUITE[s], language), before.get((domain, s)), after.get((domain, s))) for s in suites])
        for domain in sorted({domain for domain, _suite in (*before, *after)})
    ]
    lines.sort(key=lambda line: line.change)
    return Comparison(start, end, [_mean(suite, before, after, language) for suite in suites], lines)


def tested(domain_list: DomainList) -> QuerySet[Standing]:
    """One row for each domain and suite of the list that was ever measured: whatever has a result has a standing."""
    return Standing.objects.filter(entry__domain_list=domain_list, suite__in=domain_list.suites).order_by()


def at_end_of(day: date, column: str) -> Subquery:
    """For such a row: this column of the newest result with a score at the end of a day, in the time zone of the pages. One look in an index for each,
    instead of a sort over years of results."""
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    until = Result.objects.filter(
        entry=OuterRef("entry"), suite=OuterRef("suite"), measured_at__lt=midnight, total__isnull=False
    )
    return Subquery(until.order_by("-measured_at").values(column)[:1])


def _scores(domain_list: DomainList, day: date) -> Scores:
    rows = tested(domain_list).values_list("entry__domain", "suite", at_end_of(day, "total"))
    return {(domain, suite): total for domain, suite, total in rows if total is not None}


def _mean(suite: str, before: Scores, after: Scores, language: str) -> Change:
    both = [key for key in before if key in after and key[1] == suite]
    label = say(SUITE[suite], language)
    if not both:
        return Change(label, None, None)
    return Change(label, sum(before[key] for key in both) // len(both), sum(after[key] for key in both) // len(both))
