"""The operator's view: which scans there are and how long the queues are. Nothing can be changed here; scans have their own lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.scans import resolver
from portal.scans.lifecycle import queue_lengths
from portal.scans.models import Scan

# Django's class is generic for the type checker only.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Scan]
else:
    _ModelAdmin = admin.ModelAdmin

FIELDS = (
    "domain",
    "suite",
    "status",
    "failure_sentence",
    "total",
    "queue",
    "attempts",
    "requested_at",
    "started_at",
    "finished_at",
    "duration_in_seconds",
    "catalogue_version",
    "permalink",
)


def _state() -> dict[str, Any]:
    """What stands above the list: the queues, and what is wrong with our own resolver."""
    return {"queue_lengths": queue_lengths(), "resolver_unfit": resolver.unfit_in_words(get_language() or "en")}


@admin.register(Scan)
class ScanAdmin(_ModelAdmin):
    """Scans, newest first, without their documents."""

    list_display = ("domain", "suite", "status", "total", "duration_in_seconds", "requested_at", "queue", "attempts")
    list_filter = ("status", "suite", "queue", "failure", "requested_at")
    search_fields = ("domain", "=public_id")
    search_help_text = _("Part of a domain name, or the id of a permalink")
    ordering = ("-requested_at",)
    fields = FIELDS
    readonly_fields = FIELDS
    list_per_page = 100
    show_full_result_count = False
    change_list_template = "admin/scans/scan/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scan]:
        """Without the documents, which may be large."""
        return super().get_queryset(request).defer("document")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with the queues and the state of the resolver above it."""
        return super().changelist_view(request, {**(extra_context or {}), **_state()})

    @admin.display(description=_("duration (s)"))
    def duration_in_seconds(self, scan: Scan) -> str:
        """From start to finish."""
        return number_format(scan.duration.total_seconds(), 1) if scan.duration else "-"

    @admin.display(description=_("failure"))
    def failure_sentence(self, scan: Scan) -> str:
        """Why there is no report."""
        return str(scan.get_failure_display()) if scan.failure else "-"

    @admin.display(description=_("permalink"))
    def permalink(self, scan: Scan) -> str:
        """A link to the page of the scan."""
        return format_html('<a href="{}">{}</a>', scan.get_absolute_url(), scan.public_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Scans are asked for on the home page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        """See the module."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        """What is old goes by itself (``lifecycle.prune``)."""
        return False
