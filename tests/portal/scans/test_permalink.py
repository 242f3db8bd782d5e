"""The permalink: one address from the first second, that shows progress, report, failure, or that the report is gone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.scans import lifecycle
from portal.scans.live import Live
from portal.scans.models import Failure, Scan
from tests.portal.builders import a_document, a_finished_scan, a_running_scan, a_scan

pytestmark = pytest.mark.django_db

PROGRESS = {"done": 7, "total": 32, "categories": [], "log": []}


def rows() -> list[tuple[object, ...]]:
    """Everything in the table, to see that nothing changed."""
    return list(Scan.objects.order_by("pk").values_list())


def test_a_waiting_scan_shows_a_page_that_refreshes_itself_without_javascript(client: Client) -> None:
    page = client.get(a_scan().get_absolute_url())
    assert page.status_code == 200
    assert '<noscript><meta http-equiv="refresh"' in page.content.decode()


def test_a_running_scan_shows_how_far_it_is(client: Client) -> None:
    scan = a_running_scan()
    Live(scan)(PROGRESS)
    page = client.get(scan.get_absolute_url()).content.decode()
    assert 'max="32"' in page
    assert 'value="7"' in page


def test_a_finished_scan_shows_its_report_and_stops_refreshing(client: Client) -> None:
    page = client.get(a_finished_scan(score=76).get_absolute_url())
    assert page.status_code == 200
    assert "76" in page.content.decode()
    assert "http-equiv" not in page.content.decode()


def test_a_failed_scan_says_that_it_is_our_fault_and_offers_a_button(client: Client) -> None:
    scan = a_running_scan()
    lifecycle.fail(scan, Failure.WORKER_LOST)
    page = client.get(scan.get_absolute_url() + "?lang=en").content.decode()
    assert "stopped halfway, twice" in page
    assert 'action="/scan/"' in page
    assert 'value="good.example"' in page


def test_a_report_that_is_no_longer_kept_is_410_with_a_way_on(client: Client) -> None:
    scan = a_finished_scan()
    Scan.objects.filter(pk=scan.pk).update(document=None)
    page = client.get(scan.get_absolute_url())
    assert page.status_code == 410
    assert "good.example" in page.content.decode()


@pytest.mark.parametrize(
    "path", ["/site/good.example/{id}/", "/mail/other.example/{id}/", "/mail/good.example/AAAAAAAAAAAAAAAA/"]
)
def test_suite_domain_and_id_must_agree(client: Client, path: str) -> None:
    scan = a_finished_scan()
    assert client.get(path.format(id=scan.public_id)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/mail/good.example/short/",
        "/mail/GOOD.example/{id}/",
        "/mail/good.example/{id}/x/",
        "/mail/%00/{id}/",
        "/mail/" + "a" * 300 + "/{id}/",
    ],
)
def test_addresses_of_another_shape_are_404(client: Client, path: str) -> None:
    scan = a_finished_scan()
    assert client.get(path.format(id=scan.public_id)).status_code == 404


def test_get_changes_nothing_and_queues_nothing(client: Client) -> None:
    scans = [a_scan("waiting.example"), a_running_scan("running.example"), a_finished_scan()]
    before = rows()
    for scan in scans:
        for path in ("", "?part=progress", "report.json", "?lang=en"):
            client.get(scan.get_absolute_url() + path)
        client.get(f"/mail/{scan.domain}/")
    assert rows() == before
    assert lifecycle.queue_lengths() == {"interactive": 0, "bulk": 0}


def test_head_is_answered_without_a_body(client: Client) -> None:
    for scan in (a_running_scan("running.example"), a_finished_scan()):
        response = client.head(scan.get_absolute_url())
        assert (response.status_code, response.content) == (200, b"")


def test_post_to_a_permalink_is_refused(client: Client) -> None:
    assert client.post(a_scan().get_absolute_url()).status_code == 405


def test_a_report_page_takes_at_most_twelve_queries(client: Client) -> None:
    mail = a_finished_scan()
    Scan.objects.filter(pk=a_finished_scan(suite="web").pk).update(request_id=mail.request_id)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(mail.get_absolute_url())
    assert len(queries) <= 12


def test_permalinks_are_not_for_search_engines_nor_for_caches(client: Client) -> None:
    for scan in (a_scan("waiting.example"), a_finished_scan()):
        response = client.get(scan.get_absolute_url())
        assert "noindex" in response["X-Robots-Tag"]
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"


def test_the_page_that_is_shown_instead_of_a_scan_says_how_old_it_is(client: Client) -> None:
    scan = a_finished_scan(age_seconds=190)
    assert client.get(scan.get_absolute_url() + "?fresh=1").context["fresh_minutes"] == 3
    assert client.get(scan.get_absolute_url()).context["fresh_minutes"] is None


def test_an_old_report_is_not_called_fresh(client: Client) -> None:
    scan = a_finished_scan(age_seconds=400)
    assert client.get(scan.get_absolute_url() + "?fresh=1").context["fresh_minutes"] is None


# --- The part that a script fetches ---


def test_the_fragment_is_a_part_of_the_page(client: Client) -> None:
    scan = a_running_scan()
    Live(scan)(PROGRESS)
    response = client.get(scan.get_absolute_url() + "?part=progress")
    assert "<html" not in response.content.decode()
    assert 'value="7"' in response.content.decode()
    assert response["X-Scan-Status"] == "running"


def test_a_fragment_that_did_not_change_costs_nothing(client: Client) -> None:
    scan = a_running_scan()
    address = scan.get_absolute_url() + "?part=progress"
    Live(scan)(PROGRESS)
    first = client.get(address)
    second = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (second.status_code, second.content, second["ETag"]) == (304, b"", first["ETag"])


def test_a_fragment_that_came_compressed_is_recognised_too(client: Client) -> None:
    scan = a_running_scan()
    address = scan.get_absolute_url() + "?part=progress"
    first = client.get(address, headers={"Accept-Encoding": "gzip"})
    tag = first["ETag"]
    second = client.get(address, headers={"If-None-Match": tag if tag.startswith("W/") else f"W/{tag}"})
    assert second.status_code == 304


def test_a_fragment_that_changed_has_another_tag(client: Client) -> None:
    scan = a_running_scan()
    address = scan.get_absolute_url() + "?part=progress"
    Live(scan)(PROGRESS)
    first = client.get(address)
    Live(scan)({**PROGRESS, "done": 8})
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_nothing_in_the_part_that_is_replaced_can_have_the_focus_and_hostile_names_are_text(client: Client) -> None:
    scan = a_running_scan()
    lane = {"host": "<b>mx", "address": "192.0.2.1", "state": "busy", "why": "", "stops": {}, "records": None}
    Live(scan)({**PROGRESS, "way": {"lanes": [lane], "more": 0}})
    text = client.get(scan.get_absolute_url() + "?part=progress").content.decode()
    assert "&lt;b&gt;mx" in text
    assert re.search(r"<(a|button|input|select|textarea|summary)\b|tabindex", text) is None


def test_the_fragment_has_a_tag_for_each_language(client: Client) -> None:
    address = a_running_scan().get_absolute_url() + "?part=progress"
    assert client.get(address)["ETag"] != client.get(address + "&lang=en")["ETag"]


def test_the_fragment_of_an_ended_scan_tells_so(client: Client) -> None:
    assert client.get(a_finished_scan().get_absolute_url() + "?part=progress")["X-Scan-Status"] == "finished"
    scan = a_running_scan("other.example")
    lifecycle.fail(scan, Failure.CRASHED)
    assert client.get(scan.get_absolute_url() + "?part=progress")["X-Scan-Status"] == "failed"


# --- The document ---


def test_report_json_is_the_stored_document(client: Client) -> None:
    response = client.get(a_finished_scan(score=76).get_absolute_url() + "report.json")
    assert response.json() == a_document(score=76)
    assert response["Content-Type"] == "application/json"


def test_report_json_of_a_scan_without_a_report_says_why(client: Client) -> None:
    running = a_running_scan("running.example")
    assert client.get(running.get_absolute_url() + "report.json").status_code == 202
    lifecycle.fail(running, Failure.CRASHED)
    response = client.get(running.get_absolute_url() + "report.json")
    assert (response.status_code, response.json()["failure"]) == (404, "crashed")
    gone = a_finished_scan()
    Scan.objects.filter(pk=gone.pk).update(document=None)
    assert client.get(gone.get_absolute_url() + "report.json").status_code == 410


# --- Before a test ---


def test_the_page_before_a_test_has_the_form_filled_in(client: Client) -> None:
    response = client.get("/mail/good.example/")
    assert response.status_code == 200
    assert 'value="good.example"' in response.content.decode()


def test_the_page_before_a_test_tells_nothing_of_earlier_tests(client: Client) -> None:
    def page() -> str:
        # The token of the form is new each time.
        return str(client.get("/mail/good.example/").context["form"].initial)

    before = page()
    scan = a_finished_scan(age_seconds=1)
    after = client.get("/mail/good.example/")
    assert page() == before
    assert scan.public_id not in after.content.decode()


def test_another_spelling_leads_to_the_one_address(client: Client) -> None:
    assert client.get("/mail/GOOD.Example./")["Location"] == "/mail/good.example/"
    assert client.get("/site/bücher.example/")["Location"] == "/site/xn--bcher-kva.example/"


@pytest.mark.parametrize("text", ["192.0.2.1", "localhost", "co.uk", "%00", "a" * 300, "<b>"])
def test_an_address_with_no_domain_in_it_is_404(client: Client, text: str) -> None:
    assert client.get(f"/mail/{text}/").status_code == 404


def test_a_start_long_ago_is_no_reason_to_show_a_report(client: Client) -> None:
    scan = a_running_scan()
    Scan.objects.filter(pk=scan.pk).update(started_at=timezone.now() - timedelta(days=2))
    assert client.get(scan.get_absolute_url() + "?part=progress")["X-Scan-Status"] == "running"
