"""All addresses of the portal. Paths are English in both languages; permalinks carry no language."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# The form of the admin itself knows no second step and no limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("portal.pages.urls")),
    path("", include("portal.scans.urls")),
    path("", include("portal.tools.urls")),
    path("", include("portal.accounts.urls")),
    path("", include("portal.dashboards.urls")),
    path("", include("portal.operators.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "portal.pages.errors.bad_request"
handler403 = "portal.pages.errors.denied"
handler404 = "portal.pages.errors.not_found"
handler500 = "portal.pages.errors.server_error"
