"""Addresses of people and organisations. Signing in, and all that is about one's own account, is allauth's, under ``/account/``."""

from __future__ import annotations

from django.urls import include, path, re_path

from portal.accounts import views

_ORGANISATION = r"^organisations/(?P<public_id>[A-Za-z0-9_-]{12,16})"

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("organisations/", views.organisations, name="organisations"),
    re_path(rf"{_ORGANISATION}/$", views.organisation, name="organisation"),
    re_path(rf"{_ORGANISATION}/settings/$", views.change, name="organisation-change"),
    re_path(rf"{_ORGANISATION}/leave/$", views.leave, name="organisation-leave"),
    re_path(rf"{_ORGANISATION}/invitations/$", views.invite, name="organisation-invite"),
    re_path(rf"{_ORGANISATION}/invitations/(?P<pk>\d{{1,18}})/$", views.withdraw, name="invitation-withdraw"),
    re_path(rf"{_ORGANISATION}/members/(?P<pk>\d{{1,18}})/$", views.change_member, name="organisation-member"),
    re_path(r"^invitations/(?P<token>[A-Za-z0-9_-]{32})/$", views.invitation, name="invitation"),
]
