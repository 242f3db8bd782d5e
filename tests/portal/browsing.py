"""A real browser for tests of pages: Debian's Chromium, one for each file of tests. What it complains about is kept, and so is what it asks of anybody else.

Where there is no Chromium these tests are skipped; with CI set, that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from portal.laptop.place import ROOT

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a file."""
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
    """What the browser complained about: a broken policy, a missing file, an error in a script, a request to anybody else."""
    return []


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Open]:
    """Opens an address in a window of its own; options are those of a Playwright context."""
    contexts = []

    def open_page(address: str, *, width: int = 1280, **options: Any) -> Page:
        viewport = {"width": width, "height": 900}
        context = browser.new_context(**{"viewport": viewport, "locale": "nl-NL", **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        listen(page, live_server.url, complaints)
        page.goto(live_server.url + address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def listen(page: Page, origin: str, complaints: list[str]) -> None:
    """Note from now on what this page complains about, and what it asks of another origin than ``origin``."""
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(f"{origin}/") else complaints.append(f"asked {request.url}"),
    )


def keep(page: Page, name: str) -> None:
    """With CI set, a picture of the page for whoever looks at the run afterwards."""
    if os.environ.get("CI"):
        page.screenshot(path=ROOT / "var" / "screenshots" / f"{name}.png", full_page=True)


def faults(page: Page, *rules: str) -> list[tuple[str, list[Any]]]:
    """What axe finds wrong: each rule with the places; all rules, or those named."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = Axe().run(page, options=options).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
