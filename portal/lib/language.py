"""Which language a page speaks: ``?lang=`` when given (and remembered in a cookie), else the cookie, else the browser's, else Dutch."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

PARAMETER = "lang"


class LanguageMiddleware(LocaleMiddleware):
    """Django's choice by cookie and browser, and the switch in the query string, which works on every page and keeps it."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language for this request."""
        super().process_request(request)
        if asked := _asked_language(request):
            translation.activate(asked)
            request.LANGUAGE_CODE = asked

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Remember the language that was asked for."""
        if asked := _asked_language(request):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite="Lax",
                secure=settings.LANGUAGE_COOKIE_SECURE,
            )
        return super().process_response(request, response)


def _asked_language(request: HttpRequest) -> str:
    asked = request.GET.get(PARAMETER, "")
    return asked if asked in dict(settings.LANGUAGES) else ""
