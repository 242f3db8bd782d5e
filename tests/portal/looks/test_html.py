"""Every page, and every page of a bad day, before a validator of HTML that is not ours; and the language switch, which keeps the page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from checks import CATALOGUE
from portal.paper import press
from portal.scans import views
from tests.portal.looks import validator
from tests.portal.looks.documents import a_mail_document
from tests.portal.looks.test_pages import Page, addresses, failed, finished, in_language
from tests.portal.pages.test_bad_days import no_database

pytestmark = pytest.mark.django_db

LANGUAGES = ("nl", "en")
OTHER = {"nl": ("en", "English"), "en": ("nl", "Nederlands")}


def refused(client: Client, language: str) -> HttpResponse:
    """A form with a name that is none."""
    return client.post(f"/scan/?lang={language}", {"domain": "192.0.2.10", "suite": "mail"})


def forged(_: Client, language: str) -> HttpResponse:
    """A form without its token."""
    return Client(enforce_csrf_checks=True).post(f"/scan/?lang={language}", {"domain": "good.example"})


def too_many(client: Client, language: str) -> HttpResponse:
    """One test more than is allowed."""
    for domain in ("one.example", "two.example"):
        response = client.post(
            f"/scan/?lang={language}", {"domain": domain, "suite": ["mail"]}, REMOTE_ADDR="192.0.2.9"
        )
    return response


def fault(client: Client, language: str) -> HttpResponse:
    """A mistake of ours."""
    client.raise_request_exception = False
    return client.get(f"/mail/broken-code.example/?lang={language}")


def away(client: Client, language: str) -> HttpResponse:
    """A database that does not answer."""
    address = failed().get_absolute_url()
    with no_database():
        return client.get(f"{address}?lang={language}")


def strange_host(client: Client, language: str) -> HttpResponse:
    """A name that is not ours."""
    return client.get(f"/scoring/?lang={language}", headers={"Host": "evil.example"})


def no_pdf(client: Client, language: str) -> HttpResponse:
    """A PDF where none is made."""
    return client.get(f"{finished(a_mail_document()).get_absolute_url()}report.pdf?lang={language}")


BAD_DAYS: dict[str, tuple[Callable[[Client, str], HttpResponse], int]] = {
    "refused": (refused, 422),
    "forged": (forged, 403),
    "too-many": (too_many, 429),
    "fault": (fault, 500),
    "away": (away, 503),
    "strange-host": (strange_host, 400),
    "no-pdf": (no_pdf, 404),
}


@pytest.fixture
def bad_day(client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], HttpResponse]:
    """The page of a bad day by name and language."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    settings.LIMIT_VISITOR = (1, 600)
    monkeypatch.setattr(press, "is_available", lambda: False)

    def meet(name: str, language: str) -> HttpResponse:
        if name == "fault":
            monkeypatch.setattr(views, "ScanForm", broken)
        return BAD_DAYS[name][0](client, language)

    return meet


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_validator_has_nothing_against_any_page(client: Client, tmp_path: Path, language: str) -> None:
    if not validator.is_installed():
        reason = "html-validate is not installed (python -m tests.portal.looks.validator)."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    for kind, address in addresses().items():
        (tmp_path / f"{kind}.html").write_bytes(client.get(in_language(address, language)).content)
    for check_id in CATALOGUE:
        (tmp_path / f"{check_id}.html").write_bytes(client.get(f"/explain/{check_id}/?lang={language}").content)
    assert validator.complaints(tmp_path) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BAD_DAYS)
def test_a_bad_day_has_a_page_in_both_languages_with_one_way_on(
    bad_day: Callable[[str, str], HttpResponse], tmp_path: Path, name: str, language: str
) -> None:
    response = bad_day(name, language)
    assert response.status_code == BAD_DAYS[name][1]
    page = Page(response.content.decode())
    assert (page.language, page.headings.count(1)) == (language, 1)
    assert f'hreflang="{OTHER[language][0]}"' in response.content.decode()
    assert re.search(r"<main.*<(a|button)\b", response.content.decode(), re.DOTALL)
    assert "noindex" in response["X-Robots-Tag"]
    if validator.is_installed():
        (tmp_path / f"{name}.html").write_bytes(response.content)
        assert validator.complaints(tmp_path) == []


def test_the_language_switch_keeps_the_page_with_all_that_was_asked_of_it(client: Client) -> None:
    for kind, address in addresses().items():
        for language in LANGUAGES:
            other, name = OTHER[language]
            before = client.get(in_language(address, language))
            link = re.search(
                rf'<a href="([^"]+)"\s+lang="{other}"\s+hreflang="{other}">{name}</a>', before.content.decode()
            )
            assert link, kind
            assert link[1].startswith("?")
            after = client.get(before.request["PATH_INFO"] + unescape(link[1]))
            assert (kind, after.status_code, Page(after.content.decode()).language) == (kind, before.status_code, other)
            asked = {key: value for key, value in before.wsgi_request.GET.items() if key != "lang"}
            assert {key: value for key, value in after.wsgi_request.GET.items() if key != "lang"} == asked
