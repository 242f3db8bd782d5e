"""How much a request may bring. Django bounds what it keeps in memory, not the files that it writes to disk, and reads both before any view can refuse."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


class LargestRequestMiddleware:
    """413 for a body above ``LARGEST_REQUEST`` bytes, unread. Stands before whatever looks at the form, CSRF protection included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """By the length that the request itself names; without one there is no body (RFC 9112 section 6.3), and Django reads none."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length[:20]) <= settings.LARGEST_REQUEST:
            return self._get_response(request)
        page = render_to_string("pages/error.html", {"status": 413, "megabytes": settings.LARGEST_REQUEST // 1_000_000})
        return HttpResponse(page, status=413)
