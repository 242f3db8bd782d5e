"""The pages of the domains of a list: adding them, what is suggested, and what an organisation knows of one. Thin. GET writes nothing."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.access import person_of
from portal.accounts.lifecycle import log
from portal.accounts.models import Action, Membership, Role
from portal.dashboards import exports, imports, sheets
from portal.dashboards.access import list_member
from portal.dashboards.forms import AddForm, EntryForm, ExplanationForm
from portal.dashboards.models import DomainList, Entry, Explanation
from portal.dashboards.suggestions import suggestions_for
from portal.scans.models import Finding

LARGEST_UPLOAD = sheets.MAX_BYTES + 100_000  # bytes of a whole request


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
    outcome = _take_in(request, domain_list, rows)
    if not outcome.bad:
        messages.success(request, _said(outcome))
        return redirect(domain_list)
    context = {"list": domain_list, "form": AddForm(), "outcome": outcome, "said": _said(outcome)}
    return render(request, "dashboards/domains.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@list_member(Role.EDITOR)
def suggestions(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """Names that the list may lack; one click adds one. Only what is offered can be added here."""
    offered = suggestions_for(domain_list)
    if request.method == "POST":
        wanted = request.POST.get("domain", "")
        if wanted in {one.domain for one in offered}:
            messages.success(request, _said(_take_in(request, domain_list, [[wanted]])))
        return redirect("list-suggestions", domain_list.public_id)
    return render(request, "dashboards/suggestions.html", {"list": domain_list, "suggestions": offered})


@transaction.atomic
def _take_in(request: HttpRequest, domain_list: DomainList, rows: list[list[str]]) -> imports.Outcome:
    outcome = imports.take_in(domain_list, rows)
    if outcome.added or outcome.changed:
        said = f"{domain_list.name}: +{outcome.added}, ~{outcome.changed}"
        log(domain_list.organisation, person_of(request), Action.DOMAINS_ADDED, said)
    return outcome


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
    explanation = ExplanationForm(_language(), _wrong(found), request.POST if "explain" in request.POST else None)
    person = person_of(request)
    if "remove" in request.POST:
        with transaction.atomic():
            log(domain_list.organisation, person, Action.DOMAIN_REMOVED, f"{found.domain} ({domain_list.name})")
            found.delete()
        return redirect(domain_list)
    if form.is_valid():
        with transaction.atomic():
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
        "explanations": [(one, exports.title_of(one.check_id, _language())) for one in found.explanations.all()],
    }
    return render(request, "dashboards/entry.html", context, status=422 if request.method == "POST" else 200)


def _wrong(found: Entry) -> set[str]:
    """The checks that are not in order by the newest reports of a domain."""
    newest = Finding.objects.filter(scan__in=found.standings.values("scan"), status__in=("failed", "warning"))
    return set(newest.values_list("check_id", flat=True))


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


@transaction.atomic
def _explain(found: Entry, check_id: str, text: str, request: HttpRequest) -> None:
    if text.strip():
        values = {"text": text, "author": person_of(request), "changed_at": timezone.now()}
        Explanation.objects.update_or_create(entry=found, check_id=check_id, defaults=values)
    else:
        Explanation.objects.filter(entry=found, check_id=check_id).delete()
    organisation = found.domain_list.organisation
    log(organisation, person_of(request), Action.DOMAIN_CHANGED, f"{found.domain}: {check_id}")


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
