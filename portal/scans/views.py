"""The pages of a scan. Thin: read a row or hand a form to ``lifecycle``, build a page, render it. GET writes nothing, resolves nothing, queues nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from checks import Suite, Target
from portal.lib.limits import seconds_to_wait, visitor
from portal.pages.views import render_home
from portal.paper import press
from portal.scans import chain_picture, compare, lifecycle, live, own, progress, report
from portal.scans.forms import SUITES, ScanForm
from portal.scans.models import Failure, Scan, Status
from portal.scans.reading import asked_tags, language, part_of_report, scan_or_404
from portal.scans.shown import Asked


class SeeOther(HttpResponseRedirect):
    """303: go there with GET (RFC 9110, section 15.4.4)."""

    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask for a scan. GET comes from a reload or a language switch on a refused form, and goes home."""
    if request.method != "POST":
        return redirect("home")
    form = ScanForm(request.POST)
    if not form.is_valid():
        return render_home(request, form, status=422)
    domain, again = form.cleaned_data["domain"], form.cleaned_data["again"]
    if wait := seconds_to_wait("visitor", visitor(request), settings.LIMIT_VISITOR):
        return _too_many(request, domain, wait, settings.LIMIT_VISITOR, of_domain=False)
    if again and (wait := seconds_to_wait("domain", domain, settings.LIMIT_DOMAIN)):
        return _too_many(request, domain, wait, settings.LIMIT_DOMAIN, of_domain=True)
    scans = lifecycle.request_scans(domain, form.suites(), again=again)
    response = SeeOther(scans[0].get_absolute_url() + ("" if scans[0].is_active else "?fresh=1"))
    own.remember(request, response, scans)
    return response


def _too_many(request: HttpRequest, domain: str, wait: int, rate: tuple[int, int], *, of_domain: bool) -> HttpResponse:
    allowed, window = rate
    context = {
        "domain": domain,
        "of_domain": of_domain,
        "allowed": allowed,
        "window_minutes": max(1, window // 60),
        "wait_minutes": -(-wait // 60),
    }
    response = render(request, "pages/too_many.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response


@require_safe
def before(request: HttpRequest, suite: str, text: str) -> HttpResponse:
    """The page before a test, with the form filled in. Tells nothing of earlier tests."""
    try:
        target = Target.parse(text, Suite(suite))
    except Target.Refused as refused:
        raise Http404(str(refused.reason)) from None
    if target.domain != text:
        return redirect(f"before-{suite}", target.domain)
    form = ScanForm(initial={"domain": target.domain, "suite": [suite.value for suite in SUITES]})
    return render(
        request, "scans/start.html", {"form": form, "domain": target.domain, "name": target.display, "suite": suite}
    )


@require_safe
@never_cache
def permalink(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """The one address of a scan, from its first second: progress, report, or why there is none."""
    scan = scan_or_404(suite, domain, public_id)
    if scan.is_active or request.GET.get("part") == "progress":
        return _running(request, scan)
    if scan.is_gone:
        return render(request, "pages/gone.html", {"scan": scan, "days": settings.RETENTION_REPORT.days}, status=410)
    if scan.status == Status.FAILED:
        return render(request, "scans/failed.html", {"scan": scan, "failure": _failure(scan)})
    earlier = own.earlier(request, scan)
    context = {
        "scan": scan,
        "page": report.build(scan, language(), _asked(request, scan, earlier[:1])),
        "fresh_minutes": _fresh_minutes(request, scan),
        "earlier": earlier,
        "history": compare.history([*(other.total for other in reversed(earlier)), scan.total], language()),
        "unknown": "unknown" in request.GET,
        "pdf": press.is_available(),
    }
    return render(request, "scans/report.html", context)


def _asked(request: HttpRequest, scan: Scan, earlier: Sequence[Scan]) -> Asked:
    """What this request wants of the report, and what changed since this visitor's own report before it."""
    address = request.build_absolute_uri(scan.get_absolute_url())
    changes = None
    for before in earlier:
        if before.document is None or scan.document is None:
            continue
        found = compare.build(before.document, scan.document, language())
        url = reverse(f"compare-{scan.suite}", args=[scan.domain, scan.public_id, before.public_id])
        changes = compare.notice(found, url, language())
    return Asked(address, timezone.now(), attention=request.GET.get("show") == "attention", changes=changes)


def _fresh_minutes(request: HttpRequest, scan: Scan) -> int | None:
    """How old, in whole minutes, a report is that is shown instead of a new scan; None when it is not shown for that reason (any more)."""
    if "fresh" not in request.GET or scan.finished_at is None:
        return None
    age = timezone.now() - scan.finished_at
    return int(age.total_seconds() // 60) if age < settings.FRESH_FOR else None


def _running(request: HttpRequest, scan: Scan) -> HttpResponse:
    """The page of a running scan, or the part of it that changes. ``X-Scan-Status`` tells a script when to load the whole page again."""
    seen = live.read_progress(scan) if scan.status == Status.RUNNING else None
    etag = _etag(scan, seen)
    part = request.GET.get("part") == "progress"
    if part and etag in asked_tags(request):
        response: HttpResponse = HttpResponseNotModified()
    else:
        template = "scans/_progress.html" if part else "scans/progress.html"
        response = render(request, template, {"scan": scan, "page": progress.build(scan, seen, language())})
    if part:
        response["ETag"] = etag
        response["X-Scan-Status"] = scan.status
    return response


def _etag(scan: Scan, seen: live.Progress | None) -> str:
    state = json.dumps([scan.pk, scan.status, scan.attempts, seen, language()], sort_keys=True)
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:24]}"'


@require_safe
@part_of_report
def report_json(request: HttpRequest, suite: str, domain: str, public_id: str) -> JsonResponse:
    """The report document, as it is stored. 202 while the scan runs, 410 when the report is no longer kept, 404 when there is none."""
    scan = scan_or_404(suite, domain, public_id)
    if scan.document is not None:
        return JsonResponse(scan.document, json_dumps_params={"ensure_ascii": False})
    status = 202 if scan.is_active else 410 if scan.is_gone else 404
    return JsonResponse(
        {"domain": scan.domain, "suite": scan.suite, "status": scan.status, "failure": scan.failure}, status=status
    )


@require_safe
@part_of_report
def chain_svg(request: HttpRequest, suite: str, domain: str, public_id: str) -> HttpResponse:
    """The chain of trust as a picture for a document of one's own. 404 when there is none (yet), 410 when it is no longer kept."""
    scan = scan_or_404(suite, domain, public_id)
    picture = chain_picture.as_file(scan.document, language()) if scan.document is not None else ""
    if not picture:
        return HttpResponse(status=410 if scan.is_gone else 404)
    return HttpResponse(picture, content_type="image/svg+xml; charset=utf-8")


@dataclass(frozen=True, slots=True)
class FailurePage:
    """Why a scan has no report, and the number under which the operator finds it."""

    reason: str
    sentence: str
    reference: str


def _failure(scan: Scan) -> FailurePage:
    return FailurePage(scan.failure, str(Failure(scan.failure).label), scan.reference)
