"""Which domains of a list are shown, and in which order: what a query string asks for, made into a query. Reads nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext as _

from checks import CATALOGUE
from portal.dashboards.models import DomainList, Entry, Explanation, Result, Standing
from portal.scans.words import STATUS, say

CERTIFICATE_DAYS = 30
SUITES = ("web", "mail")
SORTS = ("score", "domain", "web", "mail", "change", "tested")  # each also with a minus before it: the other way round
ONLY = ("worse", "certificate", "no-dane", "waiting", "explained")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the table by which it can be sorted: the order that it leads to, and the one it shows now, if any, in the words of ``aria-sort``."""

    leads_to: str
    now: str


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
            sort=one_of("sort", (*SORTS, *(f"-{sort}" for sort in SORTS))) or "score",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
            public=public,
        )

    @property
    def headings(self) -> dict[str, Heading]:
        """By the name of the order; the heading of the present order turns it round."""
        return {
            name: Heading(f"-{name}" if self.sort == name else name, states.get(self.sort, ""))
            for name in SORTS
            for states in [{name: "ascending", f"-{name}": "descending"}]
        }

    @property
    def filters(self) -> bool:
        """Whether anything is left out."""
        return any((self.q, self.tag, self.category, self.status, self.only))


def suites_of(domain_list: DomainList) -> list[str]:
    """What a list tests, in the order of the pages: web first."""
    return [suite for suite in SUITES if suite in domain_list.suites]


def chosen(domain_list: DomainList, asked: Asked, now: datetime) -> QuerySet[Entry]:
    """The domains that the filters leave. What counts is what the list tests now: an old outcome of a suite that it no longer tests does not."""
    entries = Entry.objects.filter(domain_list=domain_list)
    standings = Standing.objects.filter(entry=OuterRef("pk"), suite__in=domain_list.suites)
    if asked.q:
        words = ("domain",) if asked.public else ("domain", "notes", "owner", "supplier")
        entries = entries.filter(Q.create([(f"{word}__icontains", asked.q) for word in words], connector=Q.OR))
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


def ordered(domain_list: DomainList, entries: QuerySet[Entry], sort: str) -> QuerySet[Entry]:
    """Worst, lowest or oldest first, or the other way round after a minus; what was never measured comes last."""
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    if name == "domain":
        return entries.order_by("-domain" if backwards else "domain")
    suites = [name] if name in SUITES else domain_list.suites
    joined = entries.alias(
        **{f"of_{suite}": FilteredRelation("standings", condition=Q(standings__suite=suite)) for suite in suites}
    )
    joined = joined.alias(key=_key(name, suites))
    return joined.order_by(F("key").desc(nulls_last=True) if backwards else F("key").asc(nulls_last=True), "domain")


def _key(name: str, suites: Sequence[str]) -> Any:
    if name == "change":
        changes = (Coalesce(F(f"of_{suite}__total") - F(f"of_{suite}__week_ago"), Value(0)) for suite in suites)
        return sum(changes, Value(0))
    fields = [F(f"of_{suite}__{'measured_at' if name == 'tested' else 'total'}") for suite in suites]
    return Least(*fields) if len(fields) > 1 else fields[0]


# --- The words of filters and orders ---------------------------------------------------------------------------------------------------------------


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
