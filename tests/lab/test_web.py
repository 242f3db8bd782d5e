"""The websites, as Python's own HTTP client sees them."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator

import pytest

from lab import Lab
from lab.plan import HTTP, HTTPS
from tests.lab.tools import connect, domain

GOOD = "goed.voorbeeld.test"


@contextlib.contextmanager
def visit(lab: Lab, name: str, *, secure: bool, address: str | None = None) -> Iterator[http.client.HTTPConnection]:
    """An HTTP connection to the website of a name, wherever that is."""
    place = address or lab.world.plan.web_host(domain(lab, name.removeprefix("www.")))
    connection = connect(lab, place, HTTPS if secure else HTTP)
    if secure:
        context = ssl.create_default_context(cafile=str(lab.directory / "ca-bundle.pem"))
        try:
            connection = context.wrap_socket(connection, server_hostname=name)
        except ssl.SSLError:
            connection.close()
            raise
    client = http.client.HTTPConnection(name)
    client.sock = connection
    with contextlib.closing(client):
        yield client


def get(client: http.client.HTTPConnection, path: str, method: str = "GET") -> http.client.HTTPResponse:
    client.request(method, path)
    return client.getresponse()


@pytest.mark.parametrize("name", [GOOD, f"www.{GOOD}"])
def test_port_80_leads_to_https_on_the_same_name(lab: Lab, name: str) -> None:
    with visit(lab, name, secure=False) as client:
        response = get(client, "/page?x=1")
        assert (response.status, response.getheader("Location")) == (301, f"https://{name}/page?x=1")


@pytest.mark.parametrize("name", [GOOD, f"www.{GOOD}", "www.dubbele-tlsa.voorbeeld.test"])
def test_https_shows_a_page_that_names_the_domain_with_hsts_of_a_year(lab: Lab, name: str) -> None:
    with visit(lab, name, secure=True) as client:
        response = get(client, "/")
        assert response.status == 200
        assert response.getheader("Strict-Transport-Security", "").startswith("max-age=31536000")
        assert f"<h1>{name}</h1>" in response.read().decode()


def test_a_connection_serves_several_requests_and_head_has_no_body(lab: Lab) -> None:
    with visit(lab, GOOD, secure=True) as client:
        head = get(client, "/", "HEAD")
        assert (head.status, head.read()) == (200, b"")
        assert get(client, "/.well-known/security.txt").read().startswith(b"Contact: https:")
        missing = get(client, "/missing")
        assert (missing.status, missing.read()) == (404, b"")
        assert get(client, "/", "POST").status == 405


def test_a_name_that_is_not_there_is_a_bad_request(lab: Lab) -> None:
    with visit(lab, GOOD, secure=False) as client:
        client.request("GET", "/", headers={"Host": "<b>elsewhere</b>"})
        assert client.getresponse().status == 400


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("goed", 200, "oefendomein"),
        ("website-ipv6-anders", 200, "nieuwe server"),
        ("website-ipv6-storing", 503, "oefendomein"),
        ("website-foutpagina", 404, "oefendomein"),
    ],
)
def test_a_site_may_be_another_for_those_who_come_over_ipv6(lab: Lab, name: str, status: int, words: str) -> None:
    full = f"{name}.voorbeeld.test"
    with visit(lab, full, secure=True, address=lab.world.plan.web_host(domain(lab, full), 6)) as client:
        response = get(client, "/")
        assert response.status == status
        assert words in response.read().decode()


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("geen-doorverwijzing", None),
        ("doorverwijzing-http", "http://doorverwijzing-http.voorbeeld.test/welkom"),
        ("doorverwijzing-elders", "https://www.doorverwijzing-elders.voorbeeld.test/"),
    ],
)
def test_port_80_can_lead_elsewhere_or_nowhere(lab: Lab, name: str, location: str | None) -> None:
    with visit(lab, f"{name}.voorbeeld.test", secure=False) as client:
        assert get(client, "/").getheader("Location") == location


def test_a_site_without_https_shows_its_page_on_port_80_and_refuses_443(lab: Lab) -> None:
    name = "geen-https.voorbeeld.test"
    with visit(lab, name, secure=False) as client:
        assert get(client, "/").status == 200
    with pytest.raises(ConnectionRefusedError):
        connect(lab, lab.world.plan.web_host(domain(lab, name)), HTTPS)


def test_an_expired_certificate_is_wrong_in_nothing_else(lab: Lab) -> None:
    with (
        pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"),
        visit(lab, "verlopen-certificaat.voorbeeld.test", secure=True),
    ):
        pass


def test_the_handshake_can_end_in_an_alert(lab: Lab) -> None:
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"), visit(lab, "hosts.voorbeeld.test", secure=True):
        pass


def test_an_endless_head_is_cut_off(lab: Lab) -> None:
    with connect(lab, lab.world.plan.web_host(domain(lab, GOOD)), HTTP) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 17_000)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")
        connection.shutdown(socket.SHUT_WR)
