"""The tables of RPKI: beat has them fetched for all workers; the operator is told which source is away."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from checks import rpki_tables
from portal.celery import app
from portal.operators import figures
from portal.scans import rpki, tasks
from tests.portal.people import a_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sources(settings: Settings, tmp_path: Path) -> Path:
    """Two files: VRPs that are there, and routes that are not."""
    vrps = tmp_path / "vrps.json"
    vrps.write_text(json.dumps({"roas": [{"asn": 64496, "prefix": "192.0.2.0/24"}]}))
    settings.RPKI_SOURCES = replace(
        settings.RPKI_SOURCES, rpki_vrps=(str(vrps),), rpki_routes=(str(tmp_path / "routes"),)
    )
    settings.RPKI_DIR = tmp_path / "rpki"
    return tmp_path


def test_the_log_and_the_operator_are_told_of_a_source_that_is_away(
    sources: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures.app.control, "ping", lambda **_values: [])
    with caplog.at_level(logging.WARNING):
        tasks.refresh_rpki()
    assert f"routes of {sources}/routes are not to be had" in caplog.text
    assert [(row.table, bool(row.at), bool(row.problem)) for row in rpki.sources()] == [
        ("vrps", True, False),
        ("routes", False, True),
    ]
    html = signed_in(a_person("dora", is_staff=True)).get("/operators/", {"lang": "en"}).content.decode()
    assert "Not to be had, so RPKI is not tested:" in html
    assert f"{sources}/routes" in html


def test_without_sources_the_operator_sees_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures.app.control, "ping", lambda **_values: [])
    tasks.refresh_rpki()
    assert rpki.sources() == []
    html = signed_in(a_person("dora", is_staff=True)).get("/operators/", {"lang": "en"}).content.decode()
    assert "RPKI" not in html


def test_beat_asks_for_it_every_hour_on_the_queue_that_nobody_waits_for() -> None:
    entry = app.conf.beat_schedule["rpki"]
    assert (entry["task"], entry["schedule"], entry["options"]["queue"]) == (tasks.refresh_rpki.name, 3600.0, "bulk")


def test_scans_read_the_copies() -> None:
    expected = rpki_tables.with_copies(django_settings.RPKI_SOURCES, django_settings.RPKI_DIR)
    assert expected == django_settings.SCAN_OPTIONS
