"""Addresses of scans. A permalink names suite and domain for people; the id alone decides which scan it is, and all three must agree."""

from __future__ import annotations

from django.urls import path, re_path

from portal.scans import part_views, views

_DOMAIN = r"(?P<domain>[a-z0-9.-]{1,253})"
_ID = r"(?P<public_id>[A-Za-z0-9_-]{16,22})"

urlpatterns = [path("scan/", views.start, name="scan-start")]
for folder, suite in (("mail", "mail"), ("site", "web")):
    urlpatterns += [
        path(f"{folder}/<str:text>/", views.before, {"suite": suite}, name=f"before-{suite}"),
        re_path(rf"^{folder}/{_DOMAIN}/{_ID}/$", views.permalink, {"suite": suite}, name=f"scan-{suite}"),
        re_path(
            rf"^{folder}/{_DOMAIN}/{_ID}/report\.json$",
            views.report_json,
            {"suite": suite},
            name=f"report-json-{suite}",
        ),
        re_path(
            rf"^{folder}/{_DOMAIN}/{_ID}/chain\.svg$", views.chain_svg, {"suite": suite}, name=f"chain-svg-{suite}"
        ),
        re_path(
            rf"^{folder}/{_DOMAIN}/{_ID}/report\.csv$", part_views.report_csv, {"suite": suite}, name=f"csv-{suite}"
        ),
        re_path(
            rf"^{folder}/{_DOMAIN}/{_ID}/report\.pdf$", part_views.report_pdf, {"suite": suite}, name=f"pdf-{suite}"
        ),
        re_path(
            rf"^{folder}/{_DOMAIN}/{_ID}/badge\.svg$", part_views.badge_svg, {"suite": suite}, name=f"badge-{suite}"
        ),
        re_path(
            rf"^{folder}/{_DOMAIN}/{_ID}/compare/$",
            part_views.compare_with,
            {"suite": suite},
            name=f"compare-with-{suite}",
        ),
        re_path(
            rf"^{folder}/{_DOMAIN}/{_ID}/compare/(?P<other_id>[A-Za-z0-9_-]{{16,22}})/$",
            part_views.compare_reports,
            {"suite": suite},
            name=f"compare-{suite}",
        ),
    ]
