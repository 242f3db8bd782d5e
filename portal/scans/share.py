"""A report for elsewhere: as rows for a spreadsheet, as a short text, and as a badge. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from portal.pictures import badge
from portal.scans import words
from portal.scans.verdict import verdict

Document = Mapping[str, Any]

HEADER = (
    "domain", "suite", "measured_at", "score", "category", "check", "status", "requirement", "points", "max_points",
    "outcome", "sentence",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

_SHORT_TEXT: words.Words = {
    "nl": "{suite}test van {domain}: {score}, gemeten op {day}. {verdict} {address}",
    "en": "{suite} test of {domain}: {score}, measured on {day}. {verdict} {address}",
}


def as_csv(document: Document, language: str) -> str:
    """One row for each check, in UTF-8 with the mark that spreadsheets ask for. No cell can be a formula."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    head = [document["domain"], document["suite"], document["measured_at"], document["score"]]
    for category in document["categories"]:
        for check in category["checks"]:
            values = [check[key] for key in ("id", "status", "requirement", "points", "max_points", "outcome")]
            sentence = words.say(check["sentence"], language)
            writer.writerow([_cell(value) for value in [*head, category["id"], *values, sentence]])
    return out.getvalue()


def short_text(document: Document, language: str, address: str) -> str:
    """A few sentences for a mail or a chat."""
    at = words.parse_time(document["measured_at"])
    suite = words.say(words.SUITE[document["suite"]], language)
    return words.say(_SHORT_TEXT, language).format(
        suite=suite,
        domain=document["domain"],
        score=words.score_text(document["score"], language),
        day=words.day(at, language) if at else "",
        verdict=verdict(document, language) if document["categories"] else "",
        address=address,
    )


def as_badge(document: Document, language: str) -> str:
    """The badge of a report, as an SVG file."""
    at = words.parse_time(document["measured_at"])
    suite = words.say(words.SUITE[document["suite"]], language)
    number = "–" if document["score"] is None else str(document["score"])
    day = words.day(at, language) if at else ""
    full = document["score"] == 100 and not document["partial"]
    label = f"{suite} {document['domain']}: {words.score_text(document['score'], language)}, {day}"
    return badge.draw(badge.Badge(label, suite, number, day, full=full))


def snippet(domain: str, address: str) -> str:
    """The badge in Markdown, leading to the report."""
    return f"[![Zegel: {domain}]({address}badge.svg)]({address})"


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
