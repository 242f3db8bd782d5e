"""Our own resolver: looked at when a worker starts, told to the operator, and no scan is held against a domain when it is unfit."""

from __future__ import annotations

import dataclasses
import logging

import pytest
from celery.signals import worker_ready
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from checks import Options
from lab import Lab
from portal.celery import app
from portal.scans import resolver, tasks

pytestmark = pytest.mark.django_db


def options(lab: Lab) -> Options:
    return dataclasses.replace(Options.from_env(lab.environment()), dns_timeout=1.0)


@pytest.mark.parametrize(("strips", "unfit"), [(False, ""), (True, "resolver-strips-dnssec")])
def test_a_look_tells_a_fit_resolver_from_one_that_strips_dnssec(settings: Settings, strips: bool, unfit: str) -> None:
    with Lab(strip_dnssec=strips, forward=False) as lab:
        settings.SCAN_OPTIONS = options(lab)
        assert resolver.look() == unfit
    assert resolver.unfit() == unfit


def test_an_unfit_resolver_is_logged_and_told_in_the_admin_and_by_the_health_page(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with Lab(strip_dnssec=True, forward=False) as lab, caplog.at_level(logging.ERROR):
        settings.SCAN_OPTIONS = options(lab)
        tasks.look_at_resolver()
    assert "unfit to measure with: our resolver leaves signatures out" in caplog.text
    health = client.get("/healthz")
    assert health.status_code == 200
    assert health.json()["note"].startswith("resolver: our resolver leaves signatures out")
    client.force_login(User.objects.create_superuser("carol", password="-"))
    assert "onze resolver laat handtekeningen weg" in client.get("/admin/scans/scan/").content.decode()


def test_a_fit_resolver_is_not_mentioned(client: Client) -> None:
    assert client.get("/healthz").json() == {"database": True, "redis": True}


def test_a_worker_that_is_ready_asks_for_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, **_: sent.append(name))
    worker_ready.send(sender=None)
    assert sent == ["portal.scans.tasks.look_at_resolver", "portal.scans.tasks.refresh_rpki"]
