"""What one request sees of a report: all checks or those that need attention, and that the report is old."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from portal.scans import report
from portal.scans.report_page import ReportPage
from portal.scans.shown import Asked
from tests.portal.looks.documents import AScan, a_mail_document
from tests.portal.looks.test_pages import Page, finished


def page(kind: str, asked: Asked, language: str = "nl") -> ReportPage:
    return report.build(AScan(a_mail_document(kind)), language, asked)


def at(day: int, hour: int = 8, minute: int = 42) -> Asked:
    return Asked(now=datetime(2026, 11, day, hour, minute, tzinfo=UTC))


def test_without_a_filter_every_check_is_shown() -> None:
    found = page("broken", Asked()).shown
    assert sum(len(category.checks) for category in found.categories) == found.total == 7


def test_with_the_filter_only_what_needs_attention_is_shown_and_the_head_still_counts_all() -> None:
    found = page("broken", Asked(attention=True))
    assert [check.id for category in found.shown.categories for check in category.checks] == [
        "mail_starttls_dane_valid"
    ]
    assert (found.shown.attention, found.shown.total) == (1, 7)
    assert len(found.categories) == 2


def test_a_report_in_which_nothing_needs_attention_shows_none() -> None:
    assert page("sealed", Asked(attention=True)).shown.categories == ()


# The document was measured on 23 November 2026, 8.41 UTC.
@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        (at(24, 8, 40), "nl", None),
        (at(24), "nl", "Dit rapport is een dag oud."),
        (at(26), "nl", "Dit rapport is 3 dagen oud."),
        (at(24), "en", "This report is a day old."),
        (at(26), "en", "This report is 3 days old."),
    ],
)
def test_a_report_older_than_a_day_says_so(asked: Asked, language: str, title: str | None) -> None:
    assert [notice.title for notice in page("sealed", asked, language).notices] == ([title] if title else [])


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_filter_works_on_the_server(client: Client, language: str) -> None:
    address = finished(a_mail_document("broken")).get_absolute_url()
    everything = client.get(address, {"lang": language}).content.decode()
    html = client.get(address, {"lang": language, "show": "attention"}).content.decode()
    Page(html)
    assert 'id="mail_dnssec_mailto_exist"' in everything
    assert 'id="mail_dnssec_mailto_exist"' not in html
    assert 'id="mail_starttls_dane_valid"' in html
