"""The practice domains that the home page offers when a practice internet runs beside the portal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class PracticeDomain:
    """A domain to try, and what is wrong with it, by language."""

    domain: str
    about: dict[str, str]


def practice_domains() -> list[PracticeDomain]:
    """Those that PRACTICE_DOMAINS_FILE lists; none when there is no such file."""
    if not settings.PRACTICE_DOMAINS_FILE:
        return []
    try:
        rows = json.loads(Path(settings.PRACTICE_DOMAINS_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return [PracticeDomain(row["domain"], {"nl": row.get("nl", ""), "en": row.get("en", "")}) for row in rows]
