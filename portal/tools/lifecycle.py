"""From question to document: the only place that writes the status of a look. Conditional updates; messages may be lost or come twice."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import kombu.exceptions
import redis
from django.db import transaction
from django.utils import timezone

from checks import tlsa_tools
from portal.celery import app
from portal.scans.documents import storable
from portal.scans.models import Queue, Status
from portal.tools.models import Look

logger = logging.getLogger(__name__)

RUN_LOOK = "portal.tools.tasks.run_look"
KEEP_FOR = timedelta(days=7)


def request_look(asked: tlsa_tools.Asked, *, starttls: str, choice: str, wanted: Sequence[str] = ()) -> Look:
    """A new look, queued."""
    with transaction.atomic():
        look = Look.objects.create(
            host=asked.host, port=asked.port, starttls=starttls, choice=choice, wanted=list(wanted)
        )
        transaction.on_commit(partial(_send, look.pk))
    return look


def _send(pk: int) -> None:
    """Tell the workers. When the broker is away the look stays QUEUED, and its page soon offers to try again."""
    try:
        app.send_task(RUN_LOOK, args=[pk], queue=Queue.INTERACTIVE.value)
    except (kombu.exceptions.OperationalError, redis.RedisError, OSError) as error:
        logger.warning("look %s waits: the broker is away (%s)", pk, error)


def claim(pk: int) -> Look | None:
    """Make a queued look ours; None when it is not queued (any more)."""
    changed = Look.objects.filter(pk=pk, status=Status.QUEUED).update(status=Status.RUNNING)
    return Look.objects.get(pk=pk) if changed else None


def finish(look: Look, document: Mapping[str, Any]) -> bool:
    """Store what was seen."""
    return bool(
        Look.objects.filter(pk=look.pk, status=Status.RUNNING).update(
            status=Status.FINISHED, finished_at=timezone.now(), document=storable(dict(document))
        )
    )


def fail(pk: int) -> None:
    """End a look without a document."""
    if Look.objects.filter(pk=pk, status=Status.RUNNING).update(status=Status.FAILED, finished_at=timezone.now()):
        logger.error("look %s failed", pk)


def prune(now: datetime | None = None) -> int:
    """Remove what is older than a week; returns how many."""
    return Look.objects.filter(requested_at__lt=(now or timezone.now()) - KEEP_FOR).delete()[0]
