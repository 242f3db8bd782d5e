"""The application of the tools."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ToolsConfig(AppConfig):
    """See the package."""

    name = "portal.tools"
    verbose_name = _("Tools")
