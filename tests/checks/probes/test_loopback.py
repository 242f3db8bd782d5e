"""The probes over real sockets on loopback: Python's asyncio as the servers, and the ``openssl`` program as another.

The program is in the marker ``servers``: what it speaks is not of our making.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from checks.facts.http import HttpResponse
from checks.facts.network import Reason, Unreachable
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsFailure, TlsHandshake
from checks.net.transport import Limits
from checks.options import Options, PortMap
from checks.probes import http, smtp
from tests.checks.certificates import NOW, Authority, server_files
from tests.checks.tls_server import server_context

LOOPBACK = ip_network("127.0.0.0/8")
ADDRESS = "127.0.0.1"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, authority.leaf, authority.intermediate)


def options(bundle: str, **ports: int) -> Options:
    """Options for servers on these ports, ``p25=10025``."""
    table = {int(name[1:]): port for name, port in ports.items()}
    return Options((), (), bundle, allowed_networks=(LOOPBACK,), port_maps=(PortMap(LOOPBACK, table),))


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on loopback; the port."""
    visits: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            await handler(reader, writer)
            writer.close()
            await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(asyncio.create_task(handle(reader, writer)))

    async with await asyncio.start_server(accept, ADDRESS, 0, ssl=tls) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*visits)


class MailServer:
    """A small mail server with STARTTLS; ``commands`` are all it got, ``~`` before those inside TLS."""

    def __init__(self, context: ssl.SSLContext, ehlo: bytes = b"250-mx.good.example\r\n250 STARTTLS\r\n") -> None:
        self.context, self.ehlo = context, ehlo
        self.commands: list[str] = []
        self.ended_politely = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside = ""
        writer.write(b"220 mx.good.example ESMTP\r\n")
        while line := await reader.readline():
            command = line.decode().strip()
            self.commands.append(inside + command)
            match command.partition(" ")[0].upper():
                case "EHLO":
                    writer.write(self.ehlo)
                case "STARTTLS":
                    writer.write(b"220 Go\r\n")
                    await writer.start_tls(self.context)
                    inside = "~"
                case "QUIT":
                    writer.write(b"221 Bye\r\n")
                case _:
                    writer.write(b"500 what?\r\n")
        self.ended_politely += 1


async def mail(port: int, bundle: str, host: str = "mx.good.example.") -> SmtpSession:
    return await smtp.probe(host, ADDRESS, options=options(bundle, p25=port), limits=Limits(), now=NOW)


async def test_a_mail_server_is_seen_down_to_its_chain_in_one_connection(
    authority: Authority, context: ssl.SSLContext, tmp_path: Path
) -> None:
    server = MailServer(context)
    async with serving(server) as port:
        session = await mail(port, authority.bundle(tmp_path))
    assert session.failure is None
    assert isinstance(session.tls, TlsHandshake)
    assert session.tls.verification.code == 0
    assert base64.b64decode(session.tls.chain[1]) == authority.intermediate.der
    assert server.commands == ["EHLO zegel.invalid", "STARTTLS", "~QUIT"]
    assert server.ended_politely == 1


async def test_a_mail_server_without_starttls_gets_quit_in_clear(
    authority: Authority, context: ssl.SSLContext, tmp_path: Path
) -> None:
    server = MailServer(context, b"250 mx.good.example\r\n")
    async with serving(server) as port:
        session = await mail(port, authority.bundle(tmp_path))
    assert session.failure is None
    assert session.tls is None
    assert server.commands == ["EHLO zegel.invalid", "QUIT"] * 2  # nobody is held to what was seen once
    assert server.ended_politely == 2


async def test_what_was_seen_is_kept_when_the_time_is_up(authority: Authority, tmp_path: Path) -> None:
    done = asyncio.Event()

    async def silent_after_ehlo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx.good.example ESMTP\r\n")
        await reader.readline()
        await done.wait()

    async with serving(silent_after_ehlo) as port:
        session = await smtp.probe(
            "mx.good.example.",
            ADDRESS,
            options=options(authority.bundle(tmp_path), p25=port),
            limits=Limits(),
            now=NOW,
            seconds=0.3,
        )
        done.set()
    assert session.greeting is not None
    assert session.ehlo is None
    assert session.failure == Unreachable(Reason.TIMEOUT)


async def test_cancelling_a_probe_cancels_it_and_closes_its_connection(authority: Authority, tmp_path: Path) -> None:
    greeted, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        greeted.set()
        await reader.read()
        gone.set()

    async with serving(silent) as port:
        task = asyncio.create_task(mail(port, authority.bundle(tmp_path)))
        await greeted.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone.wait()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=1\r\nContent-Length: 2\r\n\r\nhi")


async def test_a_web_server_is_seen_on_both_ports(
    authority: Authority, context: ssl.SSLContext, tmp_path: Path
) -> None:
    async with serving(answer) as plain, serving(answer, context) as secure:
        ports = options(authority.bundle(tmp_path), p80=plain, p443=secure)
        endpoint = await http.probe("www.good.example", ADDRESS, options=ports, limits=Limits(), now=NOW)
    assert isinstance(endpoint.http, HttpResponse)
    assert isinstance(endpoint.https, HttpResponse)
    assert endpoint.https.header("Strict-Transport-Security") == ("max-age=1",)
    assert isinstance(endpoint.tls, TlsHandshake)


