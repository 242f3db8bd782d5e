"""The Celery tasks: thin. A task claims, runs, and hands over; everything else is in ``lifecycle``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from billiard.exceptions import SoftTimeLimitExceeded
from celery import Task
from django.conf import settings
from django.db import InterfaceError, OperationalError

from checks import Report, Suite, Target, scan
from portal.celery import app
from portal.lib.commons import RedisCommons
from portal.scans import lifecycle, resolver, rpki
from portal.scans.live import Live
from portal.scans.models import Failure

logger = logging.getLogger(__name__)

# Celery's class is generic for the type checker only.
if TYPE_CHECKING:
    _Task = Task[[int], None]
else:
    _Task = Task


class ScanTask(_Task):
    """A crash of ours ends the scan with a reason. When the database itself is away, the row stays as it is and ``reap`` mends it later."""

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Called by Celery with whatever the task raised."""
        if not isinstance(exc, OperationalError | InterfaceError):
            lifecycle.fail_attempt(args[0], Failure.CRASHED)


@app.task(name=lifecycle.RUN_SCAN, base=ScanTask)
def run_scan(pk: int) -> None:
    """Measure one scan. Does nothing when the scan is not queued: messages may come twice."""
    row = lifecycle.claim(pk)
    if row is None:
        return
    try:
        report = asyncio.run(_measured(Target(row.domain, Suite(row.suite)), Live(row), lifecycle.digest_before(row)))
    except SoftTimeLimitExceeded:
        lifecycle.fail(row, Failure.TIMED_OUT)
        return
    if not lifecycle.finish(row, report):
        logger.warning("scan %s was given up before its report came", pk)


async def _measured(target: Target, live: Live, earlier: Mapping[str, Any] | None) -> Report:
    pulse = asyncio.create_task(live.beating())
    commons = RedisCommons(settings.REDIS_URL)
    try:
        return await scan(target, settings.SCAN_OPTIONS, progress=live, commons=commons, earlier=earlier)
    finally:
        pulse.cancel()
        await commons.close()


@app.task(name="portal.scans.tasks.reap")
def reap() -> None:
    """Every few seconds, by beat: see ``lifecycle.reap``."""
    done = lifecycle.reap()
    if done.sent_again or done.failed:
        logger.warning("reaped: %d scans sent again, %d failed", done.sent_again, done.failed)


@app.task(name="portal.scans.tasks.prune")
def prune() -> None:
    """Every hour, by beat: see ``lifecycle.prune``."""
    done = lifecycle.prune()
    logger.info("pruned: %d measurements, %d reports", done.measurements, done.reports)


@app.task(name="portal.scans.tasks.look_at_resolver")
def look_at_resolver() -> None:
    """When a worker starts and every few minutes, by beat: see ``resolver.look``."""
    resolver.look()


@app.task(name="portal.scans.tasks.refresh_rpki", acks_late=False, soft_time_limit=900, time_limit=960)
def refresh_rpki() -> None:
    """When a worker starts and every hour, by beat: see ``rpki.refresh``. Large tables take minutes, longer than a message
    may wait for its receipt; one that is lost comes again within the hour.
    """
    rpki.refresh()
