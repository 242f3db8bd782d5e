"""Addresses of the operator."""

from __future__ import annotations

from django.urls import path

from portal.operators import views

urlpatterns = [
    path("operators/", views.operators, name="operators"),
    path("operators/organisations/", views.compared, name="operators-organisations"),
    path("metrics", views.metrics, name="metrics"),
]
