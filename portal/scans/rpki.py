"""The tables of RPKI: fetched for all workers every hour by beat, and how each source is, kept in Redis for the operator.

What is remembered may be lost at any moment without harm: the next look fills it in.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache

from checks import rpki_tables

logger = logging.getLogger(__name__)

_KEY = "rpki-sources"
_KEEP = 3 * 3600  # seconds; beat looks every hour


@dataclass(frozen=True, slots=True)
class Source:
    """A source for the operator: what it is, when what is in use came, how many entries it has (0: not counted), and what
    is wrong with it, if anything.
    """

    table: str
    source: str
    at: datetime | None
    entries: int
    problem: str


def refresh() -> None:
    """Fetch what is set by address, log what is away, and remember how each source is."""
    found = rpki_tables.refresh(settings.RPKI_SOURCES, settings.RPKI_DIR)
    for source in found:
        if source.problem:
            logger.warning("RPKI: %s of %s are not to be had: %s", source.table, source.source, source.problem)
    try:
        cache.set(_KEY, [_remembered(source) for source in found], _KEEP)
    except redis.RedisError as error:
        logger.warning("how the sources of RPKI are was not kept: %s", error)


def sources() -> list[Source]:
    """How the sources were at the last look; empty when none is set, or nobody knows."""
    try:
        rows = cache.get(_KEY) or []
    except redis.RedisError:
        return []
    return [Source(**{**row, "at": row["at"] and datetime.fromisoformat(row["at"])}) for row in rows]


def _remembered(source: Any) -> dict[str, Any]:
    return {**asdict(source), "at": source.at.isoformat() if source.at else None}
