"""Organisations side by side, for the operator: means and shares of standards, never a domain. Reads only, a fixed number of queries.

A domain that an organisation has in several lists counts once, by its newest test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Avg, Count, Q, QuerySet

from portal.accounts.models import Organisation
from portal.dashboards.models import Entry, Standing
from portal.dashboards.totals import Share, shares

SUITES = ("web", "mail")


@dataclass(slots=True)
class Line:
    """One organisation: how many domains it follows, and its means by suite, in the order of ``SUITES``; None when nothing was measured."""

    public_id: str
    name: str
    domains: int = 0
    means: dict[str, int | None] = field(default_factory=lambda: dict.fromkeys(SUITES))


@dataclass(frozen=True, slots=True)
class Pair:
    """One standard of two organisations; None where it applies to none of the domains."""

    suite: str
    name: str
    first: Share | None
    second: Share | None


def lines() -> list[Line]:
    """All organisations, by name."""
    found = {
        pk: Line(public_id, name) for pk, public_id, name in Organisation.objects.values_list("pk", "public_id", "name")
    }
    sizes = Entry.objects.order_by().values_list("domain_list__organisation")
    for pk, domains in sizes.annotate(n=Count("domain", distinct=True)):
        found[pk].domains = domains
    means = Standing.objects.filter(pk__in=_newest().values("pk")).order_by()
    grouped = means.values_list("entry__domain_list__organisation", "suite").annotate(mean=Avg("total"))
    for pk, suite, mean in grouped:
        found[pk].means[suite] = int(mean) if mean is not None else None
    return sorted(found.values(), key=lambda line: (line.name.casefold(), line.public_id))


def pairs(first: str, second: str, language: str) -> list[Pair]:
    """The standards of two organisations, by their public ids."""
    one, other = _shares(first, language), _shares(second, language)
    order = {**one, **other}
    return [Pair(order[name].suite, order[name].name, one.get(name), other.get(name)) for name in order]


def _shares(public_id: str, language: str) -> Mapping[str, Share]:
    newest = _newest().filter(entry__domain_list__organisation__public_id=public_id)
    return {share.id: share for share in shares(newest.values("standards"), language)}


def _newest() -> QuerySet[Standing]:
    tested = Q(suite="mail", entry__domain_list__mail=True) | Q(suite="web", entry__domain_list__web=True)
    place: Sequence[str] = ("entry__domain_list__organisation_id", "entry__domain", "suite")
    return Standing.objects.filter(tested).order_by(*place, "-measured_at").distinct(*place)
