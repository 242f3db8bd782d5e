"""Names that a list may lack: found in the certificates and among the mail hosts of its own domains, as they were measured.

Looks at nothing but the standings of the list itself, so it tells nothing of other lists. Measures nothing and adds nothing: somebody has to choose.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from checks import Suite, Target
from portal.dashboards.models import DomainList, Entry, Source, Standing
from portal.plan.providers import of_mail

MOST = 50  # names that are offered
TECHNICAL = (
    "mta-sts.",
    "autoconfig.",
    "autodiscover.",
)  # hosts that programs ask; no mail goes to them and nobody reads there
MOST_WEIGHED = 5000  # names that are looked at; a list has at most as many domains


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name, what it was found in, of which domain (the first by name), and of how many more."""

    domain: str
    source: Source
    found_at: str
    more: int


def suggestions_for(domain_list: DomainList) -> list[Suggestion]:
    """At most fifty: first those that share the registrable name of a domain in the list, then those that most domains name. Two queries."""
    listed = set(Entry.objects.filter(domain_list=domain_list).values_list("domain", flat=True))
    found: dict[tuple[str, Source], set[str]] = defaultdict(set)
    for name, source, domain in _names(domain_list):
        if name not in listed and len(found) < MOST_WEIGHED:
            found[name, source].add(domain)
    own = {_target(domain).registrable for domain in listed}
    weighed = {}
    for (name, source), domains in found.items():
        if (target := _target_or_none(name)) and target.domain not in listed:
            weighed[target.domain] = (target.registrable not in own, -len(domains), source, domains)
    order = sorted(weighed, key=lambda name: (*weighed[name][:2], name))
    return [
        Suggestion(name, source, min(domains), len(domains) - 1)
        for name in order[:MOST]
        for _far, _times, source, domains in [weighed[name]]
    ]


def _names(domain_list: DomainList) -> Iterator[tuple[str, Source, str]]:
    """Names of certificates as they are, a wildcard as what it stands for; of a mail host the registrable name. A mail host is no domain to follow by itself,
    and what a provider that we know calls its servers is its own affair."""
    standings = Standing.objects.filter(entry__domain_list=domain_list, suite__in=domain_list.suites)
    for domain, names, hosts in standings.order_by("entry__domain").values_list("entry__domain", "names", "hosts"):
        if of_mail(hosts or ()):
            continue
        for name in names:
            if name not in (hosts or ()) and not name.startswith(TECHNICAL):
                yield name.lower().removeprefix("*.").rstrip("."), Source.CERTIFICATE, domain
        for host in hosts or ():
            if target := _target_or_none(host):
                yield target.registrable, Source.MAIL_HOST, domain


def _target(domain: str) -> Target:
    return Target(domain, Suite.WEB)


def _target_or_none(name: str) -> Target | None:
    """What an outsider wrote into a certificate or a zone is a name only when it could have been typed here."""
    try:
        return Target.parse(name, Suite.WEB)
    except Target.Refused:
        return None
