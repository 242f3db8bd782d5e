"""What the frame of every page shows of the visitor."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from portal.lib.outage import OUTAGES


def account(request: HttpRequest) -> dict[str, bool]:
    """Whether somebody is signed in, and whether there is an identity provider to sign in with. Asks the database only for who brings
    a session, and a database that is away means no: this frames the page that says so."""
    provider = {"has_provider": bool(settings.SOCIALACCOUNT_PROVIDERS)}
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return {"signed_in": False, **provider}
    try:
        return {"signed_in": request.user.is_authenticated, **provider}
    except OUTAGES:
        return {"signed_in": False, **provider}
