"""The application of the scans."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScansConfig(AppConfig):
    """See the package."""

    name = "portal.scans"
    verbose_name = _("Scans")
