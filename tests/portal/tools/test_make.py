"""Make a record: from pasted material at once, from a server by a look, and never from a private key."""

from __future__ import annotations

import logging

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client

from portal.tools.models import Look
from tests.checks.tools.documents import LEAF, ROOT, record_of

pytestmark = pytest.mark.django_db
PEM = "".join(made.certificate.public_bytes(Encoding.PEM).decode() for made in (LEAF, ROOT))
SECRET = LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def post(client: Client, **values: object) -> object:
    return client.post("/tools/tlsa/?lang=en", {"host": "", "port": "25", "choice": "leaf", "pem": "", **values})


def test_a_pasted_chain_gives_the_records_in_every_form(client: Client) -> None:
    response = post(client, pem=PEM, choice="both")
    page = response.content.decode()
    assert response.status_code == 200
    data = record_of(LEAF).split()[3]
    assert f"_25._tcp.mx1.good.example. 3600 IN TLSA 3 1 1 {data}" in page
    assert "IN TLSA 2 1 1" in page
    for word in ("nsupdate", "pdnsutil add-record", "Add-DnsServerResourceRecord", "matching_type", "Fingerprint"):
        assert word in page
    assert Look.objects.count() == 0


def test_the_host_that_was_given_counts_more_than_the_certificate(client: Client) -> None:
    assert "_465._tcp.other.example." in post(client, pem=PEM, host="other.example", port="465").content.decode()


def test_own_numbers_are_made_and_their_mistakes_said(client: Client) -> None:
    page = post(client, pem=PEM, choice="own", usage="1", selector="0", matching="2").content.decode()
    assert "IN TLSA 1 0 2 " in page
    assert "Usages 0 and 1 do not work for mail" in page
    assert "changes with every renewal" in page


def test_a_private_key_is_refused_not_shown_not_stored_and_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = post(client, pem=PEM + SECRET, host="mx1.good.example")
    page = response.content.decode()
    assert response.status_code == 422
    assert "This is a private key. We have not kept it." in page
    body = SECRET.splitlines()[1]
    assert body not in page
    assert body not in caplog.text
    assert Look.objects.count() == 0


def test_a_server_becomes_a_look_with_the_choice(client: Client) -> None:
    response = post(client, host="https://MX1.good.example/", port="993", choice="both")
    look = Look.objects.get()
    assert (look.host, look.port, look.choice) == ("mx1.good.example", 993, "both")
    assert (response.status_code, response["Location"]) == (303, f"/tools/service/{look.public_id}/")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Fill in a domain name"),
        ({"host": "10.0.0.1"}, "is an IP address"),
        ({"pem": "hello"}, "This is no PEM text"),
        ({"pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}, "This block cannot be read"),
        ({"host": "mx1.good.example", "port": "22"}, "22"),
        ({"host": "mx1.good.example", "port": "x"}, "x"),
        ({"host": "mx1.good.example", "choice": "x"}, "x"),
        ({"host": "mx1.good.example", "choice": "own", "usage": "9"}, "9"),
        ({"host": '"><script>', "port": "25"}, "&lt;script&gt;"),
        ({"host": "a\x00b.example"}, "Null characters are not allowed"),
    ],
)
def test_nonsense_is_refused_with_what_was_typed_kept(client: Client, values: dict[str, str], sentence: str) -> None:
    response = post(client, **values)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "<script>" not in response.content.decode().split("<main")[1].split("</main")[0]
    assert Look.objects.count() == 0


def test_get_fills_the_form_in_and_writes_nothing(client: Client) -> None:
    page = client.get("/tools/tlsa/?lang=en&host=mx1.good.example&port=587").content.decode()
    assert 'value="mx1.good.example"' in page
    assert '<option value="587" selected>' in page
    assert Look.objects.count() == 0


def test_whoever_asks_too_often_is_asked_to_wait(client: Client, settings: object) -> None:
    settings.LIMIT_DOMAIN = (2, 600)
    codes = [post(client, host="mx1.good.example").status_code for _ in range(3)]
    assert codes == [303, 303, 429]
    assert post(client, host="mx2.good.example").status_code == 303


def test_a_form_from_elsewhere_is_refused() -> None:
    response = Client(enforce_csrf_checks=True).post("/tools/tlsa/", {"host": "mx1.good.example", "port": "25"})
    assert response.status_code == 403
