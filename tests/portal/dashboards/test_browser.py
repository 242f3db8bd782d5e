"""The pages of accounts and lists in a real browser: what a program can see of accessibility, and the main path without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from portal.dashboards.models import DomainList, Explanation, Standing
from tests.portal.browsing import browser
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import Cast, signed_in, the_cast

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return the_cast()


@pytest.fixture
def ours(cast: Cast) -> DomainList:
    cast.alice.is_staff = True
    cast.alice.save()
    found = a_list(cast.ours, share_token="s" * 32)
    bad = an_entry(found, "een-hele-lange-naam-voor-een-domein.afdeling.lindewaard.example", tags=["belangrijk"])
    measured(bad, a_mail_document(mail_starttls_dane_valid="failed", mail_auth_spf_exist="warning", score=40))
    measured(bad, a_mail_document(web_https_http_hsts="error", score=60))
    Explanation.objects.create(entry=bad, check_id="mail_starttls_dane_valid", text="In mei.")
    an_entry(found, "new.example")
    Standing.objects.update(names=["zuster.lindewaard.example"])
    return found


@pytest.fixture
def context(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[BrowserContext]:
    """A browser in which Alice is signed in, without JavaScript of the page."""
    window = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
    session = signed_in(cast.alice).cookies["sessionid"].value
    window.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    yield window
    window.close()


def violations(page: Page) -> list[Any]:
    """What axe finds with everything open."""
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in Axe().run(page).response["violations"]]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_and_nothing_scrolls_sideways(
    context: BrowserContext, live_server: LiveServer, cast: Cast, ours: DomainList, width: int, scheme: Any
) -> None:
    base = ours.get_absolute_url()
    entry = ours.entries.order_by("-domain").first()
    assert entry is not None
    paths = [
        "/lists/",
        base,
        f"{base}domains/",
        f"{base}domains/{entry.pk}/",
        f"{base}settings/",
        f"{base}suggestions/",
        f"{base}board/",
        f"{base}compare/",
        "/operators/organisations/",
        f"/shared/{'s' * 32}/",
    ]
    paths += [
        f"{base}alerts/",
        "/organisations/",
        cast.ours.get_absolute_url(),
        "/account/2fa/",
        "/account/email/",
        "/account/logout/",
    ]
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in paths:
        page.goto(live_server.url + path)
        assert (path, violations(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    assert complaints == []


def test_axe_finds_nothing_where_people_sign_in(browser: Browser, live_server: LiveServer) -> None:
    window = browser.new_context(locale="nl-NL")
    page = window.new_page()
    for path in ("/account/login/", "/account/signup/", "/account/password/reset/"):
        page.goto(live_server.url + path)
        assert (path, violations(page)) == (path, [])
    window.close()


def test_the_main_path_works_without_javascript(browser: Browser, live_server: LiveServer) -> None:
    window = browser.new_context(locale="nl-NL", java_script_enabled=False)
    page = window.new_page()
    page.goto(f"{live_server.url}/account/signup/")
    page.locator("[name=email]").fill("dora@lindewaard.example")
    page.locator("[name=password1]").fill("een lang wachtwoord voor Dora")
    page.locator("main form button").first.click()
    page.get_by_role("link", name="Maak eerst een organisatie").click()
    page.get_by_label("Naam van de organisatie").fill("Lindewaard")
    page.get_by_role("button", name="Maak de organisatie").click()
    page.goto(f"{live_server.url}/lists/")
    page.get_by_label("Naam van de lijst").fill("Alles")
    page.get_by_role("button", name="Maak de lijst").click()
    page.get_by_label("Domeinnamen").fill("good.example\nnullmx.example")
    page.get_by_role("button", name="Toevoegen").click()
    assert page.get_by_role("rowheader").count() == 2
    assert page.get_by_text("2 domeinen toegevoegd.").count() == 1
    window.close()
