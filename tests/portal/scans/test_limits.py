"""How often somebody may ask for a test: per visitor and per domain; and what happens when the counter is away."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from portal.lib import limits
from portal.lib.redis import client as redis_client
from portal.scans.models import Scan
from tests.portal.builders import a_finished_scan

pytestmark = pytest.mark.django_db


def ask(client: Client, domain: str, *, visitor: str = "192.0.2.1", **values: str) -> object:
    data = {"domain": domain, "suite": ["mail"], **values}
    return client.post("/scan/?lang=en", data, REMOTE_ADDR=visitor)


def test_a_visitor_who_asks_too_often_is_told_when_to_go_on(client: Client, settings: Settings) -> None:
    settings.LIMIT_VISITOR = (2, 600)
    assert [ask(client, f"d{number}.example").status_code for number in range(3)] == [303, 303, 429]
    refused = ask(client, "d4.example")
    assert 0 < int(refused["Retry-After"]) <= 600
    assert "10 minutes" in refused.content.decode()
    assert Scan.objects.count() == 2


def test_another_visitor_is_not_held_back(client: Client, settings: Settings) -> None:
    settings.LIMIT_VISITOR = (1, 600)
    ask(client, "one.example")
    assert ask(client, "two.example", visitor="192.0.2.2").status_code == 303


def test_the_counter_begins_anew_after_its_time(settings: Settings) -> None:
    assert limits.seconds_to_wait("t", "k", (1, 600)) == 0
    assert limits.seconds_to_wait("t", "k", (1, 600)) > 0
    (key,) = redis_client().keys("zegel-limit:*")
    assert 0 < redis_client().ttl(key) <= 600
    redis_client().delete(key)
    assert limits.seconds_to_wait("t", "k", (1, 600)) == 0


def test_a_refused_form_costs_nothing(client: Client, settings: Settings) -> None:
    settings.LIMIT_VISITOR = (1, 600)
    for _ in range(3):
        assert ask(client, "192.0.2.10").status_code == 422
    assert ask(client, "good.example").status_code == 303


def test_a_domain_is_not_tested_again_and_again(client: Client, settings: Settings) -> None:
    settings.LIMIT_DOMAIN = (1, 600)
    a_finished_scan(age_seconds=1)
    assert ask(client, "good.example", again="on", visitor="192.0.2.1").status_code == 303
    assert ask(client, "good.example", again="on", visitor="192.0.2.2").status_code == 429
    assert ask(client, "other.example", again="on", visitor="192.0.2.2").status_code == 303


def test_a_counter_that_is_away_stops_nobody(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIMIT_VISITOR = (1, 600)
    nobody = redis_client().from_url("redis://127.0.0.1:9/0", socket_connect_timeout=1)
    monkeypatch.setattr(limits, "client", lambda: nobody)
    assert [ask(client, f"d{number}.example").status_code for number in range(3)] == [303, 303, 303]


def test_no_address_of_a_visitor_is_kept(client: Client) -> None:
    ask(client, "good.example", visitor="203.0.113.77")
    keys = redis_client().keys("*")
    assert [key for key in keys if "limit" in key]
    assert not [key for key in keys if "203.0.113.77" in key]


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("192.0.2.1", "", [], "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", [], "192.0.2.1"),  # a header that nobody vouches for
        ("10.0.0.1", "198.51.100.9", ["10.0.0.0/8"], "198.51.100.9"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.9", ["10.0.0.0/8"], "198.51.100.9"),  # the visitor wrote the first one
        ("10.0.0.1", "198.51.100.9, 10.0.0.2", ["10.0.0.0/8"], "198.51.100.9"),  # two proxies of ours
        ("10.0.0.1", "nonsense", ["10.0.0.0/8"], "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", [], "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", [], "192.0.2.1"),
        ("", "", [], "unknown"),
    ],
)
def test_a_visitor_is_known_by_the_address_that_can_be_believed(
    settings: Settings, remote: str, forwarded: str, proxies: list[str], expected: str
) -> None:
    settings.TRUSTED_PROXIES = [limits.ip_network(proxy) for proxy in proxies]
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert limits.visitor(request) == expected
