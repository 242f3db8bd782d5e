"""Figures of a whole list, whatever is filtered: means, how many domains are in order, and the share that meets each standard. Reads only.

A fixed number of queries; the database counts, so that a list of thousands costs no more than a page of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Avg, Count, F, Func, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import BooleanField
from django.db.models.functions import Coalesce

from portal.dashboards.models import Alert, DomainList, Entry, Result, Standing, State
from portal.dashboards.standards import STANDARDS
from portal.scans.words import SUITE, Moment, moment, say

# Of each standard: how many meet it, and to how many it applies. The ORM has no rows from the keys of a JSON value.
_COUNT = """
    select one.key, count(*) filter (where one.value = 'true'), count(*)
    from ({}) as found (standards), jsonb_each(found.standards) as one
    where one.value <> 'null' group by one.key
"""


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
    """How many domains meet a standard, of those it applies to and that could be measured. ``percent`` is cut off: 100 is all of them."""

    id: str
    suite: str
    name: str
    met: int
    of: int

    @property
    def percent(self) -> int:
        """A whole number; 0 when it applies to none."""
        return 100 * self.met // self.of if self.of else 0


@dataclass(frozen=True, slots=True)
class Group:
    """The shares of one suite."""

    label: str
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the whole list. ``complete``: everything at 100; ``action``: something failed; ``sealed``: the share with DANE for mail."""

    averages: Sequence[Average]
    complete: int
    action: int
    measured: int
    newest: Moment | None
    standards: Sequence[Group]
    sealed: Share | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Domains, tests that wait or run, open alerts, the labels in use, and when the next domain is due."""

    size: int
    waiting: int
    open_alerts: int
    tags: Sequence[str]
    next_due: datetime | None


def totals_of(domain_list: DomainList, suites: Sequence[str], language: str) -> Totals:
    """The totals, in two queries."""
    standings = Standing.objects.filter(entry__domain_list=domain_list, suite__in=suites)
    found = _by_domain(standings, suites)
    groups = grouped(shares(standings.values("standards"), language), suites, language)
    return Totals(
        averages=[
            Average(
                say(SUITE[suite], language),
                int(found[f"mean_{suite}"]) if found[f"mean_{suite}"] is not None else None,
                round(found[f"gain_{suite}"] or 0),
            )
            for suite in suites
        ],
        complete=found["complete"],
        action=found["action"],
        measured=found["measured"],
        newest=moment(found["newest"], language) if found["newest"] else None,
        standards=groups,
        sealed=next((share for group in groups for share in group.shares if share.id == "mail-dane"), None),
    )


def _by_domain(standings: QuerySet[Standing], suites: Sequence[str]) -> dict[str, Any]:
    """First one row for each domain, then one for the list."""
    failed = Func(
        F("states"), Value('$.* ? (@ == "failed")'), function="jsonb_path_exists", output_field=BooleanField(),
        template="%(function)s(%(expressions)s)",
    )  # fmt: skip
    each = (
        standings.order_by()
        .values("entry")
        .annotate(
            full=Count("pk", filter=Q(total=100)),
            bad=Count("pk", filter=Q(failed)),
            last=Max("measured_at"),
            **{f"total_{suite}": Max("total", filter=Q(suite=suite)) for suite in suites},
            **{f"change_{suite}": Max(F("total") - F("week_ago"), filter=Q(suite=suite)) for suite in suites},
        )
    )
    return each.aggregate(
        measured=Count("entry"),
        complete=Count("entry", filter=Q(full=len(suites))),
        action=Count("entry", filter=Q(bad__gt=0)),
        newest=Max("last"),
        **{f"mean_{suite}": Avg(f"total_{suite}") for suite in suites},
        **{f"gain_{suite}": Avg(f"change_{suite}") for suite in suites},
    )


def shares(rows: QuerySet[Any], language: str) -> list[Share]:
    """The share of each standard that applies to anybody, in the order of the norm. ``rows``: of one column, which standards are met."""
    inner, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(inner), values)
        counted = {name: (met, of) for name, met, of in cursor.fetchall()}
    return [
        Share(one.id, one.suite, say(one.name, language), *counted[one.id]) for one in STANDARDS if one.id in counted
    ]


def grouped(found: Sequence[Share], suites: Sequence[str], language: str) -> list[Group]:
    """The same, by suite; suites without any are left out."""
    groups = [Group(say(SUITE[suite], language), [one for one in found if one.suite == suite]) for suite in suites]
    return [group for group in groups if group.shares]


def counts_of(domain_list: DomainList) -> Counts:
    """The counts, in one query."""

    def number(rows: QuerySet[Any], name: str) -> Coalesce:
        counted = rows.order_by().values(name).annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted), Value(0))

    entries = Entry.objects.filter(domain_list=OuterRef("pk")).order_by()
    found = DomainList.objects.filter(pk=domain_list.pk).values_list(
        number(entries, "domain_list"),
        number(Result.objects.waiting().filter(domain_list=OuterRef("pk")), "domain_list"),
        number(Alert.objects.filter(entry__domain_list=OuterRef("pk"), state=State.OPEN), "entry__domain_list"),
        ArraySubquery(entries.annotate(tag=Func(F("tags"), function="unnest")).values("tag").distinct()),
        Subquery(entries.values("domain_list").annotate(first=Min("due_at")).values("first")),
    )
    size, waiting, open_alerts, tags, next_due = found.get()
    return Counts(size, waiting, open_alerts, sorted(tags), next_due)
