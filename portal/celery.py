"""The Celery application: settings from Django under ``CELERY_``, tasks from the ``tasks`` modules of scans, tools and dashboards.

No task lives here; a worker that is ready asks for a look at its resolver.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("zegel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.scans", "portal.tools", "portal.dashboards"])


@worker_ready.connect
def look_at_resolver(**_: Any) -> None:
    """The first thing that a worker does: an operator should not have to learn from a report that the resolver is unfit."""
    app.send_task("portal.scans.tasks.look_at_resolver")
