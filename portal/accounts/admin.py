"""The operator's view of organisations: who there is. Members are changed on the organisation's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from portal.accounts.models import Organisation

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Organisation]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(Organisation)
class OrganisationAdmin(_ModelAdmin):
    """Organisations by name."""

    list_display = ("name", "public_id", "created_at")
    search_fields = ("name", "=public_id")
    fields = ("name", "public_id", "created_at")
    readonly_fields = ("public_id", "created_at")
