"""Addresses of the pages that are about no scan."""

from __future__ import annotations

from django.urls import path

from portal.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("explain/<slug:check_id>/", views.explain_check, name="explain"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
    *(path(f"{name}/", views.explanation, {"name": name}, name=name) for name in views.EXPLANATIONS),
]
