"""What a visitor sees when PostgreSQL or Redis is away: a page that says so and whose fault it is, quickly, and never a 500."""

from __future__ import annotations

import logging
from collections.abc import Callable

import redis
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)

OUTAGES = (OperationalError, InterfaceError, redis.RedisError)
RETRY_SECONDS = 15


class OutageMiddleware:
    """Turns "our server does not answer" into status 503, with when to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing on the way in or out; see ``process_exception``."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The 503 page for an outage; every other exception goes on."""
        return unavailable(request, exception) if isinstance(exception, OUTAGES) else None


def unavailable(request: HttpRequest, exception: BaseException) -> HttpResponse:
    """The page itself."""
    logger.error("a page could not be given: %s: %s", type(exception).__name__, exception)
    response = render(request, "pages/unavailable.html", {"retry_seconds": RETRY_SECONDS}, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
