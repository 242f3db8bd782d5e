"""The whole way of an alert, in a browser and over the practice internet: an account, an organisation, a list, a record that breaks, one mail with what to
publish, the repair, and one mail that says so. Time passes when the test says so."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dns.message
import dns.query
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail
from django.db import connection
from django.db.models import DateTimeField, F
from dns.rdatatype import RdataType
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from checks import Options
from lab import Lab
from portal.dashboards import lifecycle, notices
from portal.dashboards.models import Alert, Entry, Notice, Result, Standing
from portal.lib.redis import client
from portal.scans.models import Scan, Status
from portal.scans.tasks import run_scan
from tests.portal.looks.test_browser import browser

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DOMAIN, HOST = "goed.voorbeeld.test", "mx.goed.voorbeeld.test"
RECORD = f"_25._tcp.{HOST}"


@pytest.fixture
def lab(settings: Settings) -> Iterator[Lab]:
    """A practice internet of this test's own, which it may break."""
    with Lab(forward=False) as running:
        settings.SCAN_OPTIONS = Options.from_env({**running.environment(), "SITE_NAME": "zegel.example"})
        settings.ALERT_CONFIRM_AFTER = timedelta(minutes=5)
        yield running


def after(**time: float) -> list[str]:
    """Let time pass: everything that is stored becomes so much older. Then beat and a worker do all that is due; the subjects of the mails that went out."""
    for model in (Scan, Entry, Result, Standing, Alert, Notice):
        moments = [field.name for field in model._meta.get_fields() if isinstance(field, DateTimeField)]
        model.objects.update(**{name: F(name) - timedelta(**time) for name in moments})  # type: ignore[attr-defined]
    client().flushdb()  # what was seen of a mail host is shared for minutes only
    mail.outbox.clear()
    worker = threading.Thread(target=_work)
    worker.start()
    worker.join()
    return [message.subject for message in mail.outbox]


def _work() -> None:
    try:
        lifecycle.tick()
        for pk in Scan.objects.filter(status=Status.QUEUED).values_list("pk", flat=True):
            run_scan(pk)
        lifecycle.tick()
        notices.send()
    finally:
        connection.close()


def sign_up(page: Page, base: str) -> None:
    page.goto(f"{base}/account/signup/")
    page.locator("[name=email]").fill("dora@lindewaard.example")
    page.locator("[name=password1]").fill("een lang wachtwoord voor Dora")
    page.locator("main form button").first.click()
    page.get_by_role("link", name="Maak eerst een organisatie").click()
    page.get_by_label("Naam van de organisatie").fill("Lindewaard")
    page.get_by_role("button", name="Maak de organisatie").click()


def make_a_list(page: Page, base: str, folder: Path) -> None:
    sheet = folder / "domeinen.csv"
    sheet.write_text(
        f"domein;eigenaar;mail eigenaar\n{DOMAIN};Jan;jan@lindewaard.example\nniet een domein;;\n", "utf-8"
    )
    page.goto(f"{base}/lists/")
    page.get_by_label("Naam van de lijst").fill("Alles")
    page.get_by_role("button", name="Maak de lijst").click()
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.get_by_text("1 domein toegevoegd.")).to_be_visible()


def test_from_an_account_to_an_alert_and_its_end(
    browser: Browser, live_server: LiveServer, lab: Lab, tmp_path: Path
) -> None:
    window = browser.new_context(locale="nl-NL", java_script_enabled=False)
    page = window.new_page()
    sign_up(page, live_server.url)
    make_a_list(page, live_server.url, tmp_path)
    assert after(seconds=1) == []
    page.goto(f"{live_server.url}/lists/")
    page.get_by_role("link", name="Alles").click()
    overview = page.url
    expect(page.get_by_role("row", name=re.compile(DOMAIN))).to_contain_text("100")

    current = served(lab)
    (following,) = set(published(lab)) - {current}
    lab.publish(RECORD, "TLSA", [following])
    assert after(days=9) == []  # the list's own rhythm; suspected, and told to nobody
    assert after(minutes=4) == []
    assert after(minutes=2) == [f"{DOMAIN}: Een TLSA-record is te vroeg vervangen"]
    message = mail.outbox[0]
    body = str(message.body)
    assert message.to == ["dora@lindewaard.example"]
    advice = re.search(rf"^{re.escape(RECORD)}\. IN TLSA (3 1 1 [0-9a-f]+)$", body, re.M)
    assert advice is not None
    assert advice[1] == current
    assert "Zo lost u het op: Klaar voor vervanging van het certificaat" in body
    assert after(hours=1) == []

    report = re.search(r"Het rapport: http://[^/]+(/\S+)", body)
    assert report is not None
    page.goto(live_server.url + report[1])
    expect(page.get_by_role("heading", level=1)).to_contain_text(DOMAIN)
    page.goto(f"{overview}alerts/")
    expect(page.get_by_text(f"{DOMAIN}: Een TLSA-record is te vroeg vervangen")).to_be_visible()

    lab.publish(RECORD, "TLSA", [advice[1], following])
    page.goto(overview)
    page.get_by_role("button", name="Nu testen").click()
    assert after(minutes=1) == [f"{DOMAIN}: opgelost: Een TLSA-record is te vroeg vervangen"]
    assert after(days=9) == []
    page.goto(f"{overview}alerts/")
    expect(page.get_by_text("Er staat niets open.")).to_be_visible()
    window.close()


def published(lab: Lab, name: str = RECORD, kind: RdataType = RdataType.TLSA) -> list[str]:
    """The records of the mail host, in no order."""
    address, _, port = lab.environment()["CHECKS_RESOLVERS"].rpartition(":")
    answer = dns.query.udp(dns.message.make_query(f"{name}.", kind), address, 10, int(port))
    return [rdata.to_text() for rrset in answer.answer for rdata in rrset if rrset.rdtype == kind]


def served(lab: Lab) -> str:
    """The record of the certificate that the mail host shows, by Python's own SMTP, TLS and hash."""
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP(published(lab, HOST, RdataType.A)[0], lab.ports.smtp, timeout=30) as server:
        server.starttls(context=unverified)
        leaf = x509.load_der_x509_certificate(server.sock.getpeercert(binary_form=True))  # type: ignore[union-attr]
    key = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"3 1 1 {hashlib.sha256(key).hexdigest()}"
