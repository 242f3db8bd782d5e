"""``manage.py rejudge``: today's catalogue over yesterday's measurement."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from checks import Measurement, Suite
from portal.scans.management.commands import rejudge
from portal.scans.models import Finding, Scan
from tests.portal.builders import MadeReport, a_check, a_document, a_finished_scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def kinder_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue by which everything passes."""

    class Opaque:
        @staticmethod
        def from_json(stored: Any) -> Any:
            assert stored == {"made": "up"}
            return stored

    check = a_check(status="passed", outcome="ok", points=10)
    category = {"id": "made_up", "status": "passed", "score": 100, "checks": [check]}
    better = MadeReport(a_document(score=100, categories=[category], catalogue="2026.12"))
    monkeypatch.setattr(rejudge, "Measurement", Opaque)
    monkeypatch.setattr(rejudge, "evaluate", lambda measurement, *, tls_profile: better)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rejudge", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("kinder_catalogue")
def test_rejudge_replaces_document_total_and_findings() -> None:
    a_finished_scan(score=50)
    assert "50 -> 100" in run()
    scan = Scan.objects.get()
    assert (scan.total, scan.catalogue_version) == (100, "2026.12")
    assert scan.document is not None
    assert scan.document["score"] == 100
    finding = Finding.objects.get()
    assert (finding.status, finding.outcome, finding.points) == ("passed", "ok", 10)


@pytest.mark.usefixtures("kinder_catalogue")
def test_a_second_time_changes_nothing() -> None:
    a_finished_scan()
    run()
    assert "1 scans judged" in run()
    assert "0 changed" in run()


@pytest.mark.usefixtures("kinder_catalogue")
def test_a_dry_run_changes_nothing() -> None:
    a_finished_scan(score=50)
    assert "1 would change" in run("--dry-run")
    assert Scan.objects.get().total == 50
    assert Finding.objects.get().status == "failed"


@pytest.mark.usefixtures("kinder_catalogue")
def test_one_domain_can_be_chosen() -> None:
    a_finished_scan("one.example")
    a_finished_scan("two.example")
    run("--domain", "one.example")
    assert dict(Scan.objects.values_list("domain", "total")) == {"one.example": 100, "two.example": 50}


@pytest.mark.usefixtures("kinder_catalogue")
def test_a_scan_whose_measurement_is_gone_keeps_its_verdicts() -> None:
    scan = a_finished_scan(score=50)
    assert scan.document is not None
    del scan.document["measurement"]
    scan.save()
    assert "0 scans judged" in run()
    assert Scan.objects.get().total == 50


def test_guidelines_that_nobody_knows_are_refused_by_name() -> None:
    scan = a_finished_scan(score=50)
    stored = Measurement("good.example", Suite.MAIL, timezone.now()).to_json()
    Scan.objects.filter(pk=scan.pk).update(document={**(scan.document or {}), "measurement": stored})
    with pytest.raises(CommandError, match="ncsc_tls_1999"):
        run("--tls-profile", "ncsc_tls_1999")
    assert Scan.objects.get().total == 50


def test_prune_can_be_run_by_hand() -> None:
    out = StringIO()
    call_command("prune", stdout=out)
    assert "0 measurements and 0 reports removed" in out.getvalue()
