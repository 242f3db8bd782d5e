"""The home page: the question, in two languages, with the headers that keep it safe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from portal.scans.models import Scan

pytestmark = pytest.mark.django_db


def test_home_asks_for_a_domain(client: Client) -> None:
    page = client.get("/").content.decode()
    assert 'name="domain"' in page
    assert 'action="/scan/"' in page


def test_home_is_dutch_when_in_doubt(client: Client) -> None:
    assert '<html lang="nl"' in client.get("/").content.decode()
    assert '<html lang="nl"' in client.get("/", headers={"Accept-Language": "de, fr;q=0.8"}).content.decode()


def test_home_speaks_the_language_of_the_browser(client: Client) -> None:
    assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "en-GB"}).content.decode()


def test_the_switch_changes_this_page_and_those_after_it(client: Client) -> None:
    assert '<html lang="en"' in client.get("/?lang=en").content.decode()
    assert '<html lang="en"' in client.get("/").content.decode()
    assert '<html lang="nl"' in client.get("/?lang=nl").content.decode()


@pytest.mark.parametrize("asked", ["de", "xx", "", "en\r\nSet-Cookie: a=b"])
def test_a_language_that_we_do_not_speak_changes_nothing(client: Client, asked: str) -> None:
    response = client.get("/", {"lang": asked})
    assert '<html lang="nl"' in response.content.decode()
    assert "language" not in response.cookies


def test_the_language_cookie_is_for_us_alone(client: Client) -> None:
    cookie = client.get("/?lang=en").cookies["language"]
    assert (cookie["samesite"], cookie["httponly"]) == ("Lax", True)


def test_every_page_forbids_what_it_does_not_need(client: Client) -> None:
    response = client.get("/")
    policy = {part.split()[0]: part.split()[1:] for part in response["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_only_home_is_for_search_engines(client: Client) -> None:
    assert "X-Robots-Tag" not in client.get("/")
    assert "noindex" in client.get("/nothing-here/")["X-Robots-Tag"]
    assert "Disallow: /admin/" in client.get("/robots.txt").content.decode()


def test_practice_domains_are_offered_when_there_are_any(client: Client, settings: Settings, tmp_path: Path) -> None:
    assert "voorbeeld.test" not in client.get("/").content.decode()
    words = {"nl": "Alles goed", "en": "All good"}
    listed = tmp_path / "domains.json"
    listed.write_text(json.dumps([{"name": "goed.voorbeeld.test", "title": words, "sentence": words}]))
    settings.PRACTICE_DOMAINS_FILE = str(listed)
    assert "goed.voorbeeld.test" in client.get("/").content.decode()


def test_practice_domains_stand_under_their_headings_and_only_the_first_is_unfolded(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    listed = tmp_path / "domains.json"
    rows = [("goed", "Begin"), ("geen-mail", "Begin"), ("alias", "Mail")]
    listed.write_text(
        json.dumps(
            [
                {"name": f"{name}.voorbeeld.test", "group": {"nl": heading, "en": heading}, "title": {}, "sentence": {}}
                for name, heading in rows
            ]
        )
    )
    settings.PRACTICE_DOMAINS_FILE = str(listed)
    folds = client.get("/").content.decode().split('<details class="zegel-practice-group"')[1:]
    assert [fold.count('name="domain"') for fold in folds] == [2, 1]
    assert [fold.startswith(" open>") for fold in folds] == [True, False]


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"a": 1}'])
def test_a_broken_list_of_practice_domains_is_no_list(
    client: Client, settings: Settings, tmp_path: Path, text: str
) -> None:
    listed = tmp_path / "domains.json"
    listed.write_text(text)
    settings.PRACTICE_DOMAINS_FILE = str(listed)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", ["scoring", "visit", "accessibility", "privacy"])
def test_how_we_work_is_explained(client: Client, name: str, language: str) -> None:
    response = client.get(f"/{name}/?lang={language}")
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode()


def test_whoever_asked_for_tests_finds_them_back_on_the_home_page_and_nobody_else_does(client: Client) -> None:
    client.post("/scan/", {"domain": "good.example", "suite": ["mail", "web"]})
    mine, theirs = client.get("/").content.decode(), Client().get("/").content.decode()
    for scan in Scan.objects.all():
        assert scan.get_absolute_url() in mine
        assert scan.get_absolute_url() not in theirs
