"""The pages of lists. Thin: read through the guard, hand forms to ``imports`` or ``lifecycle``, build the overview, render. GET writes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checks import CATALOGUE
from portal.accounts.access import person_of
from portal.accounts.lifecycle import log
from portal.accounts.models import Action, Membership, Organisation, Role
from portal.dashboards import board as boards
from portal.dashboards import comparison, exports, lifecycle, overview, selection, sheets
from portal.dashboards.access import list_member
from portal.dashboards.forms import ListForm, NewListForm
from portal.dashboards.models import DomainList
from portal.scans.words import SUITE, say

COMPARED_PER_PAGE = 200


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def lists(request: HttpRequest) -> HttpResponse:
    """All lists of my organisations, and a form for a new one."""
    person = person_of(request)
    form = NewListForm(person, request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        organisation = Organisation.objects.visible_to(person, Role.EDITOR).get(public_id=values.pop("organisation"))
        with transaction.atomic():
            made = DomainList.objects.create(organisation=organisation, **values)
            log(organisation, person, Action.LIST_CREATED, made.name)
        return redirect("list-domains", made.public_id)
    found = DomainList.objects.visible_to(person).with_sizes().select_related("organisation")
    context = {
        "form": form,
        "lists": found.order_by("organisation__name", "name"),
        "may_make": bool(form.fields["organisation"].choices),  # type: ignore[attr-defined]
        "belongs": Membership.objects.filter(user=person).exists(),
    }
    return render(request, "dashboards/lists.html", context, status=422 if form.is_bound else 200)


@require_safe
@never_cache
@list_member(Role.READER)
def domain_list(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """The overview."""
    asked = selection.Asked.parse(request.GET)
    context = {
        "list": domain_list,
        "membership": membership,
        "is_editor": membership.may(Role.EDITOR),
        "siblings": DomainList.objects.filter(organisation=domain_list.organisation_id).with_sizes(),
        "page": overview.build(domain_list, asked, _language(), timezone.now()),
        **_choices(request),
    }
    return render(request, "dashboards/overview.html", context)


@require_safe
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The overview through its public link: the same figures, without notes, owners or anything to change."""
    found = get_object_or_404(DomainList.objects.select_related("organisation"), share_token=token)
    asked = selection.Asked.parse(request.GET, public=True)
    context = {
        "list": found,
        "shared": True,
        "page": overview.build(found, asked, _language(), timezone.now()),
        **_choices(request),
    }
    return render(request, "dashboards/overview.html", context)


def _choices(request: HttpRequest) -> dict[str, object]:
    """What the filters offer, and the query string for links: without page, and with and without the order."""
    sorted_ = {name: value for name, value in request.GET.items() if name not in ("page", "lang")}
    kept = {name: value for name, value in sorted_.items() if name != "sort"}
    return {
        "categories": [
            (category.id, f"{say(SUITE[category.suite.value], _language())}: {say(category.name, _language())}")
            for category in CATALOGUE.categories.values()
        ],
        "statuses": selection.statuses(_language()),
        "only_choices": selection.only_words(),
        "sort_choices": selection.sort_words(),
        "kept": urlencode(kept),
        "kept_sorted": urlencode(sorted_),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@list_member(Role.EDITOR)
def list_settings(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """Name, suites, period, public link, removal."""
    initial = {name: getattr(domain_list, name) for name in ("name", "mail", "web", "period")}
    form = ListForm(request.POST if "save" in request.POST else None, initial=initial)
    if form.is_valid():
        _change(domain_list, form.cleaned_data, person_of(request))
        return redirect(domain_list)
    if "share" in request.POST or "unshare" in request.POST:
        _share(request, domain_list, token=secrets.token_urlsafe(24) if "share" in request.POST else "")
        return redirect("list-settings", domain_list.public_id)
    if "remove" in request.POST and request.POST.get("name", "").strip() == domain_list.name:
        with transaction.atomic():
            log(domain_list.organisation, person_of(request), Action.LIST_REMOVED, domain_list.name)
            domain_list.delete()
        return redirect("lists")
    context = {"list": domain_list, "form": form, "site_url": settings.SITE_URL}
    return render(request, "dashboards/settings.html", context, status=422 if request.method == "POST" else 200)


@transaction.atomic
def _change(domain_list: DomainList, values: Mapping[str, Any], person: User) -> None:
    for name, value in values.items():
        setattr(domain_list, name, value)
    domain_list.save(update_fields=[*values])
    lifecycle.reschedule(domain_list)
    log(domain_list.organisation, person, Action.LIST_CHANGED, domain_list.name)


@transaction.atomic
def _share(request: HttpRequest, domain_list: DomainList, *, token: str) -> None:
    DomainList.objects.filter(pk=domain_list.pk).update(share_token=token)
    action = Action.LIST_SHARED if token else Action.LIST_UNSHARED
    log(domain_list.organisation, person_of(request), action, domain_list.name)


@require_safe
@never_cache
@list_member(Role.READER)
def compare(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """Two days side by side."""
    start, end = comparison.days(request.GET, timezone.localdate())
    page = comparison.build(domain_list, start, end, _language())
    lines = Paginator(page.lines, COMPARED_PER_PAGE).get_page(request.GET.get("page"))
    kept = urlencode({"from": start.isoformat(), "to": end.isoformat()})
    context = {"list": domain_list, "page": page, "lines": lines, "kept": kept}
    return render(request, "dashboards/compare.html", context)


@require_safe
@never_cache
@list_member(Role.READER)
def board(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """The list on paper, for a board: half a year, or between two other days."""
    start, end = comparison.days(request.GET, timezone.localdate(), boards.USUAL)
    page = boards.build(domain_list, start, end, _language(), timezone.now())
    return render(request, "dashboards/board.html", {"list": domain_list, "page": page})


@require_POST
@list_member(Role.EDITOR)
def test_now(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """Test every domain of the list as soon as there is room."""
    with transaction.atomic():
        asked = lifecycle.ask_now(domain_list)
        log(domain_list.organisation, person_of(request), Action.TEST_ASKED, domain_list.name)
    messages.success(
        request, ngettext("%(n)d domain will be tested.", "%(n)d domains will be tested.", asked) % {"n": asked}
    )
    return redirect(domain_list)


@require_safe
@never_cache
@list_member(Role.READER)
def export(request: HttpRequest, domain_list: DomainList, membership: Membership, kind: str) -> HttpResponse:
    """The list as it is filtered, as a file."""
    if kind not in sheets.MEDIA:
        raise Http404("no such format")
    asked = selection.Asked.parse(request.GET)
    chosen = selection.ordered(domain_list, selection.chosen(domain_list, asked, timezone.now()), asked.sort)
    content = sheets.write(kind, exports.rows_of(domain_list, chosen, _language(), settings.SITE_URL))
    day = timezone.localdate().isoformat()
    name = f"{slugify(domain_list.name) or 'zegel'}-{day}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=sheets.MEDIA[kind], headers=headers)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
