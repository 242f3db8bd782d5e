"""The application of the dashboards."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    """See the package."""

    name = "portal.dashboards"
    verbose_name = _("Dashboards")
