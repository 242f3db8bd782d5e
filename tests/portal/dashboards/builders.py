"""Lists, domains and results for tests, with sensible values for whatever a test does not care about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.accounts.models import Organisation
from portal.dashboards import lifecycle
from portal.dashboards.models import DomainList, Entry, Result
from portal.scans import lifecycle as scans
from portal.scans.models import Scan
from tests.portal.builders import MadeReport, a_check, a_document

Json = dict[str, Any]


def a_list(organisation: Organisation, name: str = "Alle domeinen", **values: Any) -> DomainList:
    """An empty list."""
    return DomainList.objects.create(organisation=organisation, name=name, **values)


def an_entry(domain_list: DomainList, domain: str = "good.example", **values: Any) -> Entry:
    """A domain of a list that is not due."""
    return Entry.objects.create(domain_list=domain_list, domain=domain, **values)


def a_mail_document(domain: str = "good.example", *, score: int = 100, **statuses: str) -> Json:
    """A mail report with the given statuses by check id; the category of a check is the first two words of its id, and as bad as its worst check."""
    statuses = statuses or {"mail_starttls_dane_valid": "passed", "mail_starttls_tls_available": "passed"}
    suite = next(iter(statuses)).partition("_")[0]
    categories: dict[str, list[Json]] = {}
    for check_id, status in statuses.items():
        category = "_".join(check_id.split("_")[:2])
        categories.setdefault(category, []).append(a_check(check_id, status=status))
    order = ("failed", "error", "warning", "info", "passed", "not_tested")
    return a_document(
        domain,
        suite,
        score=score,
        categories=[
            {
                "id": category,
                "name": {"nl": category, "en": category},
                "status": min((check["status"] for check in checks), key=order.index),
                "score": score,
                "checks": checks,
            }
            for category, checks in categories.items()
        ],
    )


def measured(entry: Entry, document: Json, *, at: datetime | None = None) -> Result:
    """Ask for a test of this domain and suite, have a worker finish it with this document at this moment, and settle it."""
    suite = document["suite"]
    assert lifecycle.ask(entry, [suite], again=True) == 1
    scan = scans.claim(Result.objects.waiting().get(entry=entry, suite=suite).scan_id or 0)
    assert scan is not None
    assert scans.finish(scan, MadeReport({**document, "domain": entry.domain}))  # type: ignore[arg-type]
    if at:
        Scan.objects.filter(pk=scan.pk).update(
            finished_at=at, started_at=at - timedelta(seconds=1), requested_at=at - timedelta(seconds=2)
        )
    lifecycle.settle(timezone.now())
    return Result.objects.get(scan=scan, entry=entry)
