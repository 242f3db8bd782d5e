"""The planner's page, its picture and its calendar file."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.checks.tools.documents import GONE

pytestmark = pytest.mark.django_db

PLAN = {
    "host": "mx1.good.example",
    "port": "25",
    "at": "2027-02-04T10:00",
    "from": "2027-01-10T00:00:00Z",
    "key": "new",
    "issuer": "same",
    "published": "leaf-key",
    "ttl": "3600",
    "refresh": "3600",
    "retry": "900",
    "expire": "604800",
}


def page(client: Client, language: str = "en", **changes: str) -> str:
    response = client.get(f"/tools/rollover/?{urlencode({**PLAN, 'lang': language, **changes})}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_plan_of_the_example_in_both_languages(client: Client) -> None:
    shown = page(client, "nl")
    moments = ["2 februari 2027, 10.00 uur", "4 februari 2027, 10.00 uur", "5 februari 2027, 10.00 uur"]
    assert sorted(moments, key=shown.index) == moments
    assert "Niet eerder dan 2 februari 2027, 12.00 uur." in shown
    assert "Not before 2 February 2027, 12:00." in page(client, "en")


def test_the_picture_says_in_words_what_it_draws(client: Client) -> None:
    label = re.search(r'class="zegel-timeline"[^>]*aria-label="([^"]+)"', page(client))
    assert label is not None
    assert "new certificate on 4 February 2027, 10:00" in label[1]


def test_the_same_key_changes_no_record(client: Client) -> None:
    shown = page(client, key="same")
    assert "No record changes" in shown
    assert '<svg class="zegel-timeline"' not in shown


def test_a_wish_that_is_too_soon_is_moved(client: Client) -> None:
    assert "The date you wished is too soon." in page(client, **{"from": "2027-02-04T08:00:00Z"})


def test_a_shared_plan_stays_what_it_was(client: Client) -> None:
    dates = [re.findall(r'<time datetime="([^"]+)"', page(client)) for _ in range(2)]
    assert dates[0] == dates[1]
    assert dates[0][1] == "2027-02-02T09:00:00Z"


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "soon"},
        {"at": "9999-12-31T23:59"},
        {"at": "0001-01-01T00:00"},
        {"ttl": "-1"},
        {"ttl": "99999999999999999999"},
        {"expire": "x"},
        {"host": "192.0.2.1"},
        {"port": "22"},
        {"published": "x"},
        {"key": "x"},
        {"wanted": "nonsense"},
    ],
)
def test_nonsense_is_refused_and_gets_no_plan(client: Client, changes: dict[str, str]) -> None:
    for path in ("/tools/rollover/", "/tools/rollover/plan.ics"):
        response = client.get(f"{path}?{urlencode({**PLAN, **changes})}")
        assert response.status_code in (302, 422)


@pytest.mark.parametrize("moment", ["x", "2027-13-45T00:00:00Z", "2027-01-10T00:00:00", "9999-12-31T23:59:59Z"])
def test_a_moment_that_makes_no_sense_counts_as_now(client: Client, moment: str) -> None:
    assert "The plan for" in page(client, **{"from": moment})


def test_the_calendar_file_has_an_entry_for_each_step_and_folded_lines(client: Client) -> None:
    response = client.get(f"/tools/rollover/plan.ics?{urlencode(PLAN)}")
    raw = response.content
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    lines = raw.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert all(len(line) <= 75 for line in lines)
    text = raw.replace(b"\r\n ", b"").decode()
    assert re.findall(r"DTSTART:(\S+)", text)[-1] == "20270205T090000Z"
    assert len(set(re.findall(r"UID:(\S+)", text))) == text.count("BEGIN:VEVENT") == 6


def test_the_form_fills_in_and_can_be_checked(client: Client) -> None:
    shown = page(client, wanted=GONE)
    assert f'value="{GONE}"' in shown
    assert shown.count("Check step") == 3


def test_markup_stays_text(client: Client) -> None:
    response = client.get("/tools/rollover/", {**PLAN, "wanted": '"><script>alert(1)</script>'})
    assert "<script>alert" not in response.content.decode()
