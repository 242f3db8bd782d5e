"""The Celery tasks of dashboards: thin."""

from __future__ import annotations

import logging

from portal.celery import app
from portal.dashboards import lifecycle, notices

logger = logging.getLogger(__name__)


@app.task(name=lifecycle.TICK)
def tick() -> None:
    """Every few seconds, by beat, and when somebody waits: see ``lifecycle.tick``."""
    done = lifecycle.tick()
    if done.asked or done.settled:
        logger.info("tick: %d domains asked for, %d results settled", done.asked, done.settled)


@app.task(name="portal.dashboards.tasks.send_notices")
def send_notices() -> None:
    """Every few seconds, by beat: see ``notices.send``."""
    if sent := notices.send():
        logger.info("notices: %d sent", sent)
