"""A page for every check, in both languages, with its sources."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from checks import CATALOGUE
from portal.pages.explain import build
from tests.portal.looks.test_pages import Page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("check_id", CATALOGUE)
def test_every_check_has_a_page_that_is_well_formed(client: Client, check_id: str, language: str) -> None:
    response = client.get(f"/explain/{check_id}/", {"lang": language})
    assert response.status_code == 200
    html = response.content.decode()
    page = Page(html)
    assert page.headings.count(1) == 1
    assert page.references <= set(page.ids)
    assert page.language == language


@pytest.mark.parametrize("check_id", CATALOGUE)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_page_says_every_outcome_and_leaves_no_placeholder(check_id: str, language: str) -> None:
    page = build(check_id, language)
    assert page is not None
    assert {result.code for result in page.results} == {outcome.value for outcome in CATALOGUE[check_id].rulings}
    assert not any(re.search(r"\{[a-z_]+\}", result.sentence) for result in page.results)
    assert [source.name for source in page.sources] == list(CATALOGUE[check_id].references)


def test_a_source_that_is_an_rfc_leads_to_its_section() -> None:
    page = build("mail_starttls_dane_valid", "en")
    assert page is not None
    assert page.sources[0].url == "https://www.rfc-editor.org/rfc/rfc7672#section-3"


def test_a_check_that_does_not_exist_has_no_page(client: Client) -> None:
    assert client.get("/explain/mail_nothing/").status_code == 404


def test_the_page_about_the_score_leads_to_every_check(client: Client) -> None:
    html = client.get("/scoring/").content.decode()
    assert {check_id for check_id in CATALOGUE if f'href="/explain/{check_id}/"' in html} == set(CATALOGUE)
