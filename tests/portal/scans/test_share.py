"""A report for elsewhere: rows, a badge, a short text. Nothing in them runs, and they say what the report says."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from django.test import Client

from portal.scans import report, share
from portal.scans.models import Scan
from tests.portal.builders import a_scan
from tests.portal.looks.documents import Json, a_document, a_mail_document
from tests.portal.looks.test_pages import finished

SVG = "{http://www.w3.org/2000/svg}"


def rows(document: Json) -> list[dict[str, str]]:
    text = share.as_csv(document, "nl")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_each_check_is_a_row_with_its_points() -> None:
    found = {row["check"]: row for row in rows(a_mail_document("broken"))}
    assert len(found) == 7
    row = found["mail_starttls_dane_valid"]
    assert (row["domain"], row["status"], row["points"], row["max_points"]) == ("good.example", "failed", "0", "10")
    assert row["sentence"] == "Uitslag: no-match."


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(start: str) -> None:
    document = a_mail_document("broken")
    document["categories"][0]["checks"][0]["sentence"] = {"nl": f"{start}HYPERLINK(1)", "en": "x"}
    assert rows(document)[0]["sentence"] == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Mailtest van good.example: 66 van 100, gemeten op 23 november 2026."),
        ("en", "Mail test of good.example: 66 out of 100, measured on 23 November 2026."),
    ],
)
def test_the_short_text_says_score_day_consequence_and_address(language: str, text: str) -> None:
    found = share.short_text(a_mail_document("broken"), language, "https://zegel.example/x/")
    assert found.startswith(text)
    assert found.endswith(" https://zegel.example/x/")


def test_a_badge_is_a_file_that_draws_nothing_from_elsewhere() -> None:
    picture = share.as_badge({**a_mail_document("broken"), "domain": '"><script>'}, "nl")
    root = ElementTree.fromstring(picture)
    assert [text.text for text in root.iter(f"{SVG}text")] == ["Mail", "66", "23 november 2026"]
    assert root.get("aria-label") == root.findtext(f"{SVG}title")
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "rect", "path", "g", "text")
    }
    assert "href" not in picture


def test_a_report_without_score_has_a_badge_that_says_so() -> None:
    picture = share.as_badge(a_document("mail", None, [], failure="no-answer", partial=True), "en")
    assert "no score" in ElementTree.fromstring(picture).findtext(f"{SVG}title", "")


@pytest.mark.django_db
@pytest.mark.parametrize(("part", "kind"), [("report.csv", "text/csv"), ("badge.svg", "image/svg+xml")])
def test_the_parts_are_served_as_long_as_there_is_a_report(client: Client, part: str, kind: str) -> None:
    scan = finished(a_mail_document("broken"))
    response = client.get(scan.get_absolute_url() + part)
    assert response.status_code == 200
    assert response["Content-Type"].startswith(kind)
    Scan.objects.filter(pk=scan.pk).update(document=None)
    assert client.get(scan.get_absolute_url() + part).status_code == 410
    assert client.get(a_scan("queued.example").get_absolute_url() + part).status_code == 404


PARTS = {
    "report.json": "application/json",
    "report.csv": "text/csv; charset=utf-8",
    "report.pdf": "application/pdf",
    "chain.svg": "image/svg+xml; charset=utf-8",
    "badge.svg": "image/svg+xml; charset=utf-8",
}


@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_kept_from_search_engines_and_asked_for_again_at_no_cost(client: Client, part: str) -> None:
    address = finished(a_mail_document("broken")).get_absolute_url() + part
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, PARTS[part])
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    kept = "public" if part == "badge.svg" else "private"
    assert kept in response["Cache-Control"]
    assert "no-store" not in response["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(address).content == b""
    assert client.post(address).status_code == 405


@pytest.mark.django_db
def test_a_part_is_another_after_the_report_was_judged_again(client: Client) -> None:
    scan = finished(a_mail_document("broken"))
    for part in PARTS:
        before = client.get(scan.get_absolute_url() + part)["ETag"]
        Scan.objects.filter(pk=scan.pk).update(document={**a_mail_document("broken"), "score": 12})
        after = client.get(scan.get_absolute_url() + part, headers={"If-None-Match": before})
        assert (part, after.status_code) == (part, 304 if part == "chain.svg" else 200)
        Scan.objects.filter(pk=scan.pk).update(document=a_mail_document("broken"))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_report_leads_to_all_its_parts_and_shows_points_beside_every_check(client: Client, language: str) -> None:
    scan = finished(a_mail_document("broken"))
    page = client.get(scan.get_absolute_url(), {"lang": language}).content.decode()
    for part in PARTS:
        assert re.search(rf'(href|src)="({scan.get_absolute_url()})?{re.escape(part)}"', page), part
    assert f"](http://testserver{scan.get_absolute_url()})" in page
    assert share.short_text(scan.document, language, f"http://testserver{scan.get_absolute_url()}") in page
    for category in report.build(scan, language).categories:
        for check in category.checks:
            summary = re.search(rf'id="{check.id}"[^>]*>\s*<summary>(.*?)</summary>', page, re.DOTALL)
            assert summary, check.id
            assert check.points
            assert check.points in summary[1]
