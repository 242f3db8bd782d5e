"""The pages in a real browser: the main path with and without JavaScript, and what a program can see of accessibility.

Chromium is the system's own. Where there is none these tests are skipped; with CI set, that is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from portal.laptop.place import ROOT
from portal.scans import lifecycle
from portal.scans.live import Live
from portal.scans.models import Scan
from tests.portal.builders import MadeReport
from tests.portal.looks.documents import a_mail_document, a_web_document
from tests.portal.looks.test_pages import KINDS, addresses
from tests.portal.looks.test_progress import SEEN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed (apt-get install chromium).")
        pytest.skip("Chromium is not installed (apt-get install chromium).")
    # Playwright keeps an event loop in this thread, and Django would refuse its database beside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained about: a broken policy, a missing file."""
    return []


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Open]:
    """Opens an address in a window of its own; options are those of a Playwright context."""
    contexts = []

    def open_page(address: str, *, width: int = 1280, **options: Any) -> Page:
        viewport = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, locale="nl-NL", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(live_server.url + address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def keep(page: Page, name: str) -> None:
    """With CI set, a picture of the page for whoever looks at the run afterwards."""
    if os.environ.get("CI"):
        page.screenshot(path=ROOT / "var" / "screenshots" / f"{name}.png", full_page=True)


def finish(scan: Scan, document: dict[str, Any]) -> None:
    """What a worker does at the end."""
    assert lifecycle.finish(scan, MadeReport({**document, "domain": scan.domain}))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit: Open, complaints: list[str], kind: str) -> None:
    page = visit(addresses()[kind])
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "dark"), (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        keep(page, f"{kind}-{width}-{scheme}")
        found = Axe().run(page).response["violations"]
        assert [(width, scheme, rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
    # A page with a status of its own is itself reported as a missing resource; nothing else may be.
    own_status = {"not-found": "404", "gone": "410"}.get(kind, "none")
    assert [text for text in complaints if own_status not in text] == []


def test_the_main_path_with_javascript_fills_itself_in_and_ends_at_the_report(
    visit: Open, complaints: list[str]
) -> None:
    page = visit("/")
    page.get_by_label("Domeinnaam").fill("https://Good.Example/pad")
    page.get_by_role("button", name="Start de test").click()
    expect(page).to_have_url(re.compile(r"/mail/good\.example/[\w-]{16}/$"))
    expect(page.locator("#progress")).to_contain_text("Uw test wacht op een vrije plaats.")

    mail = lifecycle.claim(Scan.objects.get(suite="mail").pk)
    assert mail is not None
    Live(mail)(SEEN)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "4")
    expect(page.locator(".zegel-stages")).to_contain_text("STARTTLS en DANE")

    web = lifecycle.claim(Scan.objects.get(suite="web").pk)
    assert web is not None
    finish(web, a_web_document())
    finish(mail, a_mail_document("broken"))
    expect(page.get_by_role("heading", level=1)).to_have_text("good.example")
    expect(page.get_by_role("img", name=re.compile("Score 66 van 100"))).to_be_visible()
    page.get_by_role("link", name="Website 100").click()
    expect(page).to_have_url(re.compile(r"/site/good\.example/"))
    assert complaints == []


def test_the_main_path_without_javascript_refreshes_itself_and_ends_at_the_report(visit: Open) -> None:
    page = visit("/", java_script_enabled=False)
    page.get_by_label("Domeinnaam").fill("good.example")
    page.get_by_label("Website").uncheck()
    page.get_by_role("button", name="Start de test").click()
    expect(page.locator("#progress")).to_contain_text("Uw test wacht op een vrije plaats.")
    scan = lifecycle.claim(Scan.objects.get().pk)
    assert scan is not None
    finish(scan, a_mail_document("broken"))
    expect(page.get_by_role("img", name=re.compile("Score 66 van 100"))).to_be_visible(timeout=15_000)
    failed = page.locator("details.zegel-check.zegel-status[open]")
    expect(failed).to_have_count(1)
    expect(page.get_by_role("button", name="Kopieer de link")).to_have_count(0)


def test_a_wrong_name_is_explained_beside_the_field_and_stays_typed(visit: Open) -> None:
    page = visit("/")
    page.get_by_label("Domeinnaam").fill("192.0.2.10")
    page.get_by_role("button", name="Start de test").click()
    field = page.get_by_label("Domeinnaam")
    expect(field).to_have_value("192.0.2.10")
    expect(field).to_have_accessible_description(re.compile("IP-adres"))


def test_the_address_of_a_check_opens_it_and_all_can_be_opened_at_once(visit: Open) -> None:
    page = visit(addresses()["mail"] + "#mail_dnssec_mailto_valid")
    expect(page.locator("#mail_dnssec_mailto_valid")).to_have_attribute("open", "")
    button = page.get_by_role("button", name="Alles open- of dichtklappen")
    button.click()
    total = page.locator("details.zegel-check").count()
    expect(page.locator("details.zegel-check[open]")).to_have_count(total)
    button.click()
    expect(page.locator("details.zegel-check[open]")).to_have_count(0)


def test_a_record_can_be_copied_whole(visit: Open) -> None:
    page = visit(addresses()["mail"], permissions=["clipboard-read", "clipboard-write"])
    figure = page.locator("figure.zegel-copy").first
    figure.get_by_role("button", name="Kopieer").click()
    expect(figure.get_by_role("button", name="Gekopieerd")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"_25\._tcp\.mx2\.good\.example\. 3600 IN TLSA 3 1 1 [0-9a-f]{64}", copied)


def test_every_stop_of_the_keyboard_has_a_name_and_a_visible_outline(visit: Open) -> None:
    page = visit(addresses()["mail"])
    look = (
        "() => { const at = document.activeElement, style = getComputedStyle(at);"
        " return [at.tagName, at.innerText || at.id, style.outlineStyle, parseFloat(style.outlineWidth)] }"
    )
    stops = 0
    while True:
        page.keyboard.press("Tab")
        tag, name, style, width = page.evaluate(look)
        if tag == "BODY" or stops == 60:
            break
        stops += 1
        assert name
        assert (style != "none", width >= 2) == (True, True), name
    assert stops > 15


def test_the_language_changes_in_place(visit: Open) -> None:
    page = visit(addresses()["mail"])
    permalink = page.url
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("link", name="Nederlands")).to_be_visible()
    assert page.url.startswith(permalink)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_on_paper_what_fails_is_written_out_and_buttons_are_gone(visit: Open) -> None:
    page = visit(addresses()["mail"])
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Test opnieuw")).to_be_hidden()
    expect(page.locator("#mail_starttls_dane_valid .zegel-prose").first).to_be_visible()
