"""Bad days: what a visitor gets when a page is not there, or when PostgreSQL or Redis is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test import Client

from portal.lib import limits
from portal.pages import views as pages
from portal.scans import lifecycle
from portal.scans import views as scans
from portal.scans.models import Scan, Status
from tests.portal.builders import a_finished_scan, a_running_scan

pytestmark = pytest.mark.django_db

NOBODY = "redis://127.0.0.1:9/0"


@contextmanager
def no_database() -> Iterator[None]:
    """Every statement fails as it does when the server is gone."""

    def away(*args: object) -> None:
        raise OperationalError("connection failed: Connection refused")

    with connection.execute_wrapper(away):
        yield


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counters, progress, queues: every client dials a port where nobody listens."""
    nobody = redis.Redis.from_url(NOBODY, socket_connect_timeout=1)
    for module in (limits, lifecycle, pages):
        monkeypatch.setattr(module, "client", lambda: nobody)
    monkeypatch.setattr(caches["default"]._cache, "get_client", lambda *args, **kwargs: nobody)
    monkeypatch.setattr(lifecycle.app.conf, "broker_url", NOBODY)
    monkeypatch.setattr(lifecycle.app, "send_task", refuse)


def refuse(*args: object, **kwargs: object) -> None:
    """What Celery does when its broker is away."""
    raise lifecycle.kombu.exceptions.OperationalError("Connection refused")


def test_a_page_that_is_not_there_says_so(client: Client) -> None:
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert '<html lang="nl"' in response.content.decode()


def test_a_path_with_control_characters_is_not_there(client: Client) -> None:
    assert client.get("/mail/%0d%0aSet-Cookie:x/").status_code == 404


@pytest.mark.parametrize("language", ["nl", "en"])
def test_without_postgresql_a_report_is_503_and_says_that_it_is_our_side(client: Client, language: str) -> None:
    address = a_finished_scan().get_absolute_url()
    with no_database():
        response = client.get(f"{address}?lang={language}")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert f'<html lang="{language}"' in response.content.decode()
    assert "Connection refused" not in response.content.decode()


def test_without_postgresql_a_request_is_503(client: Client) -> None:
    with no_database():
        assert client.post("/scan/", {"domain": "good.example", "suite": ["mail"]}).status_code == 503


def test_without_postgresql_home_still_answers(client: Client) -> None:
    with no_database():
        assert client.get("/").status_code == 200


@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_report_still_shows(client: Client) -> None:
    assert client.get(a_finished_scan().get_absolute_url()).status_code == 200


@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_running_scan_still_has_its_page(client: Client) -> None:
    assert client.get(a_running_scan().get_absolute_url()).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_scan_is_kept_until_the_queue_is_back(client: Client) -> None:
    assert client.post("/scan/", {"domain": "good.example", "suite": ["mail"]}).status_code == 303
    assert Scan.objects.get().status == Status.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_asked_once_and_not_for_every_scan(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def away(*args: object, **kwargs: object) -> None:
        asked.append(args)
        refuse()

    monkeypatch.setattr(lifecycle.app, "send_task", away)
    client.post("/scan/", {"domain": "good.example", "suite": ["mail", "web"]})
    assert Scan.objects.count() == 2
    assert len(asked) == 1


@pytest.mark.usefixtures("no_redis")
def test_a_redis_error_in_a_page_is_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(scan: Scan) -> None:
        raise redis.ConnectionError("Connection refused")

    monkeypatch.setattr(scans.live, "read_progress", away)
    assert client.get(a_running_scan().get_absolute_url()).status_code == 503


def test_health_says_that_both_are_there(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"database": True, "redis": True})


def test_health_says_which_is_away(client: Client) -> None:
    with no_database():
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": False, "redis": True})


@pytest.mark.usefixtures("no_redis")
def test_health_says_that_redis_is_away(client: Client) -> None:
    assert client.get("/healthz").json() == {"database": True, "redis": False}


def test_a_fault_of_ours_is_500_without_details(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError("a secret of the server")

    monkeypatch.setattr(scans.report, "build", broken)
    client.raise_request_exception = False
    response = client.get(a_finished_scan().get_absolute_url())
    assert response.status_code == 500
    assert "a secret" not in response.content.decode()


def test_a_name_that_is_not_ours_is_refused(client: Client) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
