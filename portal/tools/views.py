"""The pages of the tools. Thin: a form, one call, a page. GET measures nothing and writes nothing; what was pasted is never stored or logged."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from checks import tlsa_tools
from portal.accounts.access import person_of
from portal.lib.limits import seconds_to_wait, visitor
from portal.scans.models import Status
from portal.scans.views import SeeOther
from portal.scans.words import AMSTERDAM
from portal.tools import lifecycle, page, watching
from portal.tools import plan as plans
from portal.tools.forms import DEFAULT_TTL, ExplainForm, LookForm, MakeForm, RolloverForm, choices_of, language
from portal.tools.models import Look, Watch


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What tools there are."""
    return render(request, "tools/index.html")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("pem")
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """A record from a live service (a look is queued) or from pasted material (answered at once, nothing kept)."""
    if request.method != "POST":
        return render(
            request, "tools/tlsa.html", {"form": MakeForm(initial=_initial(request, "host", "port", "choice"))}
        )
    form = MakeForm(request.POST)
    if not form.is_valid():
        secret = form.forget_secret()
        return render(request, "tools/tlsa.html", {"form": form, "secret": secret}, status=422)
    asked, choice = form.asked(), form.choice_text()
    if too_many := _too_many(request, asked.host):
        return too_many
    if not form.cleaned_data["pem"]:
        return SeeOther(lifecycle.request_look(asked, starttls="", choice=choice).get_absolute_url())
    zone = tlsa_tools.registrable(asked.host) + "."
    place = (tlsa_tools.owner(asked.host, asked.port), asked.port, zone, 0)
    made = page.made(form.cleaned_data["pem"], choices_of(choice), place, language())
    return render(request, "tools/tlsa.html", {"form": form, "made": made, "asked": asked, "zone": zone.rstrip(".")})


