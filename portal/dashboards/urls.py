"""Addresses of lists. Ids are random; who may see what is for the views."""

from __future__ import annotations

from django.urls import path, re_path

from portal.dashboards import alert_views, domain_views, views

_LIST = r"^lists/(?P<public_id>[A-Za-z0-9_-]{12,16})"

urlpatterns = [
    path("lists/", views.lists, name="lists"),
    re_path(rf"{_LIST}/$", views.domain_list, name="list"),
    re_path(rf"{_LIST}/domains/$", domain_views.domains, name="list-domains"),
    re_path(rf"{_LIST}/domains/(?P<pk>\d{{1,18}})/$", domain_views.entry, name="list-entry"),
    re_path(rf"{_LIST}/settings/$", views.list_settings, name="list-settings"),
    re_path(rf"{_LIST}/alerts/$", alert_views.alerts, name="list-alerts"),
    re_path(rf"{_LIST}/alerts/(?P<pk>\d{{1,18}})/$", alert_views.close, name="list-alert-close"),
    re_path(r"^feeds/(?P<token>[A-Za-z0-9_-]{32})\.atom$", alert_views.feed, name="list-feed"),
    re_path(rf"{_LIST}/suggestions/$", domain_views.suggestions, name="list-suggestions"),
    re_path(rf"{_LIST}/board/$", views.board, name="list-board"),
    re_path(rf"{_LIST}/compare/$", views.compare, name="list-compare"),
    re_path(rf"{_LIST}/test/$", views.test_now, name="list-test"),
    re_path(rf"{_LIST}/export\.(?P<kind>csv|xlsx|ods)$", views.export, name="list-export"),
    re_path(r"^shared/(?P<token>[A-Za-z0-9_-]{32})/$", views.shared, name="list-shared"),
]
