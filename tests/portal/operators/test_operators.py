"""The operator's page is for staff, the metrics for who has the token; both say how the installation does."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.operators import figures
from portal.scans import lifecycle
from portal.scans.models import Failure
from tests.portal.builders import a_finished_scan, a_running_scan, a_scan
from tests.portal.people import a_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers a ping, and nobody waits for that."""
    monkeypatch.setattr(figures.app.control, "ping", lambda **_values: [{"celery@one": {"ok": "pong"}}])


@pytest.mark.parametrize(("staff", "status"), [(True, 200), (False, 404)])
def test_the_page_is_for_staff(staff: bool, status: int) -> None:
    assert signed_in(a_person("dora", is_staff=staff)).get("/operators/").status_code == status


def test_a_visitor_is_asked_to_sign_in() -> None:
    assert Client().get("/operators/").status_code == 302


def test_figures_count_what_is_there() -> None:
    a_finished_scan("slow.example", age_seconds=60)
    a_scan("waiting.example")
    lifecycle.fail(a_running_scan("crashed.example"), Failure.CRASHED)
    found = figures.look(timezone.now(), "en")
    assert found.scans == {"finished": 1, "queued": 1, "failed": 1}
    assert (found.finished_last_hour, found.finished_last_day, found.mean_seconds) == (1, 1, 2.0)
    assert found.per_minute == 0.1
    assert found.failures == {"crashed": 1}
    assert [slow.domain for slow in found.slowest] == ["slow.example"]
    assert found.workers == ["celery@one"]
    assert found.database > 0
    html = signed_in(a_person("dora", is_staff=True)).get("/operators/", {"lang": "en"}).content.decode()
    assert "1 × The test stopped because of a fault in our software." in html


@pytest.mark.parametrize(
    ("token", "header", "status"),
    [
        ("", "Bearer ", 404),
        ("", "", 404),
        ("secret", "Bearer wrong", 404),
        ("secret", "", 404),
        ("secret", "Bearer secret", 200),
    ],
)
def test_metrics_are_for_who_has_the_token(settings: Settings, token: str, header: str, status: int) -> None:
    settings.METRICS_TOKEN = token
    assert Client().get("/metrics", headers={"authorization": header}).status_code == status


def test_metrics_are_well_formed_and_name_no_domain(settings: Settings) -> None:
    settings.METRICS_TOKEN = "secret"
    a_finished_scan("slow.example")
    text = Client().get("/metrics", headers={"authorization": "Bearer secret"}).content.decode()
    assert 'zegel_scans{status="finished"} 1' in text
    assert "slow.example" not in text
    for line in text.splitlines():
        assert re.fullmatch(r'# TYPE [a-z_]+ gauge|[a-z_]+(\{[a-z]+="[\w-]+"\})? -?[\d.]+', line), line
