"""One service looked at: in the practice internet for what it judges, at a small mailbox server for IMAP and POP3."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from checks import Options, Target, tlsa_tools
from checks.__main__ import main
from checks.facts.network import Reason
from checks.facts.service import Opening
from checks.facts.tls import TlsHandshake
from checks.net.addresses import SERVICE_PORTS, port_refusal
from checks.net.aio import AioDoor
from checks.net.transport import Limits
from checks.options import PortMap
from checks.probes.service import Endpoint, visit
from checks.tools.service import Asked
from lab import Lab
from tests.checks.made import Made
from tests.checks.tools.documents import a_document


@pytest.fixture(scope="module")
def practice() -> Iterator[Lab]:
    with Lab(forward=False) as lab:
        yield lab


@pytest.fixture(scope="module")
def options(practice: Lab) -> Options:
    return Options.from_env({**practice.environment(), "SITE_NAME": "zegel.example"})


def looked_at(options: Options, host: str, port: int = 25) -> dict[str, Any]:
    document = asyncio.run(tlsa_tools.check(Asked.parse(host, port), options))
    assert json.loads(json.dumps(document)) == document
    return document


@pytest.mark.parametrize(
    ("host", "port", "verdict"),
    [
        ("mx.goed.voorbeeld.test", 25, "matches"),
        ("goed.voorbeeld.test", 443, "matches"),
        ("mx.oud-record.voorbeeld.test", 25, "no-match"),
        ("bestaat-niet.goed.voorbeeld.test", 25, "no-address"),
    ],
)
def test_the_verdict_on_practice_services(options: Options, host: str, port: int, verdict: str) -> None:
    assert looked_at(options, host, port)["verdict"] == verdict


def test_every_name_server_and_every_address_is_asked(options: Options) -> None:
    document = looked_at(options, "mx.goed.voorbeeld.test")
    published = sorted(record["text"] for record in document["records"])
    assert {server["host"] for server in document["servers"]} == {"ns1.goed.voorbeeld.test", "ns2.goed.voorbeeld.test"}
    assert all(server["records"] == published for server in document["servers"])
    assert "127.25" in [address["address"][:6] for address in document["addresses"]]
    assert set(document["soa"]) == {"refresh", "retry", "expire", "minimum"}


def test_the_advised_record_repairs_a_stale_one(practice: Lab, options: Options) -> None:
    """The report's advice, published, gives a match; what was there is put back afterwards."""
    before = looked_at(options, "mx.oud-record.voorbeeld.test")
    stale = [record["text"] for record in before["records"]]
    practice.publish(before["owner"], "TLSA", [*stale, *before["advised"]["leaf"]])
    try:
        assert looked_at(options, "mx.oud-record.voorbeeld.test")["verdict"] == "matches"
    finally:
        practice.publish(before["owner"], "TLSA", stale)


