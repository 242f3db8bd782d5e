"""Two moments of a list side by side: what each domain scored then and later, and the means of both. Reads only, two queries for any length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from portal.dashboards.models import DomainList, Result
from portal.scans.words import SUITE, say

Scores = dict[tuple[str, str], int]  # (domain, suite) -> total
SUITES = ("web", "mail")


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


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two days, the means of the domains that were measured at both, and every domain with a score, most fallen first."""

    start: date
    end: date
    means: Sequence[Change]
    lines: Sequence[Line]


def days(query: Mapping[str, str], today: date) -> tuple[date, date]:
    """The two days of a query string, in order; four weeks ago and today when they make no sense."""
    found = []
    for name, default in (("from", today - timedelta(weeks=4)), ("to", today)):
        try:
            found.append(min(date.fromisoformat(query.get(name, "")), today))
        except ValueError:
            found.append(default)
    return min(found), max(found)


def build(domain_list: DomainList, start: date, end: date, language: str) -> Comparison:
    """The comparison of how things stood at the end of both days."""
    before, after = _scores(domain_list, start), _scores(domain_list, end)
    suites = [suite for suite in SUITES if suite in domain_list.suites]
    lines = [
        Line(domain, [Change(say(SUITE[s], language), before.get((domain, s)), after.get((domain, s))) for s in suites])
        for domain in sorted({domain for domain, _suite in (*before, *after)})
    ]
    lines.sort(key=lambda line: sum(change.change or 0 for change in line.changes))
    return Comparison(start, end, [_mean(suite, before, after, language) for suite in suites], lines)


def _scores(domain_list: DomainList, day: date) -> Scores:
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    newest = (
        Result.objects.filter(domain_list=domain_list, measured_at__lt=midnight, total__isnull=False)
        .order_by("entry_id", "suite", "-measured_at")
        .distinct("entry_id", "suite")
        .values_list("entry__domain", "suite", "total")
    )
    return {(domain, suite): total for domain, suite, total in newest if total is not None}


def _mean(suite: str, before: Scores, after: Scores, language: str) -> Change:
    both = [key for key in before if key in after and key[1] == suite]
    label = say(SUITE[suite], language)
    if not both:
        return Change(label, None, None)
    return Change(label, sum(before[key] for key in both) // len(both), sum(after[key] for key in both) // len(both))
