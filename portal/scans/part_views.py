"""Parts of a report and reports beside each other: CSV, badge, comparison. Thin; read only."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.scans import compare, share
from portal.scans.models import Scan
from portal.scans.reading import language, scan_or_404
from portal.scans.report import display_name

_ID = re.compile(r"(?:^|/)([A-Za-z0-9_-]{16,22})/?(?:[?#].*)?$")


@require_safe
@never_cache
def report_csv(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """The report as rows for a spreadsheet. 404 when there is none (yet), 410 when it is no longer kept."""
    scan = scan_or_404(suite, domain, public_id)
    if scan.document is None:
        return _without_report(scan)
    response = HttpResponse(share.as_csv(scan.document, language()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{scan.domain}-{scan.suite}.csv"'
    return response


@require_safe
def badge_svg(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """The score and its date as a picture for a page of one's own."""
    scan = scan_or_404(suite, domain, public_id)
    if scan.document is None:
        return _without_report(scan)
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
        return _without_report(older if older.document is None else newer)
    page = compare.build(older.document, newer.document, language())
    context = {"page": page, "older": older, "newer": newer, "name": display_name(domain)}
    return render(request, "scans/compare.html", context)


def _without_report(scan: Scan) -> HttpResponse:
    if scan.is_gone:
        return HttpResponse(status=410)
    raise Http404(reverse("home"))
