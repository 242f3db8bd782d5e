"""What every view of a scan begins with: the row that an address names, and the language of the page."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language

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
