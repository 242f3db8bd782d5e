"""The Celery tasks of the tools: thin. A task claims, runs, and hands over."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from celery import Task
from django.conf import settings

from checks import tlsa_tools
from portal.celery import app
from portal.tools import lifecycle, watching
from portal.tools.models import Watch

logger = logging.getLogger(__name__)


if TYPE_CHECKING:
    _Task = Task[[int], None]
else:
    _Task = Task


class LookTask(_Task):
    """A crash of ours, or a task that ran into its time limit, ends the look."""

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        """Called by Celery with whatever the task raised."""
        lifecycle.fail(args[0])


@app.task(name=lifecycle.RUN_LOOK, base=LookTask)
def run_look(pk: int) -> None:
    """Look at one service. Does nothing when the look is not queued: messages may come twice."""
    look = lifecycle.claim(pk)
    if look is None:
        return
    asked = tlsa_tools.Asked.parse(look.host, look.port, look.starttls)
    lifecycle.finish(look, asyncio.run(tlsa_tools.check(asked, settings.SCAN_OPTIONS)))


@app.task(name="portal.tools.tasks.prune")
def prune() -> None:
    """Every hour, by beat: see ``lifecycle.prune``."""
    logger.info("pruned: %d looks at services", lifecycle.prune())


@app.task(name=watching.RUN_WATCH)
def run_watch(pk: int) -> None:
    """Look at a watched roll-over and tell what is new. Does nothing when it has ended meanwhile."""
    watch = Watch.objects.select_related("user").filter(pk=pk).first()
    if watch is None:
        return
    asked = tlsa_tools.Asked.parse(watch.host, watch.port)
    watching.seen(watch, asyncio.run(tlsa_tools.check(asked, settings.SCAN_OPTIONS)))


@app.task(name="portal.tools.tasks.start_watches")
def start_watches() -> None:
    """Every few minutes, by beat: see ``watching.start_due``."""
    watching.start_due()
