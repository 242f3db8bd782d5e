"""The tests that this visitor asked for, as the visitor's own browser remembers them: a signed cookie with ids of reports, and nothing on our side."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from portal.scans.models import Scan, Status

COOKIE = "zegel_tests"
LASTS = 90 * 24 * 3600  # seconds
MOST_SHOWN = 11  # earlier reports: with this one a dozen
RECENT = 8  # tests that the home page names
MOST = 30  # ids; the cookie stays far below what a browser keeps
_SALT = "portal.scans.own"


def remember(request: HttpRequest, response: HttpResponseBase, scans: Iterable[Scan]) -> None:
    """Put these tests first in the browser's list."""
    known = dict.fromkeys([*(scan.public_id for scan in scans), *ids(request)])
    response.set_signed_cookie(
        COOKIE,
        ".".join(list(known)[:MOST]),
        salt=_SALT,
        max_age=LASTS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def ids(request: HttpRequest) -> list[str]:
    """The ids in the cookie, newest first; none when there is no cookie, or one that is not ours."""
    text = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=LASTS)
    return [public_id for public_id in (text or "").split(".") if public_id][:MOST]


def recent(request: HttpRequest) -> list[Scan]:
    """The newest tests of this visitor that still have a page, without their documents. No query for a visitor without tests."""
    known = ids(request)[:RECENT]
    rows = {scan.public_id: scan for scan in Scan.objects.light().filter(public_id__in=known)} if known else {}
    return [rows[public_id] for public_id in known if public_id in rows]


def earlier(request: HttpRequest, scan: Scan) -> list[Scan]:
    """This visitor's own reports of the same domain and suite from before this one, newest first, without their documents. No query for a visitor without tests."""
    known = ids(request)
    if not known:
        return []
    rows = Scan.objects.light().of(scan.domain, scan.suite)
    rows = rows.filter(public_id__in=known, status=Status.FINISHED, document__isnull=False)
    return list(rows.filter(requested_at__lt=scan.requested_at).exclude(pk=scan.pk)[:MOST_SHOWN])
