"""A list as a sheet: what the organisation knows of each domain, how it stands, and what was explained. The first columns can be uploaded again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from checks import CATALOGUE
from portal.dashboards.models import DomainList, Entry
from portal.dashboards.overview import groups_of, standings_of
from portal.scans.words import STATUS, say


def rows_of(domain_list: DomainList, entries: QuerySet[Entry], language: str, site: str) -> Iterator[Sequence[object]]:
    """The head, then a row for each domain. ``site`` is put before the address of a report. The names of the first eight columns are those that
    ``imports`` knows, the same in every language."""
    groups = groups_of(domain_list, language)
    head: list[object] = [
        "domain",
        "tags",
        "owner",
        "owner mail",
        "owner language",
        "supplier",
        "supplier mail",
        "notes",
    ]
    for group in groups:
        name = group.label
        head += [_("%(suite)s: score") % {"suite": name}, _("%(suite)s: tested") % {"suite": name}]
        head += [f"{name}: {column.name}" for column in group.columns]
        head += [_("%(suite)s: report") % {"suite": name}]
    yield [*head, _("certificate ends"), _("explanations")]
    halves = [(group.suite, [column.id for column in group.columns]) for group in groups]
    for entry in entries.prefetch_related(Prefetch("standings", standings_of(domain_list)), "explanations"):
        yield _row(entry, halves, language, site)


def _row(entry: Entry, halves: Sequence[tuple[str, Sequence[str]]], language: str, site: str) -> list[object]:
    standings = {standing.suite: standing for standing in entry.standings.all()}
    row: list[object] = [
        entry.domain,
        ", ".join(entry.tags),
        entry.owner,
        entry.owner_email,
        entry.owner_language,
        entry.supplier,
        entry.supplier_email,
        entry.notes,
    ]
    for suite, categories in halves:
        standing = standings.get(suite)
        if standing is None:
            row += [""] * (len(categories) + 3)
            continue
        row += [
            standing.total if standing.total is not None else "",
            timezone.localtime(standing.measured_at).date().isoformat(),
        ]
        row += [say(STATUS[standing.states.get(category, "not_tested")], language) for category in categories]
        row.append(site + standing.scan.get_absolute_url() if standing.scan else "")
    ends = min((one.certificate_ends for one in standings.values() if one.certificate_ends), default=None)
    said = [f"{title_of(one.check_id, language)}: {' '.join(one.text.split())}" for one in entry.explanations.all()]
    return [*row, ends.isoformat() if ends else "", " | ".join(said)]


def title_of(check_id: str, language: str) -> str:
    """The title of a check; its id when the catalogue no longer has it."""
    check = CATALOGUE.get(check_id)
    return check.texts[language].title if check and language in check.texts else check_id
