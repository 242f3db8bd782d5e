"""What a report weighs over the wire, counted by the browser: style, scripts, fonts and page, compressed as a server sends them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser
from pytest_django.fixtures import Settings

from tests.portal.browsing import browser, listen
from tests.portal.looks.documents import Json, a_mail_document, a_whole_document
from tests.portal.looks.test_pages import LIMIT, finished

__all__ = ["browser"]  # fixture
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Server(ThreadingMixIn, WSGIServer):
    """Answers each request in a thread of its own."""

    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One request; its connection to the database ends with it."""
        super().process_request_thread(request, client_address)
        connections.close_all()


class Silent(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[str]:
    """The portal with its static files collected, named by their content and compressed: as on a server."""
    settings.STATIC_ROOT = tmp_path
    hashed = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": hashed}
    call_command("collectstatic", interactive=False, verbosity=0)
    with make_server("127.0.0.1", 0, get_wsgi_application(), Server, Silent) as server:
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def usual() -> Json:
    """All checks of the catalogue, in order but for those of a stale record."""
    broken = {
        check["id"]: check for category in a_mail_document("broken")["categories"] for check in category["checks"]
    }
    whole = a_whole_document("mail", "passed")
    for category in whole["categories"]:
        category["checks"] = [broken.get(check["id"], check) for check in category["checks"]]
    return whole


def test_a_report_with_everything_stays_below_its_limit_and_asks_nobody_else(browser: Browser, site: str) -> None:
    context = browser.new_context(locale="nl-NL")
    page = context.new_page()
    complaints: list[str] = []
    listen(page, site, complaints)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(site + finished(usual()).get_absolute_url(), wait_until="networkidle")
    page.evaluate("document.fonts.ready")
    context.close()
    assert complaints == []
    assert len(sizes) > 10
    assert sum(sizes) <= LIMIT
