"""Response headers that Django has no setting for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
INDEXED = ("/", "/robots.txt")


class HeadersMiddleware:
    """No browser feature is used, and only the home page is for search engines: everything else is about somebody's domain."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to whatever the page says."""
        response = self._get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if request.path not in INDEXED:
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response
