"""The Celery application: settings from Django under ``CELERY_``, tasks from the ``tasks`` modules of scans, tools and dashboards.

No task lives here. A worker that is ready asks for a look at its resolver and at the tables of RPKI; its processes read those
before the first scan needs them.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready
from django.conf import settings

from checks import rpki_tables

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("zegel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.scans", "portal.tools", "portal.dashboards"])


@worker_ready.connect
def look_at_resolver(**_: Any) -> None:
    """The first thing that a worker does: an operator should not have to learn from a report that the resolver is unfit."""
    app.send_task("portal.scans.tasks.look_at_resolver")
    app.send_task("portal.scans.tasks.refresh_rpki", queue="bulk")


@worker_process_init.connect
def read_tables(**_: Any) -> None:
    """Beside the work: a million routes take seconds to read."""
    threading.Thread(target=rpki_tables.warm, args=[settings.SCAN_OPTIONS], name="rpki-warm", daemon=True).start()
