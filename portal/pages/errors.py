"""The pages for bad days: each says what is the matter, whose side it is on, and what to do."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.lib.outage import OUTAGES, unavailable


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a request that makes no sense (too large, a strange host name). Rendered without the request, which may be the problem."""
    return HttpResponse(render_to_string("pages/error.html", {"status": 400}), status=400)


def forbidden(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of Django's CSRF check: mostly a form that was open for too long, or a browser that keeps no cookies."""
    return render(request, "pages/forbidden.html", status=403)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a page that this visitor may not see."""
    return render(request, "pages/forbidden.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "pages/not_found.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it was a server of ours that is away. The page uses neither database nor cache nor request."""
    exception = sys.exc_info()[1]
    if isinstance(exception, OUTAGES):
        return unavailable(request, exception)
    return HttpResponse(render_to_string("pages/error.html", {"status": 500}), status=500)
