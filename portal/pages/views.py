"""Home, robots.txt and the health of the portal."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.lib.redis import client
from portal.pages import explain, scoring
from portal.pages.practice import in_groups, practice_domains, spread
from portal.scans import own, resolver
from portal.scans.forms import ScanForm

EXPLANATIONS = ("scoring", "visit", "accessibility", "privacy")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The question."""
    return render_home(request, ScanForm())


def render_home(request: HttpRequest, form: ScanForm, status: int = 200) -> HttpResponse:
    """The home page with a form, which may have errors and then keeps what was typed."""
    practice = practice_domains(get_language() or settings.LANGUAGE_CODE)
    context = {
        "form": form,
        "practice_domains": practice,
        "practice_first": spread(practice),
        "practice_groups": in_groups(practice),
        "recent": own.recent(request),
    }
    return render(request, "pages/home.html", context, status=status)


@require_safe
def explanation(request: HttpRequest, name: str) -> HttpResponse:
    """How we work, for whoever wants to trust us: the score (from the catalogue itself), our visit, accessibility, privacy."""
    context = {
        "page": scoring.build(get_language() or settings.LANGUAGE_CODE) if name == "scoring" else None,
        "ehlo_name": settings.SCAN_OPTIONS.ehlo_name,
        "user_agent": settings.SCAN_OPTIONS.user_agent,
        "measurement_days": settings.RETENTION_MEASUREMENT.days,
        "report_days": settings.RETENTION_REPORT.days,
    }
    return render(request, f"pages/{name}.html", context)


@require_safe
def explain_check(request: HttpRequest, check_id: str) -> HttpResponse:
    """One check: what, why, how to fix, background and sources."""
    page = explain.build(check_id, get_language() or settings.LANGUAGE_CODE)
    if page is None:
        raise Http404(check_id)
    return render(request, "pages/explain.html", {"page": page})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Reports are not for search engines. They are fetchable all the same, so that the noindex in them can be read."""
    return HttpResponse(
        "User-agent: *\nDisallow: /admin/\nDisallow: /scan/\n", content_type="text/plain; charset=utf-8"
    )


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the web process reaches its database and its broker: status 200, or 503 with which of them is away. ``note``
    tells of a resolver that is unfit to measure with; the pages work all the same.
    """
    state = {"database": _database_answers(), "redis": _redis_answers()}
    unfit = resolver.unfit_in_words("en") if state["redis"] else ""
    note = {"note": f"resolver: {unfit}"} if unfit else {}
    return JsonResponse({**state, **note}, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


def _redis_answers() -> bool:
    try:
        return bool(client().ping())
    except redis.RedisError:
        return False
