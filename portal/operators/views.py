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

from portal.operators import figures


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
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN as a bearer token; without such a setting there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404("not for you")
    text = figures.metrics(figures.look(timezone.now(), "en", ping=False))
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
