"""The picture of the chain of trust at an address of its own."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from portal.scans import lifecycle
from portal.scans.models import Scan
from tests.portal.builders import MadeReport, a_finished_scan, a_running_scan, a_scan
from tests.portal.looks.documents import a_mail_document

pytestmark = pytest.mark.django_db


def a_reported_scan() -> Scan:
    scan = a_running_scan()
    assert lifecycle.finish(scan, MadeReport({**a_mail_document(), "domain": scan.domain}))  # type: ignore[arg-type]
    scan.refresh_from_db()
    return scan


def test_the_picture_is_an_svg_file_in_the_language_of_the_visitor(client: Client) -> None:
    response = client.get(a_reported_scan().get_absolute_url() + "chain.svg?lang=en")
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    root = ET.fromstring(response.content)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert str(root.get("aria-label")).startswith("Chain of trust: ")


def test_the_report_shows_the_picture_wide_and_narrow_and_links_to_the_file(client: Client) -> None:
    scan = a_reported_scan()
    page = client.get(scan.get_absolute_url()).content.decode()
    assert page.count('class="zegel-chain-picture ') == 2
    assert f'href="{scan.get_absolute_url()}chain.svg"' in page


def test_a_scan_that_still_runs_has_no_picture_yet_and_a_report_that_is_gone_has_none_any_more(client: Client) -> None:
    assert client.get(a_scan().get_absolute_url() + "chain.svg").status_code == 404
    gone = a_finished_scan(domain="gone.example")
    Scan.objects.filter(pk=gone.pk).update(document=None)
    assert client.get(gone.get_absolute_url() + "chain.svg").status_code == 410
