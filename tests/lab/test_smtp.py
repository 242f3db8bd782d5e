"""The mail hosts, as Python's own SMTP client and a bare socket see them."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl

import pytest

from lab import Domain, Lab, MailHost
from lab.plan import SMTP
from tests.lab.tools import PATIENCE, ask, connect, domain, texts

GOOD = "goed.voorbeeld.test"
FAULTS = "hosts.voorbeeld.test"
BRIEF = 0.3


def address_of(lab: Lab, name: str, of: str = FAULTS) -> str:
    found: Domain = domain(lab, of)
    host: MailHost = next(host for host in found.mail if host.name == name)
    return lab.world.plan.mail_host(found, host)


def trusting(lab: Lab) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(lab.directory / "ca.pem"))


class Client(smtplib.SMTP):
    """Dials an address and asks for another name in the handshake: `_host` is what smtplib puts there."""

    _host: str


def client(lab: Lab, address: str, name: str = "") -> Client:
    made = Client(address, lab.ports.smtp, local_hostname="client.example", timeout=PATIENCE)
    made._host = name or address
    return made


def said(lab: Lab, address: str, commands: bytes) -> bytes:
    """Everything the server says to these commands, until it closes."""
    with connect(lab, address, SMTP) as connection:
        connection.sendall(commands)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_starttls_leads_to_a_trusted_certificate_and_a_fresh_session(lab: Lab) -> None:
    with client(lab, address_of(lab, "mx", GOOD), "mx." + GOOD) as smtp:
        smtp.ehlo()
        assert smtp.has_extn("starttls")
        smtp.starttls(context=trusting(lab))
        assert smtp.docmd("MAIL", "FROM:<>")[0] == 503
        smtp.ehlo()
        assert not smtp.has_extn("starttls")
        assert smtp.docmd("MAIL", "FROM:<>")[0] == 550
        assert smtp.noop()[0] == 250
        assert smtp.docmd("BLA")[0] == 500


def test_a_host_is_the_same_for_those_who_come_over_ipv6(lab: Lab) -> None:
    for name in (GOOD, "dubbele-tlsa.voorbeeld.test"):
        found = domain(lab, name)
        with client(lab, lab.world.plan.mail_host(found, found.mail[0], 6), f"mx.{name}") as smtp:
            smtp.ehlo()
            smtp.starttls(context=trusting(lab))


def test_nobody_listens_where_an_ipv6_address_is_dead(lab: Lab) -> None:
    found = domain(lab, "mail-ipv6-dood.voorbeeld.test")
    (address,) = texts(ask(lab, f"mx.{found.name}", "AAAA", dnssec=False), "AAAA")
    end = ipaddress.IPv4Address(int(ipaddress.IPv6Address(address)) & 0xFFFFFFFF)
    with pytest.raises(ConnectionRefusedError):
        connect(lab, str(end), SMTP)


def test_helo_is_answered_without_extensions(lab: Lab) -> None:
    with client(lab, address_of(lab, "mx", GOOD)) as smtp:
        assert smtp.helo() == (250, b"mx.goed.voorbeeld.test")


def test_commands_sent_along_with_starttls_are_forgotten(lab: Lab) -> None:
    with connect(lab, address_of(lab, "mx", GOOD), SMTP) as connection:
        connection.sendall(b"EHLO client.example\r\nSTARTTLS\r\nNOOP\r\n")
        received = b""
        while b"Ready to start TLS\r\n" not in received:
            received += connection.recv(4096)
        with trusting(lab).wrap_socket(connection, server_hostname="mx." + GOOD) as secure:
            secure.sendall(b"QUIT\r\n")
            assert secure.recv(4096).startswith(b"221 ")


def test_a_host_without_starttls_neither_offers_nor_accepts_it(lab: Lab) -> None:
    address = address_of(lab, "mx", "zonder-starttls.voorbeeld.test")
    replies = said(lab, address, b"EHLO client.example\r\nSTARTTLS\r\nQUIT\r\n")
    assert b"250-STARTTLS" not in replies
    assert b"\r\n502 " in replies


def test_a_firewall_overwrites_the_keyword_and_refuses_the_command(lab: Lab) -> None:
    replies = said(
        lab, address_of(lab, "mx", "gestript.voorbeeld.test"), b"EHLO client.example\r\nSTARTTLS\r\nQUIT\r\n"
    )
    assert b"\r\n250-XXXXXXXA\r\n" in replies
    assert b"250-STARTTLS" not in replies
    assert b"\r\n502 " in replies


@pytest.mark.parametrize(("host", "begin"), [("greets-421", b"421 "), ("greets-554", b"554 "), ("closes", b"")])
def test_a_host_that_does_not_serve_says_one_line_and_closes(lab: Lab, host: str, begin: bytes) -> None:
    with connect(lab, address_of(lab, host), SMTP) as connection:
        reply = b"".join(iter(lambda: connection.recv(4096), b""))
    assert reply.startswith(begin)
    assert reply.count(b"\n") == bool(begin)


def test_starttls_can_be_offered_and_then_refused(lab: Lab) -> None:
    replies = said(lab, address_of(lab, "refuses"), b"EHLO client.example\r\nSTARTTLS\r\nQUIT\r\n")
    assert b"250-STARTTLS" in replies
    assert b"\r\n454 " in replies


def test_the_handshake_can_end_in_an_alert(lab: Lab) -> None:
    with client(lab, address_of(lab, "alerts")) as smtp:
        smtp.ehlo()
        with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
            smtp.starttls(context=trusting(lab))


def test_a_silent_host_accepts_and_says_nothing(lab: Lab) -> None:
    with connect(lab, address_of(lab, "silent"), SMTP) as connection:
        connection.settimeout(BRIEF)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_black_hole_never_accepts(lab: Lab) -> None:
    with pytest.raises(TimeoutError):
        socket.create_connection((address_of(lab, "hole"), lab.ports.smtp), timeout=BRIEF)


def test_a_host_without_a_listener_refuses_the_connection(lab: Lab) -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(lab, address_of(lab, "nobody"), SMTP)


def test_a_line_without_end_is_cut_off(lab: Lab) -> None:
    replies = said(lab, address_of(lab, "mx", GOOD), b"EHLO " + b"x" * 4000)
    assert b"\r\n500 5.5.2 Line too long\r\n" in replies


def test_connections_are_counted_by_address_and_real_port(lab: Lab) -> None:
    address = address_of(lab, "closes")
    before = lab.counters.connections[address, SMTP]
    said(lab, address, b"")
    assert lab.counters.connections[address, SMTP] == before + 1
    assert lab.counters.most_open[address, SMTP] >= 1
