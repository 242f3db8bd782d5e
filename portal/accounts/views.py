"""The pages of organisations: which I belong to, who else does, who is invited, and what was done."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import lifecycle
from portal.accounts.access import member, person_of
from portal.accounts.adapter import INVITED
from portal.accounts.forms import InvitationForm, OrganisationForm, RoleForm
from portal.accounts.models import AuditEntry, Invitation, Membership, Role

LOG_LINES = 100


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def organisations(request: HttpRequest) -> HttpResponse:
    """Mine, and a form for a new one."""
    person = person_of(request)
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(lifecycle.create_organisation(form.cleaned_data["name"], person, by=person))
    memberships = Membership.objects.filter(user=person).select_related("organisation").order_by("organisation__name")
    context = {"form": form, "memberships": memberships}
    return render(request, "accounts/organisations.html", context, status=422 if form.is_bound else 200)


@require_safe
@never_cache
@member(Role.READER)
def organisation(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Its members; for owners also invitations and the log."""
    return _organisation_page(request, membership, InvitationForm())


def _organisation_page(
    request: HttpRequest, membership: Membership, form: InvitationForm, *, link: str = "", status: int = 200
) -> HttpResponse:
    found = membership.organisation
    is_owner = membership.may(Role.OWNER)
    context = {
        "organisation": found,
        "membership": membership,
        "is_owner": is_owner,
        "members": Membership.objects.visible_to(request.user).filter(organisation=found).select_related("user"),
        "invitations": Invitation.objects.open().filter(organisation=found) if is_owner else [],
        "log": AuditEntry.objects.filter(organisation=found)[:LOG_LINES] if is_owner else [],
        "roles": Role.choices,
        "form": form,
        "link": link,
    }
    return render(request, "accounts/organisation.html", context, status=status)


@require_POST
@member(Role.OWNER)
def invite(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Mail an invitation; the page then shows its link once."""
    form = InvitationForm(request.POST)
    link = ""
    if form.is_valid():
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        try:
            link = lifecycle.invite(membership.organisation, email, role, by=person_of(request))
            form = InvitationForm()
        except lifecycle.Refused:
            form.add_error("email", _("This person is a member already."))
    return _organisation_page(request, membership, form, link=link, status=200 if link else 422)


@require_POST
@member(Role.OWNER)
def withdraw(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """End an invitation."""
    invitation = get_object_or_404(Invitation.objects.open(), pk=pk, organisation=membership.organisation)
    lifecycle.withdraw(invitation, by=person_of(request))
    return redirect(membership.organisation)


@require_POST
@member(Role.OWNER)
def change_member(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """Another role, or out."""
    subject = get_object_or_404(Membership, pk=pk, organisation=membership.organisation)
    form = RoleForm(request.POST)
    try:
        if "remove" in request.POST:
            lifecycle.remove(subject, by=person_of(request))
        elif form.is_valid():
            lifecycle.change_role(subject, Role(form.cleaned_data["role"]), by=person_of(request))
    except lifecycle.Refused:
        messages.error(request, _("An organisation needs an owner. Make somebody else an owner first."))
    if subject.user_id == person_of(request).pk and "remove" in request.POST:
        return redirect("organisations")
    return redirect(membership.organisation)


@require_POST
@member(Role.OWNER)
def rename(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Another name for the organisation."""
    form = OrganisationForm(request.POST)
    if form.is_valid():
        lifecycle.rename(membership.organisation, form.cleaned_data["name"], by=person_of(request))
    return redirect(membership.organisation)


@require_POST
@member(Role.READER)
def leave(request: HttpRequest, membership: Membership) -> HttpResponse:
    """End one's own membership."""
    try:
        lifecycle.remove(membership, by=person_of(request))
    except lifecycle.Refused:
        messages.error(request, _("An organisation needs an owner. Make somebody else an owner first."))
        return redirect(membership.organisation)
    return redirect("organisations")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What a link of an invitation opens. Who is not signed in keeps it in the session, and comes back to it after signing in or up."""
    found = Invitation.objects.open().with_token(token).select_related("organisation").first()
    if found is None:
        raise Http404("no such invitation")
    if request.user.is_authenticated and request.method == "POST":
        if not lifecycle.accept(found, person_of(request)):
            raise Http404("accepted by somebody else")
        return redirect(found.organisation)
    if not request.user.is_authenticated:
        request.session[INVITED] = token
    return render(request, "accounts/invitation.html", {"invitation": found})
