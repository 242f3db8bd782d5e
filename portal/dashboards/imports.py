"""Domains into a list: typed, pasted or from a sheet. Good lines are kept, bad ones come back with their reason, nothing is lost.

A sheet with a head may carry what ``exports`` writes; columns that it does not have leave what is known untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from checks import Suite, Target
from portal.dashboards import lifecycle
from portal.dashboards.models import MAX_ENTRIES, MAX_TAGS, TAG_LENGTH, DomainList, Entry
from portal.scans.forms import refusal_message

# What a head may call a column, in either language.
COLUMNS: dict[str, tuple[str, ...]] = {
    "domain": ("domain", "domein", "domeinnaam", "domain name", "url", "website", "naam", "name", "host"),
    "tags": ("tags", "labels", "label", "tag"),
    "notes": ("notes", "notities", "notitie", "opmerking", "opmerkingen", "note"),
    "owner": ("owner", "eigenaar"),
    "owner_email": ("owner mail", "owner_email", "owner email", "mail eigenaar", "e-mail eigenaar"),
    "owner_language": ("owner language", "owner_language", "taal eigenaar"),
    "supplier": ("supplier", "leverancier"),
    "supplier_email": ("supplier mail", "supplier_email", "supplier email", "mail leverancier", "e-mail leverancier"),
}
_LONGEST = {"notes": 2000, "owner": 100, "supplier": 100}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not taken in: its number from 1, what stood there, and why not."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of one domain, and the first line that says it."""

    line: int
    values: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What came of an import, in numbers of domains."""

    added: int = 0
    changed: int = 0
    same: int = 0
    bad: list[BadLine] = field(default_factory=list)


def lines_of(text: str) -> list[list[str]]:
    """Pasted text as rows. A line is one domain, or several between spaces, commas or semicolons."""
    return [[word] for line in text.splitlines() for word in line.replace(",", " ").replace(";", " ").split() or [""]]


def take_in(domain_list: DomainList, rows: Sequence[Sequence[str]]) -> Outcome:
    """Add and change the domains of these rows, in one transaction."""
    outcome = Outcome()
    columns, start = _head(rows)
    wanted: dict[str, Wanted] = {}
    for number, row in enumerate(rows[start:], start + 1):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[place].strip() for name, place in columns.items() if place < len(row)}
        try:
            domain, values = _parse(cells)
        except ValidationError as error:
            outcome.bad.append(BadLine(number, Truncator(" ".join(row)).chars(100), " ".join(error.messages)))
            continue
        wanted.setdefault(domain, Wanted(number)).values.update(values)
    _store(domain_list, wanted, outcome)
    return outcome


def _head(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], int]:
    """Which column is where, and the first row with a domain. Without a head there is one column that counts: the first."""
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    found = {column: place for column, known in COLUMNS.items() for place, name in enumerate(names) if name in known}
    return (found, 1) if "domain" in found else ({"domain": 0}, 0)


def _parse(cells: dict[str, str]) -> tuple[str, dict[str, object]]:
    typed = cells.get("domain", "")
    try:
        domain = Target.parse(typed, Suite.MAIL).domain
    except Target.Refused as refused:
        raise ValidationError(refusal_message(str(refused.reason), typed)) from None
    values: dict[str, object] = {}
    for name, text in cells.items():
        if name == "tags":
            values[name] = parse_tags(text)
        elif name.endswith("_email"):
            if text:
                validate_email(text)
            values[name] = text
        elif name == "owner_language":
            values[name] = _language(text)
        elif name == "notes":
            values[name] = text[: _LONGEST[name]].rstrip()
        elif name != "domain":
            values[name] = " ".join(text.split())[: _LONGEST[name]].rstrip()
    return domain, values


def _language(text: str) -> str:
    """A language that we write mail in, or none."""
    code = text.lower()
    if code and code not in dict(settings.LANGUAGES):
        raise ValidationError(_("The language of the owner is nl or en, or left open."))
    return code


def parse_tags(text: str) -> list[str]:
    """Labels between commas or semicolons, each once, in order."""
    words = [" ".join(word.split())[:TAG_LENGTH] for word in text.replace(";", ",").split(",")]
    return list(dict.fromkeys(word for word in words if word))[:MAX_TAGS]


@transaction.atomic
def _store(domain_list: DomainList, wanted: dict[str, Wanted], outcome: Outcome) -> None:
    # The lock makes two uploads into one list wait for each other, so that the limit holds.
    DomainList.objects.select_for_update().get(pk=domain_list.pk)
    known = {entry.domain: entry for entry in Entry.objects.filter(domain_list=domain_list)}
    room = MAX_ENTRIES - len(known)
    new: list[Entry] = []
    changed: list[Entry] = []
    for domain, said in wanted.items():
        values = said.values
        if entry := known.get(domain):
            before = {name: getattr(entry, name) for name in values}
            if before == values:
                outcome.same += 1
                continue
            for name, value in values.items():
                setattr(entry, name, value)
            changed.append(entry)
        elif len(new) < room:
            new.append(Entry(domain_list=domain_list, domain=domain, **values))
        else:
            reason = _("A list has at most %(most)s domains.") % {"most": MAX_ENTRIES}
            outcome.bad.append(BadLine(said.line, domain, reason))
    Entry.objects.bulk_create(new, batch_size=1000)
    Entry.objects.bulk_update(changed, [name for name in COLUMNS if name != "domain"], batch_size=500)
    outcome.added, outcome.changed = len(new), len(changed)
    lifecycle.added(domain_list, new)
