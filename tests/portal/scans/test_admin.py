"""The operator's list of scans. Alice is an operator, Charlie is not."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.scans import lifecycle
from portal.scans.models import Failure
from tests.portal.builders import a_finished_scan, a_running_scan, a_scan

pytestmark = pytest.mark.django_db

LIST = "/admin/scans/scan/"


@pytest.fixture
def alice(client: Client) -> Client:
    client.get("/?lang=en")
    client.force_login(User.objects.create_superuser("alice"))
    return client


def test_a_stranger_has_to_log_in(client: Client) -> None:
    assert client.get(LIST)["Location"].startswith("/admin/login/")


def test_charlie_may_not_look(client: Client) -> None:
    client.force_login(User.objects.create_user("charlie"))
    assert client.get(LIST).status_code == 302


def test_the_list_shows_state_score_and_duration(alice: Client) -> None:
    a_finished_scan(score=76)
    page = alice.get(LIST).content.decode()
    assert "good.example" in page
    assert ">76<" in page
    assert ">2.0<" in page


def test_the_list_shows_how_long_the_queues_are(alice: Client) -> None:
    lifecycle._send(1, "bulk")
    page = alice.get(LIST).content.decode()
    assert "Queue interactive: 0 waiting" in page
    assert "Queue bulk: 1 waiting" in page


def test_a_domain_can_be_found(alice: Client) -> None:
    a_scan("one.example")
    a_scan("two.example")
    page = alice.get(LIST + "?q=two.ex").content.decode()
    assert "two.example" in page
    assert "one.example" not in page


def test_the_list_reads_no_documents(alice: Client) -> None:
    a_finished_scan()
    with CaptureQueriesContext(connection) as queries:
        alice.get(LIST)
    assert not [query for query in queries if '"scans_scan"."document"' in query["sql"]]


def test_a_scan_shows_why_it_failed_and_where_its_page_is(alice: Client) -> None:
    scan = a_running_scan()
    lifecycle.fail(scan, Failure.CRASHED)
    page = alice.get(f"{LIST}{scan.pk}/change/").content.decode()
    assert "a fault in our software" in page
    assert scan.get_absolute_url() in page


def test_nothing_can_be_changed(alice: Client) -> None:
    scan = a_finished_scan()
    assert alice.get(f"{LIST}add/").status_code == 403
    assert alice.post(f"{LIST}{scan.pk}/change/", {"total": 100}).status_code == 403
    assert alice.post(f"{LIST}{scan.pk}/delete/", {"post": "yes"}).status_code == 403
    scan.refresh_from_db()
    assert scan.total == 50
