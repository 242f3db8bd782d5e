"""What every view of a scan begins with: the row that an address names, the language of the page, and what the browser has already."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page

from portal.scans.models import Scan


def scan_or_404(suite: str, domain: str, public_id: str) -> Scan:
    """The scan of a permalink; all three parts have to agree."""
    try:
        return Scan.objects.get(public_id=public_id, domain=domain, suite=suite)
    except Scan.DoesNotExist:
        raise Http404(reverse("home")) from None


def language() -> str:
    """The language of the page that is being made."""
    return get_language() or settings.LANGUAGE_CODE


def part_of_report(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For files made from a report: only this visitor's browser keeps them, asks each time, and is told 304 when nothing changed."""
    return cache_control(private=True, no_cache=True)(conditional_page(view))


def asked_tags(request: HttpRequest) -> set[str]:
    """The tags that the visitor has. Compression makes a tag weak; for us the two are the same (RFC 9110, section 8.8.3.2)."""
    return {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
