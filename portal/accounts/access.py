"""The door of every page that belongs to an organisation: signed in, a member, and in a high enough role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.models import Membership, Role

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Membership, Rest], HttpResponse]


def person_of(request: HttpRequest) -> User:
    """Who is signed in; for views behind ``login_required``."""
    assert isinstance(request.user, User)
    return request.user


def membership_of(request: HttpRequest, public_id: str) -> Membership:
    """The membership by which this person sees an organisation. Raises Http404 for outsiders: they do not learn that it exists."""
    found = Membership.objects.select_related("organisation").filter(
        user=person_of(request), organisation__public_id=public_id
    )
    if (membership := found.first()) is None:
        raise Http404("no such organisation")
    return membership


def not_allowed(request: HttpRequest, membership: Membership) -> HttpResponse:
    """403 for a member whose role is too low, with who can help."""
    owners = Membership.objects.filter(organisation=membership.organisation_id, role=Role.OWNER)
    context = {"membership": membership, "owners": owners.select_related("user")}
    return render(request, "accounts/not_allowed.html", context, status=403)


def member(at_least: Role) -> Callable[[View[Rest]], Callable[..., HttpResponse]]:
    """Turns a view of (request, membership, …) into one of (request, public id of the organisation, …)."""

    def decorate(view: View[Rest]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            membership = membership_of(request, public_id)
            if not membership.may(at_least):
                return not_allowed(request, membership)
            return view(request, membership, *args, **kwargs)

        return login_required(guarded)

    return decorate
