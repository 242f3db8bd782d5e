"""Addresses of the tools."""

from __future__ import annotations

from django.urls import path, re_path

from portal.tools import views

urlpatterns = [
    path("tools/", views.index, name="tools"),
    path("tools/tlsa/", views.make, name="tool-tlsa"),
    path("tools/explain/", views.explain, name="tool-explain"),
    path("tools/rollover/", views.rollover, name="tool-rollover"),
    path("tools/rollover/plan.ics", views.calendar, name="tool-calendar"),
    path("tools/watches/", views.watches, name="tool-watches"),
    path("tools/service/", views.service, name="tool-service"),
    re_path(r"^tools/service/(?P<public_id>[A-Za-z0-9_-]{16,22})/$", views.look, name="tool-look"),
]
