"""One look at one service that somebody asked for. Status is written in ``lifecycle`` only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.scans.models import ACTIVE, Status, new_public_id

LOST_AFTER = timedelta(minutes=3)


class Look(models.Model):
    """What was asked, how far it is, and the document of ``checks.tlsa_tools``.

    ``choice`` is the set of records to make (``leaf``, ``both``, or numbers as ``3-0-1``); ``wanted`` are records in
    presentation format that somebody made elsewhere, to be compared with what is published.
    """

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    starttls = models.CharField(max_length=4, blank=True)
    choice = models.CharField(max_length=8, default="leaf")
    wanted = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    requested_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(null=True)
    document = models.JSONField(null=True)

    class Meta:
        verbose_name = _("look at a service")
        verbose_name_plural = _("looks at services")
        ordering: ClassVar = ["-requested_at"]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def get_absolute_url(self) -> str:
        """Where its result is, from the first second."""
        return reverse("tool-look", args=[self.public_id])

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.status in ACTIVE

    def is_lost(self, now: datetime) -> bool:
        """Whether it waits or runs for so long that nothing will come of it."""
        return self.is_active and self.requested_at < now - LOST_AFTER


class Watch(models.Model):
    """A roll-over that a member lets us watch: the service, the record that is coming, and what was told last.

    ``stage`` is the stage that was seen last; ``safe_at`` is from when the next step is safe, where a clock runs, counted
    from when that stage was first seen. ``told`` is what was mailed last: a stage, or a stage with ``+`` once its clock is over.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    wanted = models.CharField(max_length=5000)
    language = models.CharField(max_length=2, default="nl")
    stage = models.CharField(max_length=16, blank=True)
    safe_at = models.DateTimeField(null=True)
    told = models.CharField(max_length=17, blank=True)
    next_at = models.DateTimeField(default=timezone.now, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("watched roll-over")
        verbose_name_plural = _("watched roll-overs")
        ordering: ClassVar = ["host", "port"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "host", "port"], name="one_watch_per_service"),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
