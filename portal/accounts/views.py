"""The pages of organisations: which I belong to, who else does, who is invited, and what was done."""

from __future__ import annotations

from django.conf import settings
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
from portal.accounts.forms import InvitationForm, OrganisationForm, OrganisationSettingsForm, RoleForm
from portal.accounts.models import AuditEntry, Invitation, Membership, Role
from portal.lib.limits import seconds_to_wait

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
    return _organisation_page(request, membership)


def _organisation_page(
    request: HttpRequest,
    membership: Membership,
    form: InvitationForm | None = None,
    *,
    change: OrganisationSettingsForm | None = None,
    link: str = "",
    status: int = 200,
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
        "form": form or InvitationForm(),
        "change": change or OrganisationSettingsForm(initial={"name": found.name, "language": found.language}),
        "link": link,
    }
    return render(request, "accounts/organisation.html", context, status=status)


@require_POST
@member(Role.OWNER)
def invite(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Mail an invitation; the page then shows its link once."""
    form = InvitationForm(request.POST)
    link, person = "", person_of(request)
    if form.is_valid() and seconds_to_wait("invitation", str(person.pk), settings.LIMIT_INVITATIONS):
        form.add_error(None, _("You have sent many invitations in a short time. Go on in an hour."))
        return _organisation_page(request, membership, form, status=429)
    if form.is_valid():
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        try:
            link = lifecycle.invite(membership.organisation, email, role, by=person)
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
def change(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Another name for the organisation, or another language."""
    form = OrganisationSettingsForm(request.POST)
    if not form.is_valid():
        return _organisation_page(request, membership, change=form, status=422)
    name, language = form.cleaned_data["name"], form.cleaned_data["language"]
    lifecycle.change_organisation(membership.organisation, name, language, by=person_of(request))
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
    """What a link of an invitation opens. Who is not signed in takes it along, in the session, and comes back to it after signing in or up."""
    found = Invitation.objects.open().with_token(token).select_related("organisation").first()
    if found is None:
        raise Http404("no such invitation")
    if not request.user.is_authenticated:
        if request.method == "POST":
            request.session[INVITED] = token
            return redirect("account_signup" if "new" in request.POST else "account_login")
        return render(request, "accounts/invitation.html", {"invitation": found})
    person = person_of(request)
    if request.method == "POST" and lifecycle.is_for(found, person):
        try:
            lifecycle.accept(found, person)
        except lifecycle.Refused:
            raise Http404("accepted a moment ago") from None
        request.session.pop(INVITED, None)
        return redirect(found.organisation)
    is_mine = lifecycle.is_for(found, person)
    context = {"invitation": found, "is_mine": is_mine}
    return render(request, "accounts/invitation.html", context, status=200 if is_mine else 403)