class CountingLimits(Limits):
    """Limits that remember how many places were held at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.held, self.most = 0, 0

    @asynccontextmanager
    async def slot(self, address: str) -> AsyncIterator[None]:
        async with super().slot(address):
            self.held += 1
            self.most = max(self.most, self.held)
            yield
            self.held -= 1


async def test_forty_probes_of_one_address_keep_to_four_connections_at_a_time(
    authority: Authority, context: ssl.SSLContext, tmp_path: Path
) -> None:
    server, limits = MailServer(context), CountingLimits()
    async with serving(server) as port:
        settings = options(authority.bundle(tmp_path), p25=port)
        tasks = [smtp.probe("mx.good.example.", ADDRESS, options=settings, limits=limits, now=NOW) for _ in range(40)]
        sessions = await asyncio.gather(*tasks)
    assert all(isinstance(session.tls, TlsHandshake) for session in sessions)
    assert server.ended_politely == 40
    assert limits.most == 4


OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None and not os.environ.get("CI"), reason="needs the openssl program")


@asynccontextmanager
async def s_server(*arguments: str) -> AsyncIterator[int]:
    """``openssl s_server`` as a web server; the port."""
    command = [OPENSSL or "openssl", "s_server", "-accept", f"{ADDRESS}:0", "-www", *arguments]
    pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=null, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    assert process.stdout is not None
    try:
        lines = b""
        while not (found := re.search(rb"ACCEPT .*:(\d+)\r?\n", lines)):
            line = await process.stdout.readline()
            assert line, lines.decode()
            lines += line
        drain = asyncio.create_task(process.stdout.read())
        yield int(found[1])
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    await drain


VERSIONS = {
    "-tls1": "TLSv1",
    "-tls1_1": "TLSv1.1",
    "-tls1_2": "TLSv1.2",
    "-tls1_3": "TLSv1.3",
}


@needs_openssl
@pytest.mark.servers
@pytest.mark.parametrize("flag", VERSIONS)
async def test_every_version_of_openssl_is_seen(flag: str, authority: Authority, tmp_path: Path) -> None:
    chain, key = server_files(tmp_path, authority.leaf, authority.intermediate)
    arguments = ("-cert", chain, "-cert_chain", chain, "-key", key, flag, "-cipher", "ALL:@SECLEVEL=0")
    async with s_server(*arguments) as port:
        ports = options(authority.bundle(tmp_path), p443=port, p80=1)
        endpoint = await http.probe("mx.good.example", ADDRESS, options=ports, limits=Limits(), now=NOW)
    assert isinstance(endpoint.tls, TlsHandshake)
    assert endpoint.tls.version == VERSIONS[flag]
    assert isinstance(endpoint.https, HttpResponse)
    assert endpoint.https.status == 200


OLD = {
    "a key of 1024 bits": (("-newkey", "rsa:1024"), ("-tls1_2",), "ECDHE-RSA-AES256-GCM-SHA384"),
    "no forward secrecy": (("-newkey", "rsa:2048"), ("-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"), "AES128-SHA"),
    "finite-field Diffie-Hellman": (
        ("-newkey", "rsa:2048"),
        ("-tls1_2", "-cipher", "DHE-RSA-AES128-SHA:@SECLEVEL=0"),
        "DHE-RSA-AES128-SHA",
    ),
    "Ed25519": (("-newkey", "ed25519"), ("-tls1_3",), "TLS_AES_256_GCM_SHA384"),
    "a signature with SHA-1": (("-newkey", "rsa:2048", "-sha1"), ("-tls1_2",), "ECDHE-RSA-AES256-GCM-SHA384"),
}


@needs_openssl
@pytest.mark.servers
@pytest.mark.parametrize("kind", OLD)
async def test_old_and_new_settings_of_openssl_are_measured(kind: str, authority: Authority, tmp_path: Path) -> None:
    making, serving_with, suite = OLD[kind]
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    await run("req", "-x509", *making, "-nodes", "-keyout", str(key), "-out", str(certificate), "-subj", "/CN=old")
    level = () if "-cipher" in serving_with else ("-cipher", "ALL:@SECLEVEL=0")
    async with s_server("-cert", str(certificate), "-key", str(key), *serving_with, *level) as port:
        ports = options(authority.bundle(tmp_path), p443=port, p80=1)
        endpoint = await http.probe("old", ADDRESS, options=ports, limits=Limits(), now=NOW)
    assert isinstance(endpoint.tls, TlsHandshake)
    assert endpoint.tls.cipher == suite
    sent = x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(Encoding.DER)
    assert [base64.b64decode(der) for der in endpoint.tls.chain] == [sent]


@needs_openssl
@pytest.mark.servers
async def test_a_server_with_only_anonymous_suites_refuses_us(authority: Authority, tmp_path: Path) -> None:
    async with s_server("-nocert", "-tls1_2", "-cipher", "aNULL:@SECLEVEL=0") as port:
        ports = options(authority.bundle(tmp_path), p443=port, p80=1)
        endpoint = await http.probe("old", ADDRESS, options=ports, limits=Limits(), now=NOW)
    assert isinstance(endpoint.tls, TlsFailure)
    assert endpoint.tls.alert == "handshake_failure"


async def run(*arguments: str) -> None:
    null = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(OPENSSL or "openssl", *arguments, stdout=null, stderr=null)
    assert await process.wait() == 0
