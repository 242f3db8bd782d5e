"""Parts of a report and reports beside each other: CSV, PDF, badge, comparison. Thin; read only."""

from __future__ import annotations

import logging
import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_safe

from portal.lib.limits import seconds_to_wait, visitor
from portal.paper import content, press
from portal.scans import chain_picture, compare, report, share
from portal.scans.models import Scan
from portal.scans.reading import asked_tags, language, part_of_report, scan_or_404
from portal.scans.report import display_name
from portal.scans.shown import Asked

logger = logging.getLogger(__name__)

TEMPLATE = "report.typ"
_ID = re.compile(r"(?:^|/)([A-Za-z0-9_-]{16,22})/?(?:[?#].*)?$")


@require_safe
@part_of_report
def report_csv(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """The report as rows for a spreadsheet. 404 when there is none (yet), 410 when it is no longer kept."""
    scan = scan_or_404(suite, domain, public_id)
    if scan.document is None:
        return _without_report(request, scan)
    response = HttpResponse(share.as_csv(scan.document, language()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{scan.domain}-{scan.suite}.csv"'
    return response


@require_safe
@cache_control(private=True, no_cache=True)
def report_pdf(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """The report as a tagged PDF. 404 with an explanation when this installation makes none, 304 to a browser that has it, 429 and 503 when it is asked too often."""
    scan = scan_or_404(suite, domain, public_id)
    if scan.document is None:
        return _without_report(request, scan)
    if not press.is_available():
        return _no_pdf(request, scan, "absent", 404)
    address = request.build_absolute_uri(scan.get_absolute_url())
    said = content.of_report(
        report.build(scan, language(), Asked(address)),
        language(),
        address=address,
        chain=chain_picture.as_file(scan.document, language()),
        site=settings.SITE_NAME,
    )
    etag = f'"{press.tag(TEMPLATE, said)}"'
    response = HttpResponseNotModified() if etag in asked_tags(request) else _pressed(request, scan, said)
    if response.status_code in (200, 304):
        response["ETag"] = etag
    return response


def _pressed(request: HttpRequest, scan: Scan, said: dict[str, object]) -> HttpResponse:
    if wait := seconds_to_wait("pdf", visitor(request), settings.LIMIT_VISITOR):
        return _no_pdf(request, scan, "too-many", 429, wait)
    try:
        made = press.make(TEMPLATE, said)
    except press.Busy:
        return _no_pdf(request, scan, "busy", 503, 10)
    except press.Failed as why:
        logger.error("no PDF of scan %s: %s", scan.reference, why)
        return _no_pdf(request, scan, "failed", 500)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{scan.domain}-{scan.suite}.pdf"'
    return response


def _no_pdf(request: HttpRequest, scan: Scan, why: str, status: int, wait: int = 0) -> HttpResponse:
    context = {"scan": scan, "why": why, "minutes": -(-wait // 60)}
    response = render(request, "scans/no_pdf.html", context, status=status)
    if wait:
        response["Retry-After"] = str(wait)
    return response


@require_safe
@conditional_page
def badge_svg(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """The score and its date as a picture for a page of one's own."""
    scan = scan_or_404(suite, domain, public_id)
    if scan.document is None:
        return _without_report(request, scan)
    response = HttpResponse(share.as_badge(scan.document, language()), content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = "public, max-age=300"
    response["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
def compare_with(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """From the form on the report, in which an address of another report was pasted, to the comparison; back to the report when it is none."""
    scan = scan_or_404(suite, domain, public_id)
    found = _ID.search(request.GET.get("with", "").strip())
    other = found[1] if found else ""
    if not found or not Scan.objects.filter(public_id=other, domain=domain, suite=suite).exclude(pk=scan.pk).exists():
        return redirect(f"{scan.get_absolute_url()}?unknown=1#compare")
    return redirect(f"compare-{suite}", domain, public_id, other)


@require_safe
@never_cache
def compare_reports(request: HttpRequest, suite: str, domain: str, public_id: str, other_id: str) -> HttpResponse:
    """Two reports of a domain beside each other, the older one first. Whoever knows both addresses may see both."""
    pair = [scan_or_404(suite, domain, public_id), scan_or_404(suite, domain, other_id)]
    if pair[0].pk == pair[1].pk:
        raise Http404(reverse("home"))
    older, newer = sorted(pair, key=lambda scan: scan.requested_at)
    if older.document is None or newer.document is None:
        return _without_report(request, older if older.document is None else newer)
    page = compare.build(older.document, newer.document, language())
    context = {"page": page, "older": older, "newer": newer, "name": display_name(domain)}
    return render(request, "scans/compare.html", context)


def _without_report(request: HttpRequest, scan: Scan) -> HttpResponse:
    if scan.is_gone:
        return render(request, "pages/gone.html", {"scan": scan, "days": settings.RETENTION_REPORT.days}, status=410)
    raise Http404(reverse("home"))
