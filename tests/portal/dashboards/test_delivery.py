"""Messages over a real wire on loopback: mail to an SMTP server, a webhook to an HTTPS server with a certificate of a root of our own."""

from __future__ import annotations

import hashlib
import hmac
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.dashboards import notices
from portal.dashboards.models import DomainList, Entry, Notice
from portal.lib import outgoing
from tests.portal.dashboards.builders import a_list, a_mail_document, an_entry, measured
from tests.portal.people import the_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Entry:
    """A domain with an alert that has to be told."""
    found = an_entry(a_list(the_cast().ours, web=False))
    measured(found, a_mail_document())
    for _ in range(2):
        measured(found, a_mail_document(mail_starttls_dane_valid="failed", score=97))
    return found


class Mailbox(socketserver.StreamRequestHandler):
    """Takes whatever mail comes (RFC 5321), into ``server.mails``."""

    def handle(self) -> None:
        self.say("220 mx.good.example ESMTP")
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(text.replace(b"\r\n..", b"\r\n."))  # type: ignore[attr-defined]
                self.say("250 taken")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 mx.good.example")

    def say(self, text: str) -> None:
        """One reply."""
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """In a thread, until the end of the block."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_mail_reaches_a_real_server_whole(entry: Entry, settings: Settings) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.mails = []  # type: ignore[attr-defined]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS = False
        with serving(server):
            assert notices.send(timezone.now() + timedelta(seconds=1)) == 2
        mails = [message_from_bytes(text, policy=policy.default) for text in server.mails]  # type: ignore[attr-defined]
    assert sorted(mail["To"] for mail in mails) == ["alice@lindewaard.example", "bob@lindewaard.example"]
    assert mails[0]["Subject"] == "good.example: Een TLSA-record past niet meer"
    assert "Zo lost u het op:" in mails[0].get_content()
    assert len({mail["Message-ID"] for mail in mails}) == 2


def test_mail_waits_when_nobody_listens(entry: Entry, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    assert notices.send(timezone.now() + timedelta(seconds=1)) == 0
    assert sorted(Notice.objects.filter(sent_at=None).values_list("attempts", flat=True)) == [0, 1]


class Hook(BaseHTTPRequestHandler):
    """Notes what is posted, and answers as told by the path: one byte at a time, without an end, for ``/drip``."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        if self.path == "/drip":
            with suppress(OSError):
                while True:
                    self.wfile.write(b"H")
                    self.wfile.flush()
                    self.server.dripped.wait(0.02)  # type: ignore[attr-defined]
            return
        self.send_response(307 if self.path == "/elsewhere" else 204)
        self.send_header("Location", "https://127.0.0.1/")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def a_certificate(folder: Path, name: str) -> Path:
    """Key and self-signed certificate in one file, which is its own root."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "server.pem"
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def hook(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """An HTTPS server as hooks.example, on loopback."""
    pem = a_certificate(tmp_path, "hooks.example")
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.posts, server.dripped = [], threading.Event()  # type: ignore[attr-defined]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    settings.OUTGOING_CA_BUNDLE = str(pem)
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.server_port))]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **v: here if host.endswith(".example") else real(host, *a, **v)
    )
    with serving(server):
        yield server


def told_by(entry: Entry, url: str) -> int:
    """Send to this address alone; how many went out."""
    DomainList.objects.filter(pk=entry.domain_list_id).update(webhook_url=url)
    alert = Notice.objects.first()
    assert alert is not None
    Notice.objects.all().delete()
    Notice.objects.create(alert=alert.alert, resolved=False, channel="webhook", target=url)
    return notices.send(timezone.now() + timedelta(seconds=1))


def test_a_webhook_arrives_signed(entry: Entry, hook: HTTPServer, settings: Settings) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    assert told_by(entry, f"https://hooks.example:{hook.server_port}/zegel?x=1") == 1
    path, headers, body = hook.posts[0]  # type: ignore[attr-defined]
    stamp, _, found = headers["X-Zegel-Signature"].removeprefix("t=").partition(",v1=")
    assert path == "/zegel?x=1"
    key = DomainList.objects.get().webhook_secret.encode()
    assert found == hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def test_a_name_that_leads_inside_is_not_dialled(entry: Entry, hook: HTTPServer) -> None:
    assert told_by(entry, f"https://hooks.example:{hook.server_port}/zegel") == 0
    assert hook.posts == []  # type: ignore[attr-defined]
    assert Notice.objects.get().problem == "the name leads to an address that is not public"


def test_a_redirect_is_not_followed(entry: Entry, hook: HTTPServer, settings: Settings) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    assert told_by(entry, f"https://hooks.example:{hook.server_port}/elsewhere") == 0
    assert len(hook.posts) == 1  # type: ignore[attr-defined]
    assert Notice.objects.get().problem == "the answer was 307"


def test_a_certificate_of_another_name_is_refused(entry: Entry, hook: HTTPServer, settings: Settings) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    assert told_by(entry, f"https://other.example:{hook.server_port}/zegel") == 0
    assert hook.posts == []  # type: ignore[attr-defined]


def test_a_receiver_that_drips_is_cut_off(
    entry: Entry, hook: HTTPServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes well within the limit of one read, and the answer never ends."""
    settings.OUTGOING_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    monkeypatch.setattr(outgoing, "SECONDS", 0.5)
    assert told_by(entry, f"https://hooks.example:{hook.server_port}/drip") == 0
    assert Notice.objects.get().problem == "no answer within 0.5 seconds"
