"""The application of the pages; loads the system checks of the whole portal."""

from __future__ import annotations

import importlib

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """See the package."""

    name = "portal.pages"

    def ready(self) -> None:
        """Register what ``manage.py check`` looks at."""
        importlib.import_module("portal.system_checks")
