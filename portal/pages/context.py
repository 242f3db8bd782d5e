"""What every template may use besides its own page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """The name of this installation and its own theme."""
    return {"site_name": settings.SITE_NAME, "theme_css": settings.THEME_CSS}
