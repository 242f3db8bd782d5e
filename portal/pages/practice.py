"""The practice domains that the home page offers when a practice internet runs beside the portal."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Practice:
    """One practice domain, in the reader's language."""

    name: str
    title: str
    sentence: str
    group: str


def practice_domains(language: str) -> list[Practice]:
    """Those that PRACTICE_DOMAINS_FILE lists, in its order. None when there is no such file, or one that cannot be read."""
    if not settings.PRACTICE_DOMAINS_FILE:
        return []
    try:
        rows = json.loads(Path(settings.PRACTICE_DOMAINS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return (
        [_practice(row, language) for row in rows if isinstance(row, dict) and "name" in row]
        if isinstance(rows, list)
        else []
    )


def _practice(row: dict[str, Any], language: str) -> Practice:
    def words(kind: str) -> str:
        found = row.get(kind)
        return str(found.get(language, "")) if isinstance(found, dict) else ""

    return Practice(str(row["name"]), words("title"), words("sentence"), words("group"))


def in_groups(found: list[Practice]) -> list[tuple[str, list[Practice]]]:
    """The same under the headings that follow each other in the list."""
    return [(heading, list(rows)) for heading, rows in itertools.groupby(found, key=lambda practice: practice.group)]


def spread(rows: list[Practice], most: int = 4) -> list[Practice]:
    """A few of them that show different things: the list has like beside like."""
    return rows[:: max(1, len(rows) // most)][:most]
