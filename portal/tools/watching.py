"""Watching a roll-over for a member: look every hour, and mail when it is a step further, when the next step is safe, or when something is out of order."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException
from typing import Any

import kombu.exceptions
import redis
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from checks import tlsa_tools
from checks.tlsa_tools import Stage
from portal.celery import app
from portal.scans.models import Queue
from portal.tools import page
from portal.tools.models import Watch

logger = logging.getLogger(__name__)

RUN_WATCH = "portal.tools.tasks.run_watch"
EVERY = timedelta(hours=1)
ENDS_AFTER = timedelta(days=180)
MOST = 20  # of one member
LONGEST_RECORD = 5000  # characters of the record that is waited for
_CLOCKS = (Stage.WAITING, Stage.SWITCHED)


def begin(user: User, asked: tlsa_tools.Asked, wanted: str, language: str) -> Watch | None:
    """Watch a service for a member, from now; a watch of the same service begins anew. None when there are too many."""
    known = Watch.objects.filter(user=user, host=asked.host, port=asked.port)
    if not known.exists() and Watch.objects.filter(user=user).count() >= MOST:
        return None
    values = {
        "wanted": wanted,
        "language": language,
        "stage": "",
        "safe_at": None,
        "told": "",
        "next_at": timezone.now(),
    }
    watch, _made = Watch.objects.update_or_create(user=user, host=asked.host, port=asked.port, defaults=values)
    return watch


def end(user: User, pk: int) -> bool:
    """Stop watching; False when it is not this member's."""
    return bool(Watch.objects.filter(user=user, pk=pk).delete()[0])


def start_due(now: datetime | None = None) -> int:
    """Queue a look for every watch whose time has come, each once; those that are too old end. Returns how many."""
    now = now or timezone.now()
    Watch.objects.filter(created_at__lt=now - ENDS_AFTER).delete()
    started = 0
    for pk in Watch.objects.filter(next_at__lte=now).order_by("next_at").values_list("pk", flat=True)[:500]:
        if Watch.objects.filter(pk=pk, next_at__lte=now).update(next_at=now + EVERY):
            transaction.on_commit(partial(_send, pk))
            started += 1
    return started


def _send(pk: int) -> None:
    try:
        app.send_task(RUN_WATCH, args=[pk], queue=Queue.BULK.value)
    except (kombu.exceptions.OperationalError, redis.RedisError, OSError) as error:
        logger.warning("watch %s waits an hour: the broker is away (%s)", pk, error)


def seen(watch: Watch, document: Mapping[str, Any]) -> None:
    """Take in what was measured: keep the stage with its clock, and tell what is new."""
    found = page.progress_of(document, watch.wanted)
    if found.stage is Stage.UNKNOWN:
        return  # the next look may see more; nothing is told of what is on our side
    if found.stage.value != watch.stage:
        watch.stage, watch.safe_at = found.stage.value, found.next_from
        Watch.objects.filter(pk=watch.pk).update(stage=watch.stage, safe_at=watch.safe_at)
    over = found.stage in _CLOCKS and watch.safe_at is not None and watch.safe_at <= timezone.now()
    news = watch.stage + ("+" if over else "")
    if news == watch.told or not _tell(watch, over=over, unseen=page.unseen(document)):
        return
    if found.stage is Stage.DONE:
        Watch.objects.filter(pk=watch.pk).delete()
    else:
        Watch.objects.filter(pk=watch.pk).update(told=news)


def _tell(watch: Watch, *, over: bool, unseen: bool) -> bool:
    """Mail the member. False when that did not work: it is tried again after the next look."""
    with translation.override(watch.language):
        sentence = page.stage_page(watch.stage, watch.safe_at, watch.language, unseen=unseen).sentence
        context = {
            "watch": watch,
            "sentence": sentence,
            "over": over,
            "link": settings.SITE_URL + reverse("tool-watches"),
            "site_name": settings.SITE_NAME,
        }
        subject = _("Roll-over of %(host)s: the next step") % {"host": watch.host}
        text = render_to_string("tools/mail/watch.txt", context)
    if not watch.user.email:
        return True
    try:
        send_mail(subject, text, None, [watch.user.email])
    except (SMTPException, OSError) as error:
        logger.warning("watch %s: the mail was not sent (%s)", watch.pk, error)
        return False
    return True
