"""The pages in a real browser: the main path with and without JavaScript, and what a program can see of accessibility."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal.scans import lifecycle
from portal.scans.live import Live
from portal.scans.models import Scan
from tests.portal.browsing import Open, browser, complaints, faults, keep, visit
from tests.portal.builders import MadeReport, a_running_scan
from tests.portal.looks.documents import a_mail_document, a_web_document
from tests.portal.looks.test_pages import KINDS, addresses, in_language
from tests.portal.looks.test_progress import SEEN
from tests.portal.paper.reading import words_of

__all__ = ["browser", "complaints", "visit"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def finish(scan: Scan, document: dict[str, Any]) -> None:
    """What a worker does at the end."""
    assert lifecycle.finish(scan, MadeReport({**document, "domain": scan.domain}))  # type: ignore[arg-type]


WIDTHS = (360, 768, 1280)
OWN_STATUS = {
    "not-found": "404",
    "gone": "410",
}  # a page with a status of its own is itself reported as a missing resource


# The longest page that there can be is looked at once.
EACH = [(kind, language) for kind in KINDS for language in ("nl", "en") if (kind, language) != ("all-failed", "en")]


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_axe_finds_nothing_at_any_width_in_either_scheme(
    visit: Open, complaints: list[str], kind: str, language: str
) -> None:
    page = visit(in_language(addresses()[kind], language))
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            keep(page, f"{kind}-{language}-{width}-{scheme}")
            rules = () if scheme == "light" else ("color-contrast",)  # nothing else depends on the scheme
            found += [(width, scheme, *fault) for fault in faults(page, *rules)]
    assert found == []
    assert [text for text in complaints if OWN_STATUS.get(kind, "none") not in text] == []


SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }
"""  # WCAG 2.2, success criterion 1.4.12
CUT = """() => [...document.querySelectorAll('main *')].filter(part =>
    ['hidden', 'clip'].includes(getComputedStyle(part).overflowX) && part.clientWidth > 1 && part.scrollWidth > part.clientWidth + 1
    && !part.closest('svg')).map(part => part.className || part.tagName)"""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways_at_320_pixels_and_nothing_is_cut_off_with_wide_spacing(
    visit: Open, kind: str
) -> None:
    page = visit(addresses()[kind], width=320, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(fits)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.add_style_tag(content=SPACED)
        assert (width, page.evaluate(fits), page.evaluate(CUT)) == (width, True, [])
    keep(page, f"{kind}-spaced")


@pytest.mark.parametrize("kind", ["home", "mail", "web", "running", "compare", "explain"])
def test_with_forced_colours_every_sign_and_line_can_still_be_seen(visit: Open, kind: str) -> None:
    page = visit(addresses()[kind], forced_colors="active", color_scheme="dark")
    faint = page.evaluate(
        """() => [...document.querySelectorAll('.zegel-icon, .zegel-envelope, .zegel-glyph')].filter(sign =>
            getComputedStyle(sign).color === getComputedStyle(document.body).backgroundColor).map(sign => sign.outerHTML)"""
    )
    keep(page, f"{kind}-forced-colours")
    assert faint == []


@pytest.mark.parametrize("kind", ["queued", "running", "mail"])
def test_nothing_moves_for_who_wants_no_motion(visit: Open, kind: str) -> None:
    page = visit(addresses()[kind], reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().filter(motion => motion.playState === 'running').length") == 0


STEPS = [
    {
        "done": done,
        "total": 12,
        "categories": [
            {"id": "mail_dnssec", "state": "done" if done > 2 else "busy", "ms": 310},
            {"id": "mail_starttls", "state": "busy" if done > 2 else "waiting", "ms": 5200},
            {"id": "mail_auth", "state": "waiting", "ms": 0},
        ],
        "log": SEEN["log"][: done // 3],
        "way": {"lanes": SEEN["way"]["lanes"][: done // 3], "more": 0},
    }
    for done in (0, 3, 6, 9, 11)
]
SHIFTS = """() => new Promise(done => { new PerformanceObserver(list => done(list.getEntries()
    .filter(entry => !entry.hadRecentInput).reduce((sum, entry) => sum + entry.value, 0)))
    .observe({ type: 'layout-shift', buffered: true }); requestAnimationFrame(() => requestAnimationFrame(() => done(0))) })"""


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_while_results_stream_in_and_when_the_report_is_there(visit: Open, width: int) -> None:
    scan = a_running_scan("running.example")
    page = visit(scan.get_absolute_url(), width=width)
    page.evaluate("document.fonts.ready")
    assert page.evaluate(SHIFTS) < 0.05
    for seen in STEPS:
        Live(scan)(seen)
        expect(page.get_by_role("progressbar")).to_have_attribute("value", str(seen["done"]))
    assert page.evaluate(SHIFTS) < 0.05
    finish(scan, a_mail_document("broken"))
    expect(page.get_by_role("heading", level=1)).to_have_text("running.example")
    page.evaluate("document.fonts.ready")
    assert page.evaluate(SHIFTS) < 0.05


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


def tab_to(page: Page, what: str) -> None:
    """Press Tab until the focus is on what this selector names; it has to come within a hundred stops."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    pytest.fail(f"the keyboard does not come to {what}")


def test_the_keyboard_alone_leads_from_the_question_to_the_record_to_copy(visit: Open) -> None:
    page = visit("/", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link that skips the menu
    assert page.evaluate("document.activeElement.id") == "content"
    tab_to(page, "input[name=domain]")
    page.keyboard.type("good.example")
    tab_to(page, "form[action='/scan/'] button[type=submit]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/mail/good\.example/"))
    scan = lifecycle.claim(Scan.objects.get(suite="mail").pk)
    assert scan is not None
    finish(scan, a_mail_document("broken"))
    expect(page.get_by_role("img", name=re.compile("Score 66 van 100"))).to_be_visible()
    tab_to(page, "a[href='#plan']")
    page.keyboard.press("Enter")
    tab_to(page, "figure:has(#plan-tlsa-1) button")
    page.keyboard.press("Enter")
    assert "TLSA 3 1 1" in page.evaluate("navigator.clipboard.readText()")
    tab_to(page, "#mail_dnssec_mailto_valid > summary")
    page.keyboard.press("Enter")
    expect(page.locator("#mail_dnssec_mailto_valid")).to_have_attribute("open", "")
    tab_to(page, "#mail_dnssec_mailto_valid a[href='/explain/mail_dnssec_mailto_valid/']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/explain/mail_dnssec_mailto_valid/$"))


def test_the_language_changes_in_place(visit: Open) -> None:
    page = visit(addresses()["mail"])
    permalink = page.url
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("link", name="Nederlands")).to_be_visible()
    assert page.url.startswith(permalink)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_on_paper_addresses_are_written_out_in_light_colours_and_nothing_is_cut(visit: Open) -> None:
    page = visit(addresses()["all-failed"], color_scheme="dark")
    text = words_of(page.pdf(format="A4"))
    assert "Wat deze score zegt, en wat niet" in text
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})  # the width of A4 between its margins
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(CUT) == []
    unsaid = """() => [...document.querySelectorAll('main a[href^=http]')].filter(link => link.checkVisibility()
        && !getComputedStyle(link, '::after').content.includes(link.getAttribute('href'))).map(link => link.href)"""
    assert page.evaluate(unsaid) == []


def test_on_paper_what_fails_is_written_out_and_buttons_are_gone(visit: Open) -> None:
    page = visit(addresses()["mail"])
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Test opnieuw")).to_be_hidden()
    expect(page.locator("#mail_starttls_dane_valid .zegel-prose").first).to_be_visible()
