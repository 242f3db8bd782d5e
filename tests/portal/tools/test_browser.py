"""The tools in a real browser, in both languages, with and without JavaScript, and what a program can see of accessibility."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from portal.tools import lifecycle
from portal.tools.models import Look, Watch
from tests.checks.tools.documents import GONE, LEAF, NEXT, a_document, record_of
from tests.portal.browsing import Open, browser, complaints, visit
from tests.portal.tools.test_make import PEM
from tests.portal.tools.test_rollover import PLAN

__all__ = ["browser", "complaints", "visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def a_finished_look(**fields: Any) -> str:
    look = Look.objects.create(host="mx1.good.example", port=25, **fields)
    lifecycle.claim(look.pk)
    lifecycle.finish(look, a_document(GONE))
    return look.get_absolute_url()


def path_of(kind: str) -> str:
    plan = "&".join(f"{name}={value}" for name, value in PLAN.items())
    paths = {
        "index": "/tools/",
        "tlsa": "/tools/tlsa/",
        "service": "/tools/service/",
        "explain": f"/tools/explain/?record={GONE.replace(' ', '+')}",
        "explain-wrong": "/tools/explain/?record=nonsense",
        "rollover": "/tools/rollover/",
        "plan": f"/tools/rollover/?{plan}",
        "plan-wrong": f"/tools/rollover/?{plan}&ttl=-1",
    }
    if kind == "look":
        return a_finished_look(wanted=[record_of(NEXT)])
    if kind == "waiting":
        return Look.objects.create(host="mx1.good.example", port=25).get_absolute_url()
    return paths[kind]


KINDS = (
    "index", "tlsa", "service", "explain", "explain-wrong", "rollover", "plan", "plan-wrong", "look", "waiting",
)  # fmt: skip


def accessible(page: Page) -> None:
    """Nothing that axe finds, and nothing that scrolls sideways, wide and narrow, light and dark."""
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for width, scheme in ((1280, "light"), (1280, "dark"), (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page).response["violations"]
        assert [(width, scheme, rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit: Open, complaints: list[str], kind: str) -> None:
    accessible(visit(path_of(kind)))
    assert [text for text in complaints if "422" not in text] == []


@pytest.mark.parametrize(
    ("language", "field", "button", "heading"),
    [("nl", "PEM-tekst", "Maak het record", "Uw record"), ("en", "PEM text", "Make the record", "Your record")],
)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_pasted_certificate_becomes_a_record(
    visit: Open, language: str, field: str, button: str, heading: str, javascript: bool
) -> None:
    page = visit(f"/tools/tlsa/?lang={language}", java_script_enabled=javascript)
    page.locator("summary").first.click()
    page.get_by_label(field).fill(PEM)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator("#form-zone")).to_have_text(f"_25._tcp.mx1.good.example. 3600 IN TLSA {record_of(LEAF)}")
    expect(page.locator("figure button").first).to_be_visible(visible=javascript)
    if javascript:
        accessible(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_service_is_looked_at_and_leads_to_a_plan_with_everything_filled_in(visit: Open, javascript: bool) -> None:
    page = visit("/tools/service/", java_script_enabled=javascript)
    page.get_by_label("Naam van de server").fill("https://MX1.good.example/")
    page.get_by_role("button", name="Controleer de dienst").click()
    expect(page.locator("[data-progress]")).to_contain_text("Wij bekijken mx1.good.example, poort 25.")
    look = lifecycle.claim(Look.objects.get().pk)
    assert look is not None
    lifecycle.finish(look, a_document(record_of(LEAF), GONE))
    expect(page.get_by_role("heading", name="Wat er in DNS verandert")).to_be_visible(timeout=15_000)
    page.get_by_role("link", name="Plan de volgende vervanging").click()
    expect(page.get_by_label("Naam van de server")).to_have_value("mx1.good.example")
    expect(page.get_by_label("TTL van het TLSA-record, in seconden")).to_have_value("3600")
    page.get_by_role("button", name="Maak het plan").click()
    expect(page.get_by_role("heading", name="Het plan voor mx1.good.example")).to_be_visible()
    page.get_by_role("button", name=re.compile("Controleer stap")).first.click()
    expect(page.locator("[data-progress]")).to_contain_text("Wij bekijken mx1.good.example, poort 25.")


def test_the_plan_prints_as_a_list_without_forms(visit: Open) -> None:
    page = visit(path_of("plan"))
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Maak het plan")).to_be_hidden()
    expect(page.get_by_text("Haal het oude record weg.")).to_be_visible()


def test_the_page_of_watched_roll_overs_is_accessible_and_stops_one(visit: Open) -> None:
    alice = User.objects.create_user("alice", "alice@good.example", "a long enough password")
    watch = Watch.objects.create(user=alice, host="mx1.good.example", port=25, wanted=GONE, stage="out-of-order")
    client = Client()
    client.force_login(alice)
    page = visit("/tools/")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": page.url}])
    page.goto(page.url + "watches/")
    accessible(page)
    page.get_by_role("button", name=f"Stop met meekijken bij {watch}").click()
    expect(page.get_by_text("Nog geen.")).to_be_visible()
