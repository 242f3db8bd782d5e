"""The address of the file: who gets it, who has it already, and what is said when there is none."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from portal.paper import press
from portal.scans.models import Scan
from tests.portal.builders import a_scan
from tests.portal.looks.documents import a_mail_document
from tests.portal.looks.test_pages import finished
from tests.portal.paper.reading import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def report() -> str:
    """The address of a report."""
    return finished(a_mail_document("broken")).get_absolute_url()


@pytest.mark.parametrize(
    ("language", "title"), [("nl", "Mailtest van good.example"), ("en", "Mail test of good.example")]
)
def test_the_report_leads_to_its_pdf_in_the_language_of_the_page(
    client: Client, report: str, language: str, title: str
) -> None:
    assertContains(client.get(report, {"lang": language}), f'href="{report}report.pdf"')
    response = client.get(f"{report}report.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == 'inline; filename="good.example-mail.pdf"'
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert title in words_of(response.content)


def test_a_browser_that_has_the_file_is_told_so_and_nothing_is_made(
    client: Client, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(f"{report}report.pdf")
    assert set(first["Cache-Control"].split(", ")) == {"private", "no-cache"}
    monkeypatch.setattr(press, "make", None)
    again = client.get(f"{report}report.pdf", headers={"If-None-Match": f"W/{first['ETag']}"})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_without_typst_there_is_no_link_and_the_address_explains(
    client: Client, report: str, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(press, "is_available", lambda: False)
    assertNotContains(client.get(report, {"lang": language}), "report.pdf")
    said = {"nl": "Deze installatie maakt geen PDF-bestanden.", "en": "This installation makes no PDF files."}
    assertContains(client.get(f"{report}report.pdf"), said[language], status_code=404)


def test_who_asks_for_very_many_files_has_to_wait(client: Client, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "make", lambda template, content: b"%PDF-1.7")
    allowed, window = settings.LIMIT_VISITOR
    for _ in range(allowed):
        assert client.get(f"{report}report.pdf").status_code == 200
    response = client.get(f"{report}report.pdf")
    assertContains(response, "U hebt veel bestanden gevraagd.", status_code=429)
    assert 0 < int(response["Retry-After"]) <= window


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [(press.Busy(), 503, "Wij maken nu veel bestanden."), (press.Failed("why"), 500, "Dat ligt aan ons.")],
)
def test_a_file_that_could_not_be_made_is_our_side(
    client: Client, report: str, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, said: str
) -> None:
    def fails(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(press, "make", fails)
    response = client.get(f"{report}report.pdf")
    assertContains(response, said, status_code=status)
    assert not re.search("why", response.content.decode())
    assert "ETag" not in response


def test_there_is_no_pdf_before_a_report_and_none_after_its_time(client: Client, report: str) -> None:
    assert client.get(a_scan("queued.example").get_absolute_url() + "report.pdf").status_code == 404
    Scan.objects.update(document=None)
    assertContains(client.get(f"{report}report.pdf"), "Dit rapport is er niet meer", status_code=410)
