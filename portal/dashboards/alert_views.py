"""The pages of alerts of a list, and its Atom feed. Thin."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.access import not_allowed, person_of
from portal.accounts.lifecycle import log
from portal.accounts.models import Action, Membership, Role
from portal.dashboards import feeds
from portal.dashboards.access import list_member
from portal.dashboards.alerts import close as close_alert
from portal.dashboards.forms import AlertForm, MyMailForm
from portal.dashboards.models import Alert, DomainList, State, new_feed_token
from portal.dashboards.notices import story

SHOWN = feeds.SHOWN
FIELDS = ("alert_members", "alert_owner", "digest", "webhook_url")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@list_member(Role.READER)
def alerts(request: HttpRequest, domain_list: DomainList, membership: Membership) -> HttpResponse:
    """What is open, what was, and who is told. Everybody decides about mail to themselves; editors about the rest."""
    mine = MyMailForm(request.POST if "mine" in request.POST else None, membership)
    if mine.is_valid():
        Membership.objects.filter(pk=membership.pk).update(**mine.columns())
        return redirect("list-alerts", domain_list.public_id)
    is_editor = membership.may(Role.EDITOR)
    if request.method == "POST" and not is_editor:
        return not_allowed(request, membership)
    if "feed" in request.POST:
        DomainList.objects.filter(pk=domain_list.pk).update(feed_token=new_feed_token())
        log(domain_list.organisation, person_of(request), Action.LIST_CHANGED, domain_list.name)
        return redirect("list-alerts", domain_list.public_id)
    initial = {name: getattr(domain_list, name) for name in FIELDS}
    form = AlertForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        DomainList.objects.filter(pk=domain_list.pk).update(**form.cleaned_data)
        log(domain_list.organisation, person_of(request), Action.LIST_CHANGED, domain_list.name)
        return redirect("list-alerts", domain_list.public_id)
    told = Alert.objects.filter(entry__domain_list=domain_list).told().select_related("entry", "scan")
    found = [(alert, story(alert, _language())) for alert in told.defer("scan__document")[:SHOWN]]
    context = {
        "list": domain_list,
        "membership": membership,
        "is_editor": is_editor,
        "open": [(alert, words) for alert, words in found if alert.state == State.OPEN],
        "past": [(alert, words) for alert, words in found if alert.state != State.OPEN],
        "form": form,
        "mine": mine,
        "feed": settings.SITE_URL + reverse("list-feed", args=[domain_list.feed_token]),
    }
    return render(request, "dashboards/alerts.html", context, status=422 if form.is_bound else 200)


@require_POST
@list_member(Role.EDITOR)
def close(request: HttpRequest, domain_list: DomainList, membership: Membership, pk: int) -> HttpResponse:
    """End an alert by hand."""
    alert = get_object_or_404(Alert.objects.select_related("entry"), pk=pk, entry__domain_list=domain_list)
    if close_alert(alert):
        log(domain_list.organisation, person_of(request), Action.ALERT_CLOSED, f"{alert.entry.domain}: {alert.rule}")
    return redirect("list-alerts", domain_list.public_id)


@require_safe
@never_cache
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Alerts as an Atom feed (RFC 4287), for programs that cannot sign in: the token in the address is the right to read it."""
    domain_list = get_object_or_404(DomainList, feed_token=token)
    made = feeds.atom(domain_list, request.path, _language())
    return HttpResponse(made, content_type="application/atom+xml; charset=utf-8")


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
