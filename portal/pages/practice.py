"""The practice domains that the home page offers when a practice internet runs beside the portal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings


def practice_domains() -> list[dict[str, Any]]:
    """Those that PRACTICE_DOMAINS_FILE lists, as it lists them: ``name``, and ``title`` and ``sentence`` by language. None when there is no such file."""
    if not settings.PRACTICE_DOMAINS_FILE:
        return []
    try:
        rows = json.loads(Path(settings.PRACTICE_DOMAINS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict) and "name" in row] if isinstance(rows, list) else []


def spread(rows: list[dict[str, Any]], most: int = 4) -> list[dict[str, Any]]:
    """A few of them that show different things: the list has like beside like."""
    return rows[:: max(1, len(rows) // most)][:most]
