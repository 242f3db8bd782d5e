"""Explain a record."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.checks.tools.documents import GONE

pytestmark = pytest.mark.django_db


def test_a_record_is_taken_apart_with_a_way_to_the_service(client: Client) -> None:
    page = client.get("/tools/explain/", {"record": f"_25._tcp.mx1.good.example. IN TLSA {GONE}", "lang": "en"})
    text = page.content.decode()
    assert "3, DANE-EE: the certificate of the server itself" in text
    assert "1, SPKI: the public key only" in text
    assert "Does it match what mx1.good.example shows now?" in text


def test_what_senders_do_not_use_is_said(client: Client) -> None:
    page = client.get("/tools/explain/", {"record": "1 1 1 " + "ab" * 32, "lang": "nl"}).content.decode()
    assert "Afzenders slaan het record over." in page


@pytest.mark.parametrize(
    "record",
    ["", " ", "hello", "3 1 1", "3 1 1 xyz", "<script>alert(1)</script>", "\x00", "a" * 30_000, "3 1 1 " + "a" * 63],
)
def test_nonsense_is_refused_with_a_sentence(client: Client, record: str) -> None:
    response = client.get("/tools/explain/", {"record": record})
    assert response.status_code == 422
    assert "<script>alert" not in response.content.decode()
    assert 'aria-invalid="true"' in response.content.decode()


@pytest.mark.parametrize("path", ["/tools/", "/tools/tlsa/", "/tools/explain/", "/tools/service/", "/tools/rollover/"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_opens_in_both_languages(client: Client, path: str, language: str) -> None:
    response = client.get(path, {"lang": language})
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode()
