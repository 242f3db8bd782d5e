"""Every page as it is served: well-formed, in both languages, without loose ends, and light."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from portal.pages.practice import Practice, in_groups
from portal.scans import lifecycle
from portal.scans.models import Failure, Scan
from tests.portal.builders import MadeReport, a_running_scan, a_scan
from tests.portal.looks.documents import (
    Json,
    a_document,
    a_mail_document,
    a_null_mx_document,
    a_web_document,
    a_whole_document,
)

pytestmark = pytest.mark.django_db

VOID = {"meta", "link", "input", "br", "hr", "path", "rect", "circle", "use"}
LIMIT = 100_000  # bytes over the wire, with everything


class Page(HTMLParser):
    """The page as a browser meets it. Fails on tags that are closed out of order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.references: set[str] = set()
        self.symbols: set[str] = set()
        self.landmarks: list[str] = []
        self.language = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        values = dict(attrs)
        self._note(tag, values)
        if tag not in VOID:
            self.open.append(tag)

    def _note(self, tag: str, values: dict[str, str]) -> None:
        if "id" in values:
            self.ids.append(values["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "html":
            self.language = values["lang"]
        if tag in ("header", "main", "footer"):
            self.landmarks.append(tag)
        if tag == "symbol":
            self.symbols.add(values["id"])
        for name in ("aria-labelledby", "aria-describedby", "for", "data-copy"):
            self.references |= set(values.get(name, "").split())
        if values.get("href", "").startswith("#"):
            self.references.add(values["href"][1:])

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self._note(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def finished(document: Json) -> Scan:
    """A stored scan with this document."""
    scan = a_running_scan(document["domain"], document["suite"])
    assert lifecycle.finish(scan, MadeReport(document))  # type: ignore[arg-type]
    scan.refresh_from_db()
    return scan


def failed() -> Scan:
    """A scan that our side broke off."""
    scan = a_running_scan()
    lifecycle.fail(scan, Failure.CRASHED)
    return scan


def compared() -> str:
    """The address of two reports beside each other, of which the newer is worse."""
    pair = [finished({**a_mail_document(kind), "domain": "two.example"}) for kind in ("sealed", "broken")]
    return f"{pair[1].get_absolute_url()}compare/{pair[0].public_id}/"


def addresses() -> dict[str, str]:
    """One address of every kind of page. Each kind has a domain or suite of its own."""
    gone = finished({**a_mail_document(), "domain": "gone.example"})
    Scan.objects.filter(pk=gone.pk).update(document=None)
    nowhere = a_document("mail", None, [], failure="no-such-domain", partial=True)
    return {
        "home": "/",
        "scoring": "/scoring/",
        "visit": "/visit/",
        "privacy": "/privacy/",
        "accessibility": "/accessibility/",
        "start": "/mail/other.example/",
        "not-found": "/nothing-here/",
        "mail": finished({**a_mail_document("broken"), "domain": "broken.example"}).get_absolute_url(),
        "web": finished(a_web_document("no-https")).get_absolute_url(),
        "null-mx": finished({**a_null_mx_document(), "domain": "nullmx.example"}).get_absolute_url(),
        "nowhere": finished({**nowhere, "domain": "nowhere.example"}).get_absolute_url(),
        "gone": gone.get_absolute_url(),
        "failed": failed().get_absolute_url(),
        "queued": a_scan("queued.example").get_absolute_url(),
        "all-failed": finished({**a_whole_document("mail"), "domain": "worst.example"}).get_absolute_url(),
        "attention": finished({**a_mail_document("broken"), "domain": "some.example"}).get_absolute_url()
        + "?show=attention&unknown=1",
        "before-web": "/site/other.example/",
        "tools": "/tools/",
        "login": "/account/login/",
        "explain": "/explain/mail_starttls_dane_valid/",
        "compare": compared(),
        "running": a_running_scan("running.example").get_absolute_url(),
    }


KINDS = [
    "home", "scoring", "visit", "privacy", "accessibility", "start", "before-web", "not-found", "mail", "web", "null-mx", "nowhere",
    "all-failed", "attention", "gone", "failed", "queued", "running", "explain", "compare", "tools", "login",
]  # fmt: skip


def in_language(address: str, language: str) -> str:
    """The address with the language switched."""
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_well_formed_and_has_no_loose_ends(client: Client, kind: str, language: str) -> None:
    html = client.get(in_language(addresses()[kind], language)).content.decode()
    page = Page(html)
    assert page.language == language
    assert len(page.ids) == len(set(page.ids))
    assert page.references <= set(page.ids)
    assert page.landmarks == ["header", "main", "footer"]
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))


@pytest.mark.parametrize("kind", KINDS)
def test_every_sign_that_a_page_uses_is_on_it(client: Client, kind: str) -> None:
    html = client.get(addresses()[kind]).content.decode()
    assert set(re.findall(r'<use href="#([^"]+)"', html)) <= Page(html).symbols


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_obeys_the_policy_that_it_is_sent_with(client: Client, kind: str) -> None:
    response = client.get(addresses()[kind])
    html = response.content.decode()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert all(source.startswith("/") for source in re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', html))


@pytest.mark.parametrize(
    "kind", ["mail", "web", "null-mx", "nowhere", "gone", "failed", "queued", "running", "start", "compare"]
)
def test_only_pages_about_nobody_may_be_found_by_search_engines(client: Client, kind: str) -> None:
    response = client.get(addresses()[kind])
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_every_page_of_bad_days_stands_on_its_own() -> None:
    for language in ("nl", "en"):
        with translation.override(language):
            for name in ("error", "unavailable", "forbidden", "too_many"):
                page = Page(render_to_string(f"pages/{name}.html", {"retry_seconds": 15, "wait_minutes": 4}))
                assert page.language == language


def test_a_report_comes_to_less_than_its_limit_with_everything(client: Client) -> None:
    html = client.get(addresses()["mail"]).content
    sent = len(gzip.compress(html))
    for address in re.findall(r'(?:src|href)="/static/([^"]+)"', html.decode()):
        content = (Path(settings.STATICFILES_DIRS[0]) / address).read_bytes()
        sent += len(content) if address.endswith("woff2") else len(gzip.compress(content))
    sent += (
        (Path(settings.STATICFILES_DIRS[0]) / "vendor/fonts/atkinson-hyperlegible-mono-latin-wght-normal.woff2")
        .stat()
        .st_size
    )
    assert sent <= LIMIT


def test_all_scripts_together_are_at_most_three_kilobytes() -> None:
    scripts = b"".join(path.read_bytes() for path in sorted((Path(settings.STATICFILES_DIRS[0]) / "js").glob("*.js")))
    assert len(gzip.compress(scripts)) <= 3000


def test_what_a_server_said_is_shown_as_text(client: Client) -> None:
    document = a_mail_document("broken")
    for category in document["categories"]:
        for check in category["checks"]:
            for row in check["subjects"]:
                row["subject"] = '"><script>alert(1)</script>'
                row["evidence"]["transcript"] = ["S: 220 <img src=x onerror=alert(1)>"]
    html = client.get(finished(document).get_absolute_url()).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    Page(html)


def test_the_form_keeps_what_was_typed_and_ties_the_reason_to_the_field(client: Client) -> None:
    html = client.post("/scan/", {"domain": "192.0.2.10", "suite": "mail"}).content.decode()
    field = re.search(r'<input[^>]*name="domain"[^>]*>', html)
    assert field is not None
    assert 'value="192.0.2.10"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="domain-hint domain-error"' in field[0]
    assert re.search(r'name="suite"\s+value="mail" checked', html)
    assert not re.search(r'name="suite"\s+value="web" checked', html)
    Page(html)


def test_practice_domains_are_buttons_with_their_story(rf: RequestFactory) -> None:
    practice = [Practice("goed.voorbeeld.test", "All in order", "Nothing wrong.", "To begin with")]
    context = {"practice_domains": practice, "practice_groups": in_groups(practice)}
    with translation.override("en"):
        html = render_to_string("pages/home.html", context, request=rf.get("/"))
    assert re.search(r'<button[^>]*name="domain"\s+value="goed.voorbeeld.test"', html)
    assert "Nothing wrong." in html
    Page(html)


def test_without_practice_domains_none_are_mentioned(rf: RequestFactory) -> None:
    with translation.override("en"):
        html = render_to_string("pages/home.html", {"practice_domains": []}, request=rf.get("/"))
    assert "ractice" not in html
