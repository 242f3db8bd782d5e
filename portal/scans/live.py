"""What is known of a scan while it runs, kept in Redis: the progress that the page shows, and the heartbeat that tells a slow worker from a dead one.

Everything here may be lost at any moment without harm: a page then shows less, and a scan is judged by its deadline alone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import redis
from django.core.cache import cache

from portal.scans.models import Scan

logger = logging.getLogger(__name__)

Progress = dict[str, Any]
KEEP_PROGRESS = 600  # seconds
HEARTBEAT_EVERY = 1.0  # seconds
HEARTBEAT_LASTS = 12  # seconds; a worker that is silent for longer is taken for dead
PUBLISH_EVERY = 0.25  # seconds between two writes of progress


class Live:
    """The pulse of one running scan: call it with progress; keep ``beating`` alive beside the measurement."""

    def __init__(self, scan: Scan) -> None:
        self._progress_key = _progress_key(scan)
        self._heartbeat_key = _heartbeat_key(scan.pk)
        self._pending: Progress | None = None
        self._written_at = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take what the engine tells; write it now, or with the next beat when the last write was a moment ago."""
        self._pending = progress
        if time.monotonic() - self._written_at >= PUBLISH_EVERY:
            self._write()

    def beat(self) -> None:
        """Say that the worker lives."""
        with suppress(redis.RedisError):
            cache.set(self._heartbeat_key, 1, HEARTBEAT_LASTS)

    async def beating(self) -> None:
        """Beat, and write progress that waited, until cancelled."""
        while True:
            self.beat()
            self._write()
            await asyncio.sleep(HEARTBEAT_EVERY)

    def _write(self) -> None:
        if self._pending is None:
            return
        progress, self._pending, self._written_at = self._pending, None, time.monotonic()
        try:
            cache.set(self._progress_key, progress, KEEP_PROGRESS)
        except redis.RedisError as error:
            logger.warning("progress was not written: %s", error)


def read_progress(scan: Scan) -> Progress | None:
    """The newest progress of a scan, or None when there is none yet or Redis is away."""
    try:
        progress = cache.get(_progress_key(scan))
    except redis.RedisError:
        return None
    return progress if isinstance(progress, dict) else None


def silent(pks: Iterable[int]) -> set[int]:
    """Those scans of which no worker has been heard lately. Empty when Redis is away: then we cannot know."""
    keys = {_heartbeat_key(pk): pk for pk in pks}
    if not keys:
        return set()
    try:
        heard = cache.get_many(keys)
    except redis.RedisError:
        return set()
    return {pk for key, pk in keys.items() if key not in heard}


def _progress_key(scan: Scan) -> str:
    return f"progress:{scan.pk}:{scan.attempts}"


def _heartbeat_key(pk: int) -> str:
    return f"heartbeat:{pk}"
