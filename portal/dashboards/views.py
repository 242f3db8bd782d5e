"""The pages of lists. Thin: read through the guard, hand forms to ``imports`` or ``lifecycle``, build the overview, render. GET writes nothing."""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checks import CATALOGUE
from portal.accounts.access import person_of
from portal.accounts.lifecycle import log
from portal.accounts.models import Action, Membership, Organisation, Role
from portal.dashboards import comparison, exports, imports, lifecycle, overview, selection, sheets
from portal.dashboards.access import list_member
from portal.dashboards.forms import AddForm, EntryForm, ExplanationForm, ListForm, NewListForm
from portal.dashboards.models import DomainList, Entry, Explanation
from portal.scans.words import SUITE, say

LARGEST_UPLOAD = sheets.MAX_BYTES + 100_000  # bytes of a whole request


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def lists(request: HttpRequest) -> HttpResponse:
    """All lists of my organisations, and a form for a new one."""
    person = person_of(request)
    form = NewListForm(person, request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = form.cleaned_data
        organisation = Organisation.objects.visible_to(person, Role.EDITOR).get(public_id=values["organisation"])
        made = DomainList.objects.create(
            organisation=organisation,
            name=values["name"],
            mail=values["mail"],
            web=values["web"],
            period=values["period"],
        )
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
        "siblings": DomainList.objects.visible_to(request.user).filter(organisation=domain_list.organisation_id),
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
    """What the filters offer, and the query string without page and without order, for links."""
    kept = {name: value for name, value in request.GET.items() if name not in ("page", "sort", "lang")}
    return {
        "categories": [
            (category.id, f"{say(SUITE[category.suite.value], _language())}: {say(category.name, _language())}")
            for category in CATALOGUE.categories.values()
        ],
        "statuses": selection.statuses(_language()),
        "only_choices": selection.only_words(),
        "sort_choices": selection.sort_words(),
        "kept": urlencode(kept),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@list_member(Role.EDITOR)
def domains(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """Add domains. The answer says what came of every line."""
    if request.method != "POST":
        return render(request, "dashboards/domains.html", {"list": domain_list, "form": AddForm()})
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_UPLOAD:
        return _refused_upload(request, domain_list, AddForm(), _("This file is larger than 2 MB."))
    form = AddForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "dashboards/domains.html", {"list": domain_list, "form": form}, status=422)
    try:
        file = form.cleaned_data["file"]
        rows = sheets.read(file.read()) if file else imports.lines_of(form.cleaned_data["text"])
        if len(rows) > sheets.MAX_ROWS:
            raise sheets.Unreadable(sheets.Reason.TOO_MANY_ROWS)
    except sheets.Unreadable as unreadable:
        return _refused_upload(request, domain_list, form, _unreadable(unreadable.reason))
    outcome = imports.take_in(domain_list, rows)
    if outcome.added or outcome.changed:
        log(
            domain_list.organisation,
            person_of(request),
            Action.DOMAINS_ADDED,
            f"{domain_list.name}: +{outcome.added}, ~{outcome.changed}",
        )
    if not outcome.bad:
        messages.success(request, _said(outcome))
        return redirect(domain_list)
    context = {"list": domain_list, "form": AddForm(), "outcome": outcome, "said": _said(outcome)}
    return render(request, "dashboards/domains.html", context)


def _refused_upload(request: HttpRequest, domain_list: DomainList, form: AddForm, sentence: str) -> HttpResponse:
    context = {"list": domain_list, "form": form, "refused": sentence}
    return render(request, "dashboards/domains.html", context, status=422)


def _unreadable(reason: sheets.Reason) -> str:
    match reason:
        case sheets.Reason.TOO_LARGE:
            return _("This file is larger than 2 MB, or becomes very large when it is unpacked.")
        case sheets.Reason.TOO_MANY_ROWS:
            return _("There are more than %(most)s lines. Split them over several files.") % {"most": sheets.MAX_ROWS}
        case sheets.Reason.NOT_READABLE:
            return _("We cannot read this file. Save it as CSV, XLSX or ODS.")


def _said(outcome: imports.Outcome) -> str:
    parts = [ngettext("%(n)d domain added.", "%(n)d domains added.", outcome.added) % {"n": outcome.added}]
    if outcome.changed:
        parts.append(
            ngettext("%(n)d domain changed.", "%(n)d domains changed.", outcome.changed) % {"n": outcome.changed}
        )
    if outcome.same:
        parts.append(
            ngettext("%(n)d was in the list already.", "%(n)d were in the list already.", outcome.same)
            % {"n": outcome.same}
        )
    return " ".join(parts)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@list_member(Role.EDITOR)
def entry(request: HttpRequest, domain_list: DomainList, membership: Membership, pk: int) -> HttpResponse:
    """What the organisation knows of one domain, its explanations, and its removal."""
    found = get_object_or_404(Entry, pk=pk, domain_list=domain_list)
    form = EntryForm(request.POST if "save" in request.POST else None, initial=_initial(found))
    explanation = ExplanationForm(_language(), request.POST if "explain" in request.POST else None)
    person = person_of(request)
    if "remove" in request.POST:
        log(domain_list.organisation, person, Action.DOMAIN_REMOVED, f"{found.domain} ({domain_list.name})")
        found.delete()
        return redirect(domain_list)
    if form.is_valid():
        Entry.objects.filter(pk=found.pk).update(**form.cleaned_data)
        log(domain_list.organisation, person, Action.DOMAIN_CHANGED, f"{found.domain} ({domain_list.name})")
        return redirect(domain_list)
    if explanation.is_valid():
        _explain(found, explanation.cleaned_data["check_id"], explanation.cleaned_data["text"], request)
        return redirect("list-entry", domain_list.public_id, found.pk)
    context = {
        "list": domain_list,
        "entry": found,
        "form": form,
        "explanation": explanation,
        "explanations": [
            (one, CATALOGUE[one.check_id].texts[_language()].title if one.check_id in CATALOGUE else one.check_id)
            for one in found.explanations.all()
        ],
    }
    return render(request, "dashboards/entry.html", context, status=422 if request.method == "POST" else 200)


def _initial(found: Entry) -> dict[str, str]:
    return {
        "tags": ", ".join(found.tags),
        "owner": found.owner,
        "owner_email": found.owner_email,
        "owner_language": found.owner_language,
        "supplier": found.supplier,
        "supplier_email": found.supplier_email,
        "notes": found.notes,
    }


def _explain(found: Entry, check_id: str, text: str, request: HttpRequest) -> None:
    if text.strip():
        values = {"text": text, "author": person_of(request), "changed_at": timezone.now()}
        Explanation.objects.update_or_create(entry=found, check_id=check_id, defaults=values)
    else:
        Explanation.objects.filter(entry=found, check_id=check_id).delete()
    organisation = found.domain_list.organisation
    log(organisation, person_of(request), Action.DOMAIN_CHANGED, f"{found.domain}: {check_id}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@list_member(Role.EDITOR)
def list_settings(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """Name, suites, period, public link, removal."""
    initial = {name: getattr(domain_list, name) for name in ("name", "mail", "web", "period")}
    form = ListForm(request.POST if "save" in request.POST else None, initial=initial)
    if form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(domain_list, name, value)
        domain_list.save(update_fields=[*form.cleaned_data])
        lifecycle.reschedule(domain_list)
        log(domain_list.organisation, person_of(request), Action.LIST_CHANGED, domain_list.name)
        return redirect(domain_list)
    if "share" in request.POST or "unshare" in request.POST:
        _share(request, domain_list, token=secrets.token_urlsafe(24) if "share" in request.POST else "")
        return redirect("list-settings", domain_list.public_id)
    if "remove" in request.POST and request.POST.get("name", "").strip() == domain_list.name:
        log(domain_list.organisation, person_of(request), Action.LIST_REMOVED, domain_list.name)
        domain_list.delete()
        return redirect("lists")
    context = {"list": domain_list, "form": form, "site_url": settings.SITE_URL}
    return render(request, "dashboards/settings.html", context, status=422 if request.method == "POST" else 200)


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
    context = {"list": domain_list, "page": comparison.build(domain_list, start, end, _language())}
    return render(request, "dashboards/compare.html", context)


@require_POST
@list_member(Role.EDITOR)
def test_now(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """Test every domain of the list as soon as there is room."""
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
