"""The operator's page and the address for Prometheus. Thin."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.operators import figures, organisations
from portal.scans.words import SUITE, say


@require_safe
@never_cache
@login_required
def operators(request: HttpRequest) -> HttpResponse:
    """For staff; anybody else gets 404."""
    if not request.user.is_staff:
        raise Http404("not for you")
    found = figures.look(timezone.now(), get_language() or settings.LANGUAGE_CODE)
    context = {
        "figures": found,
        "failures": [(figures.failure_words(code), number) for code, number in found.failures.items()],
        "measurement_days": settings.RETENTION_MEASUREMENT.days,
        "report_days": settings.RETENTION_REPORT.days,
    }
    return render(request, "operators/operators.html", context)


@require_safe
@never_cache
@login_required
def compared(request: HttpRequest) -> HttpResponse:
    """All organisations, and the standards of two of them side by side. For staff; anybody else gets 404."""
    if not request.user.is_staff:
        raise Http404("not for you")
    lines = {line.public_id: line for line in organisations.lines()}
    first, second = lines.get(request.GET.get("first", "")), lines.get(request.GET.get("second", ""))
    language = get_language() or settings.LANGUAGE_CODE
    context = {
        "lines": lines.values(),
        "suites": [(suite, say(SUITE[suite], language)) for suite in organisations.SUITES],
        "choices": [(line.public_id, line.name) for line in lines.values()],
        "first": first,
        "second": second,
        "pairs": organisations.pairs(first.public_id, second.public_id, language) if first and second else [],
    }
    return render(request, "operators/organisations.html", context)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN as a bearer token; without such a setting there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404("not for you")
    text = figures.metrics(figures.look(timezone.now(), "en", ping=False))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
