"""The Celery application: settings from Django under ``CELERY_``, tasks from the ``tasks`` modules of scans, tools and dashboards. No task lives here."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("zegel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.scans", "portal.tools", "portal.dashboards"])