@require_safe
def explain(request: HttpRequest) -> HttpResponse:
    """A record taken apart. It stands in the address, so that it can be shared."""
    if "record" not in request.GET:
        return render(request, "tools/explain.html", {"form": ExplainForm()})
    form = ExplainForm(request.GET)
    if not form.is_valid():
        return render(request, "tools/explain.html", {"form": form}, status=422)
    found: tlsa_tools.Explained = form.cleaned_data["record"]
    owner = tlsa_tools.owner(found.host, found.port) if found.host else ""
    context = {
        "form": form,
        "found": found,
        "anatomy": page.anatomy(found.record, owner, found.port, language()),
        "known_port": found.port in tlsa_tools.OPENINGS and found.protocol == "tcp",
    }
    return render(request, "tools/explain.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def service(request: HttpRequest) -> HttpResponse:
    """Ask for a look at a service, with a record that should be found there or not."""
    if request.method != "POST":
        return render(request, "tools/service.html", {"form": LookForm(initial=_initial(request, "host", "port"))})
    form = LookForm(request.POST)
    if not form.is_valid():
        return render(request, "tools/service.html", {"form": form}, status=422)
    asked = form.asked()
    if too_many := _too_many(request, asked.host):
        return too_many
    wanted = [record for record in _wanted(request) if record][: page.MOST]
    return SeeOther(lifecycle.request_look(asked, starttls="", choice="leaf", wanted=wanted).get_absolute_url())


def _wanted(request: HttpRequest) -> list[str]:
    """All records that the form carries, each read and written again; what is none is left out."""
    found = []
    for typed in request.POST.getlist("wanted"):
        try:
            found.append(tlsa_tools.explain(typed).record.text)
        except tlsa_tools.NoRecord:
            continue
    return found


@require_safe
@never_cache
def look(request: HttpRequest, public_id: str) -> HttpResponse:
    """The one address of a look, from its first second: waiting, result, or why there is none."""
    try:
        found = Look.objects.get(public_id=public_id)
    except Look.DoesNotExist:
        raise Http404(reverse("tools")) from None
    lost = found.is_lost(timezone.now())
    if found.is_active and not lost:
        return _waiting(request, found)
    if found.document is None or lost:
        response = render(request, "tools/failed.html", {"look": found})
    else:
        choice = request.GET.get("choice", found.choice)
        shown = page.look(found.document, (choices_of(choice), found.wanted), language())
        context = {"look": found, "page": shown, "plan_url": _plan_url(shown.plan), "choice": choice}
        response = render(request, "tools/look.html", context)
    response["X-Scan-Status"] = Status.FAILED if lost else found.status
    return response


def _waiting(request: HttpRequest, found: Look) -> HttpResponse:
    template = "tools/_waiting.html" if request.GET.get("part") == "progress" else "tools/waiting.html"
    response = render(request, template, {"look": found})
    response["X-Scan-Status"] = found.status
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def watches(request: HttpRequest) -> HttpResponse:
    """The roll-overs that a member lets us watch: begin one, end one, see how far they are."""
    person = person_of(request)
    if request.method != "POST":
        found = Watch.objects.filter(user=person)
        rows = [{"watch": watch, "stage": _stage_of(watch)} for watch in found]
        full = request.GET.get("full") == "1" and len(rows) >= watching.MOST
        return render(request, "tools/watches.html", {"rows": rows, "full": full})
    if (ending := request.POST.get("end", "")).isdecimal() and len(ending) < 18:
        watching.end(person, int(ending))
        return SeeOther(reverse("tool-watches"))
    form = LookForm(request.POST)
    if not form.is_valid() or not 0 < len(form.cleaned_data["wanted"]) <= watching.LONGEST_RECORD:
        return SeeOther(reverse("tool-rollover"))
    begun = watching.begin(person, form.asked(), form.cleaned_data["wanted"], language())
    return SeeOther(reverse("tool-watches") + ("" if begun else "?full=1"))


def _stage_of(watch: Watch) -> page.StagePage | None:
    return page.stage_page(watch.stage, watch.safe_at, language()) if watch.stage else None


@require_safe
def rollover(request: HttpRequest) -> HttpResponse:
    """The planner: all of it is in the address."""
    if "at" not in request.GET:
        form = RolloverForm(initial=_start(request))
        return render(request, "tools/rollover.html", {"form": form, "now": _now()})
    form = RolloverForm(request.GET)
    if not form.is_valid():
        return render(request, "tools/rollover.html", {"form": form, "now": _now()}, status=422)
    made = tlsa_tools.plan(form.renewal(), form.timing(), _planned_at(request))
    context = {
        "form": form,
        "now": _now(),
        "page": plans.page(made, language()),
        "values": form.cleaned_data,
        "calendar": f"{reverse('tool-calendar')}?{request.GET.urlencode()}",
    }
    return render(request, "tools/rollover.html", context)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The same plan as a calendar file."""
    form = RolloverForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('tool-rollover')}?{request.GET.urlencode()}")
    made = tlsa_tools.plan(form.renewal(), form.timing(), _planned_at(request))
    asked = form.asked()
    text = plans.ics(made, (asked.host, asked.port), timezone.now(), language())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="tlsa-rollover.ics"'
    return response


def _planned_at(request: HttpRequest) -> datetime:
    """The moment at which the plan was made, as the form wrote it; now when it is not there or makes no sense."""
    try:
        found = parse_datetime(request.GET.get("from", ""))
    except ValueError:
        found = None
    return found if found is not None and found.tzinfo and 2000 < found.year < 2200 else timezone.now()


def _now() -> str:
    """For the form to say when a plan was made: a plan that is shared stays what it was."""
    return timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _start(request: HttpRequest) -> dict[str, object]:
    """The form of the planner as a link fills it in; four weeks from now at ten when it does not say when."""
    soon = (timezone.now() + timedelta(days=28)).astimezone(AMSTERDAM).replace(hour=10, minute=0)
    return {
        "at": soon.replace(tzinfo=None),
        "ttl": DEFAULT_TTL,
        "published": request.GET.getlist("published"),
        **_initial(request, "host", "port", "ttl", "refresh", "retry", "expire", "wanted"),
    }


def _initial(request: HttpRequest, *names: str) -> dict[str, object]:
    return {name: request.GET[name] for name in names if name in request.GET}


def _plan_url(query: dict[str, object]) -> str:
    return f"{reverse('tool-rollover')}?{urlencode(query, doseq=True)}"


def _too_many(request: HttpRequest, host: str) -> HttpResponse | None:
    """The page for whoever asks too often, of us or of one host."""
    for name, key, rate in (
        ("visitor", visitor(request), settings.LIMIT_VISITOR),
        ("service", host, settings.LIMIT_DOMAIN),
    ):
        if wait := seconds_to_wait(name, key, rate):
            context = {
                "domain": host,
                "of_domain": name == "service",
                "allowed": rate[0],
                "window_minutes": max(1, rate[1] // 60),
                "wait_minutes": -(-wait // 60),
            }
            response = render(request, "pages/too_many.html", context, status=429)
            response["Retry-After"] = str(wait)
            return response
    return None
