"""The door of every page of a list: through a membership of its organisation, or through its public link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from portal.accounts.access import membership_of, not_allowed
from portal.accounts.models import Membership, Role
from portal.dashboards.models import DomainList

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, DomainList, Membership, Rest], HttpResponse]


def list_member(at_least: Role) -> Callable[[View[Rest]], Callable[..., HttpResponse]]:
    """Turns a view of (request, list, membership, …) into one of (request, public id of the list, …). Outsiders get 404, too low a role 403."""

    def decorate(view: View[Rest]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, public_id: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            found = DomainList.objects.visible_to(request.user).select_related("organisation")
            domain_list = found.filter(public_id=public_id).first()
            if domain_list is None:
                raise Http404("no such list")
            membership = membership_of(request, domain_list.organisation.public_id)
            if not membership.may(at_least):
                return not_allowed(request, membership)
            return view(request, domain_list, membership, *args, **kwargs)

        return login_required(guarded)

    return decorate