def test_the_command_line_prints_the_transcript_and_exits_by_what_was_seen(
    practice: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in practice.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["dane", "mx.goed.voorbeeld.test", "25", "--language", "en"]) == 0
    shown = capsys.readouterr().out
    assert "Sealed: every address matches" in shown
    assert "match at depth 0" in shown
    assert main(["dane", "mx.goed.voorbeeld.test", "25", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "matches"
    assert main(["dane", "bestaat-niet.goed.voorbeeld.test", "25"]) == 3
    for wrong in (["mx.goed.voorbeeld.test", "22"], ["192.0.2.1", "25"], ["geen host", "25"]):
        assert main(["dane", *wrong]) == 2
        assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("port", [0, 22, 53, 80, 8443, 3306, 65536, -1])
def test_no_other_port_is_looked_at(port: int) -> None:
    with pytest.raises(ValueError, match="is none of"):
        Asked.parse("mx.good.example", port)
    assert port_refusal(port, SERVICE_PORTS)


def test_the_ports_of_mailboxes_stay_closed_to_scans() -> None:
    assert all(port_refusal(port) for port in (110, 143, 465, 587, 993, 995))


def test_a_host_is_named_as_everywhere() -> None:
    assert Asked.parse("https://MX.Bücher.example./", 25).host == "mx.xn--bcher-kva.example"
    with pytest.raises(Target.Refused):
        Asked.parse("10.0.0.1", 25)


def test_the_port_decides_how_tls_begins_unless_it_is_told() -> None:
    assert Asked.parse("mx.good.example", 143).opening is Opening.IMAP
    assert Asked.parse("mx.good.example", 993).opening is Opening.DIRECT
    assert Asked.parse("mx.good.example", 587, "smtp").opening is Opening.SMTP
    with pytest.raises(ValueError, match="not known"):
        Asked.parse("mx.good.example", 25, "ftp")


# --- A mailbox server of a few lines, with TLS of Python's own ---


@asynccontextmanager
async def mailbox(folder: Path, dialogue: list[tuple[bytes, bytes]], greeting: bytes) -> AsyncIterator[int]:
    """Greets, answers each expected line, then takes part in a handshake."""
    made = Made.issued("mx.good.example", names=("mx.good.example",))
    (folder / "cert.pem").write_bytes(made.certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(greeting)
            for expected, answer in dialogue:
                assert await reader.readline() == expected
                writer.write(answer)
            await writer.drain()
            await writer.start_tls(context)
            await reader.read(100)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("opening", "port", "greeting", "dialogue"),
    [
        (Opening.IMAP, 143, b"* OK ready\r\n", [(b"z1 STARTTLS\r\n", b"z1 OK go\r\n")]),
        (Opening.POP3, 110, b"+OK ready\r\n", [(b"STLS\r\n", b"+OK go\r\n")]),
    ],
)
async def test_a_mailbox_server_shows_its_certificate_after_the_dialogue(
    opening: Opening, port: int, greeting: bytes, dialogue: list[tuple[bytes, bytes]], tmp_path: Path
) -> None:
    async with mailbox(tmp_path, dialogue, greeting) as listening:
        base = Options.from_env({"CHECKS_RESOLVERS": "127.0.0.1:9", "CHECKS_ALLOWED_NETWORKS": "127.0.0.0/8"})
        mapped = PortMap(base.allowed_networks[0], {port: listening})
        options = Options(**{**_fields(base), "port_maps": (mapped,)})
        door = AioDoor(options, Limits(), SERVICE_PORTS)
        endpoint = Endpoint("mx.good.example", "127.0.0.1", port, opening)
        session = await visit(endpoint, options, datetime.now(UTC), door, door.clock() + 10)
    assert isinstance(session.tls, TlsHandshake)
    assert session.other is None  # an ECDSA certificate alone
    assert session.transcript[0].encode() == b"S: " + greeting.strip()


@pytest.mark.parametrize("oldest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda version: version.name)
async def test_both_certificates_of_a_server_are_seen(oldest: ssl.TLSVersion, tmp_path: Path) -> None:
    """RSA beside ECDSA: a sender may be shown either, also by a server that speaks TLS 1.3 alone."""
    made = Made.issued("mx.good.example", names=("mx.good.example",))
    rsa_key = rsa.generate_private_key(65537, 2048)
    name = made.certificate.subject
    builder = x509.CertificateBuilder().issuer_name(name).subject_name(name).public_key(rsa_key.public_key())
    builder = builder.serial_number(7).not_valid_before(made.certificate.not_valid_before_utc)
    other = builder.not_valid_after(made.certificate.not_valid_after_utc).sign(rsa_key, hashes.SHA256())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = oldest
    for kind, certificate, key in (("ec", made.certificate, made.key), ("rsa", other, rsa_key)):
        (tmp_path / f"{kind}.pem").write_bytes(
            certificate.public_bytes(Encoding.PEM)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        context.load_cert_chain(tmp_path / f"{kind}.pem")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            await reader.read(100)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
        base = Options.from_env({"CHECKS_RESOLVERS": "127.0.0.1:9", "CHECKS_ALLOWED_NETWORKS": "127.0.0.0/8"})
        mapped = PortMap(base.allowed_networks[0], {993: server.sockets[0].getsockname()[1]})
        options = Options(**{**_fields(base), "port_maps": (mapped,)})
        door = AioDoor(options, Limits(), SERVICE_PORTS)
        endpoint = Endpoint("mx.good.example", "127.0.0.1", 993, Opening.DIRECT)
        session = await visit(endpoint, options, datetime.now(UTC), door, door.clock() + 10)
    assert isinstance(session.tls, TlsHandshake)
    assert session.other is not None
    shown = {base64.b64decode(tls.chain[0]) for tls in (session.tls, session.other)}
    assert shown == {made.der, other.public_bytes(Encoding.DER)}


async def test_a_private_address_is_not_dialled_for_a_service() -> None:
    options = Options.from_env({"CHECKS_RESOLVERS": "127.0.0.1:9"})
    door = AioDoor(options, Limits(), SERVICE_PORTS)
    session = await visit(
        Endpoint("mx.good.example", "127.0.0.1", 25, Opening.SMTP), options, datetime.now(UTC), door, door.clock() + 5
    )
    assert session.failure is not None
    assert session.failure.reason is Reason.FORBIDDEN


def _fields(options: Options) -> dict[str, Any]:
    return {name: getattr(options, name) for name in Options.__slots__}


def test_the_ttl_is_that_of_the_zone_and_not_what_is_left_in_a_cache() -> None:
    """A resolver gives the time that is left; the signature still has the whole (RFC 4035 section 5.3.3)."""
    document = a_document("3 1 1 " + "ab" * 32, tlsa={"ttl": 12, "signed_ttl": 3600})
    assert document["ttl"] == 3600
