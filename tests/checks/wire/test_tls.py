"""The TLS client in memory, against Python's own ``ssl`` as the server, and chains against the ``openssl`` program."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from checks.facts.network import Reason
from checks.facts.tls import TlsFailure
from checks.wire.tls import MAX_HANDSHAKE, TlsClient, sni, verify_chain
from tests.checks.certificates import NOW, Authority, Issued
from tests.checks.made import Made
from tests.checks.tls_server import MemoryServer, server_context

NAME: Final = "mx.good.example"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    return server_context(tmp_path, authority.leaf, authority.intermediate)


def shake(client: TlsClient, server: MemoryServer, piece: int = 1_000_000) -> None:
    """Carries bytes to and fro until the client is done; ``piece`` bytes at a time towards the client."""
    outgoing = client.start()
    while outgoing and not client.failure:
        incoming = server(outgoing)
        outgoing = b""
        for start in range(0, len(incoming), piece):
            outgoing += client.receive(incoming[start : start + piece])
        if client.seen:
            client.decrypt(server(outgoing))  # session tickets
            return


def test_the_chain_is_seen_as_it_was_sent(context: ssl.SSLContext, authority: Authority) -> None:
    client = TlsClient(NAME)
    shake(client, MemoryServer(context))
    assert client.seen is not None
    assert client.seen.version == "TLSv1.3"
    assert client.seen.cipher.startswith("TLS_")
    assert client.seen.chain == (authority.leaf.der, authority.intermediate.der)


def test_superfluous_certificates_are_seen_in_their_place(authority: Authority, tmp_path: Path) -> None:
    sent = (authority.leaf, authority.self_signed, authority.root, authority.intermediate)
    client = TlsClient(NAME)
    shake(client, MemoryServer(server_context(tmp_path, *sent)))
    assert client.seen is not None
    assert client.seen.chain == tuple(issued.der for issued in sent)


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_the_handshake_does_not_depend_on_how_the_bytes_are_cut(
    context: ssl.SSLContext, authority: Authority, piece: int
) -> None:
    client = TlsClient(NAME)
    shake(client, MemoryServer(context), piece)
    assert client.seen is not None
    assert client.seen.chain[0] == authority.leaf.der


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (ssl.TLSVersion.TLSv1, "TLSv1"),
        (ssl.TLSVersion.TLSv1_1, "TLSv1.1"),
        (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ],
)
def test_every_version_from_tls_1_0_on_is_measured(context: ssl.SSLContext, version: ssl.TLSVersion, name: str) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is wanted here
        context.minimum_version = version
        context.maximum_version = version
    client = TlsClient(NAME)
    shake(client, MemoryServer(context))
    assert client.failure is None
    assert client.seen is not None
    assert client.seen.version == name


def test_the_server_name_is_sent(context: ssl.SSLContext) -> None:
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    shake(TlsClient(NAME), MemoryServer(context))
    assert names == [NAME]


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("MX.Good.example.", "mx.good.example"),
        ("_25.good.example", "_25.good.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        (".", ""),
        ("a\\000b.example.", ""),
        ("b\u00fccher.example", ""),
        ("spa ce.example", ""),
        ("-a.example", ""),
        ("a..example", ""),
        ("x" * 64 + ".example", ""),
        (".".join(["x" * 60] * 5), ""),
        ("good.example\n", ""),
    ],
)
def test_only_a_host_name_is_sent_as_server_name(host: str, name: str) -> None:
    assert sni(host) == name
    assert (b"mx.good.example" in TlsClient(sni(host)).start()) == (name == "mx.good.example")


def test_http_1_1_is_offered_when_asked_for(context: ssl.SSLContext) -> None:
    context.set_alpn_protocols(["h2", "http/1.1"])
    server = MemoryServer(context)
    shake(TlsClient(NAME, ("http/1.1",)), server)
    assert server.alpn == "http/1.1"


def test_a_short_hello_fits_in_one_packet_and_offers_no_tls_1_3(context: ssl.SSLContext) -> None:
    client = TlsClient(NAME, short=True)
    assert len(client.start()) < 512
    client = TlsClient(NAME, short=True)
    shake(client, MemoryServer(context))
    assert client.seen is not None
    assert client.seen.version == "TLSv1.2"


def refuses_the_name(context: ssl.SSLContext) -> None:
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


def shares_no_version(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_3


def shares_no_suite(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("PSK-AES128-GCM-SHA256")


@pytest.mark.parametrize(
    ("fault", "alert"),
    [
        (refuses_the_name, "unrecognized_name"),
        (shares_no_version, "protocol_version"),
        (shares_no_suite, "handshake_failure"),
    ],
)
def test_the_alert_of_the_server_is_named(
    context: ssl.SSLContext, fault: Callable[[ssl.SSLContext], None], alert: str
) -> None:
    fault(context)
    client = TlsClient(NAME, short=True)
    shake(client, MemoryServer(context))
    assert client.seen is None
    assert client.failure is not None
    assert client.failure.reason is Reason.PROTOCOL
    assert client.failure.alert == alert
    assert client.failure.answered


def test_a_server_that_wants_a_client_certificate_is_measured_without_one(
    context: ssl.SSLContext, authority: Authority, tmp_path: Path
) -> None:
    context.load_verify_locations(authority.bundle(tmp_path))
    context.verify_mode = ssl.CERT_OPTIONAL
    client = TlsClient(NAME)
    shake(client, MemoryServer(context))
    assert client.seen is not None


def test_what_is_not_tls_fails_as_protocol() -> None:
    client = TlsClient(NAME)
    client.start()
    client.receive(b"250 this is no TLS\r\n")
    assert client.failure is not None
    assert client.failure.reason is Reason.PROTOCOL
    assert client.failure.answered


def test_a_connection_closed_in_the_handshake_tells_whether_anything_was_answered(context: ssl.SSLContext) -> None:
    silent = TlsClient(NAME)
    silent.start()
    silent.receive(b"")
    assert silent.failure == TlsFailure(
        Reason.CLOSED, "", "the connection was closed during the handshake", answered=False
    )
    started = TlsClient(NAME)
    started.receive(MemoryServer(context)(started.start())[:100])
    started.receive(b"")
    assert started.failure is not None
    assert started.failure.answered


def test_an_endless_handshake_is_cut_off(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    client = TlsClient(NAME)
    flight = MemoryServer(context)(client.start())
    first_record = flight[: 5 + int.from_bytes(flight[3:5])]
    client.receive(first_record)
    hello_request = bytes.fromhex(
        "16 0303 0004 00000000"
    )  # to be ignored during a handshake (RFC 5246 section 7.4.1.1)
    for _ in range(MAX_HANDSHAKE // 9000 + 1):
        assert client.failure is None
        client.receive(hello_request * 1000)
    assert client.failure is not None
    assert client.failure.reason is Reason.TOO_MUCH


def test_an_announced_message_that_is_too_large_is_refused() -> None:
    client = TlsClient(NAME)
    client.start()
    record = bytes.fromhex("16 0303 4000 02 ffffff") + bytes(0x4000 - 4)
    for _ in range(MAX_HANDSHAKE // len(record) + 1):
        client.receive(record)
    assert client.failure is not None
    assert client.failure.reason in (Reason.PROTOCOL, Reason.TOO_MUCH)


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=5))
def test_garbage_fails_the_handshake_and_never_raises(pieces: list[bytes]) -> None:
    client = TlsClient(NAME)
    client.start()
    for piece in pieces:
        if not client.failure:
            client.receive(piece)
    assert client.seen is None


@given(st.integers(0, 4000), st.integers(1, 255))
def test_a_handshake_with_a_damaged_byte_fails_or_succeeds_and_never_raises(place: int, change: int) -> None:
    client = TlsClient(NAME)
    flight = bytearray(MemoryServer(any_context())(client.start()))
    flight[place % len(flight)] ^= change
    client.receive(bytes(flight))
    assert client.seen is None or client.failure is None


@cache
def any_context() -> ssl.SSLContext:
    with tempfile.TemporaryDirectory() as folder:
        return server_context(Path(folder), Authority().leaf)


def test_data_goes_both_ways_and_the_end_is_seen(context: ssl.SSLContext) -> None:
    server = MemoryServer(context, lambda data: data.upper())
    client = TlsClient(NAME)
    shake(client, server)
    plain, _ = client.decrypt(server(client.encrypt(b"hello")))
    assert plain == b"HELLO"
    assert not client.ended
    server(client.close())
    assert server.ended
    client.decrypt(server.goodbye())
    assert client.ended


def test_records_that_do_not_decrypt_end_the_connection(context: ssl.SSLContext) -> None:
    client = TlsClient(NAME)
    shake(client, MemoryServer(context))
    plain, _ = client.decrypt(bytes.fromhex("17 0303 0020") + bytes(32))
    assert plain == b""
    assert client.ended
    assert client.encrypt(b"more") == b""


def test_a_forged_chain_on_one_connection_leaves_others_alone(
    context: ssl.SSLContext, authority: Authority, tmp_path: Path
) -> None:
    server = MemoryServer(context, lambda data: data)
    client = TlsClient(NAME)
    shake(client, server)
    chain = [authority.forged.der, authority.intermediate.der]
    assert verify_chain(chain, authority.bundle(tmp_path), NOW).code != 0
    assert client.decrypt(b"") == (b"", b"")
    assert not client.ended
    assert client.decrypt(server(client.encrypt(b"still here")))[0] == b"still here"


Chain = Callable[[Authority], tuple[Issued, ...]]
CHAINS: dict[str, tuple[Chain, int]] = {
    # the codes of openssl-verify(1)
    "good": (lambda a: (a.leaf, a.intermediate), 0),
    "good with its root": (lambda a: (a.leaf, a.intermediate, a.root), 0),
    "in the wrong order, with strangers": (lambda a: (a.leaf, a.root, a.self_signed, a.intermediate), 0),
    "expired": (lambda a: (a.expired, a.intermediate), 10),
    "not yet valid": (lambda a: (a.future, a.intermediate), 9),
    "self-signed": (lambda a: (a.self_signed,), 18),
    "incomplete": (lambda a: (a.leaf,), 20),
    "forged": (lambda a: (a.forged, a.intermediate), 7),
    "a root that is not trusted": (lambda a: _stranger_chain(), 19),
}


def _stranger_chain() -> tuple[Issued, ...]:
    stranger = Authority("strangers")
    return stranger.leaf, stranger.intermediate, stranger.root


@pytest.mark.parametrize("kind", CHAINS)
def test_a_chain_is_verified_as_openssl_does(kind: str, authority: Authority, tmp_path: Path) -> None:
    build, code = CHAINS[kind]
    chain, bundle = build(authority), authority.bundle(tmp_path)
    ours = verify_chain([issued.der for issued in chain], bundle, NOW)
    assert ours.code == code
    if shutil.which("openssl"):
        assert (ours.code, ours.depth) == by_openssl(chain, bundle, tmp_path)


def by_openssl(chain: tuple[Issued, ...], bundle: str, folder: Path) -> tuple[int, int]:
    """Code and depth that the program gives the same chain at the same moment; its words differ between versions."""
    leaf, others = folder / "leaf.pem", folder / "others.pem"
    leaf.write_bytes(chain[0].pem)
    others.write_bytes(b"".join(issued.pem for issued in chain[1:]))
    untrusted = ["-untrusted", str(others)] if chain[1:] else []
    moment = str(int(NOW.timestamp()))
    command = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", bundle, "-attime", moment, *untrusted]
    done = subprocess.run([*command, str(leaf)], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return 0, 0
    found = re.search(r"error (\d+) at (\d+) depth lookup", done.stdout + done.stderr)
    assert found, done.stderr
    return int(found[1]), int(found[2])


def test_a_chain_is_judged_at_the_moment_of_the_measurement(authority: Authority, tmp_path: Path) -> None:
    chain, bundle = [authority.leaf.der, authority.intermediate.der], authority.bundle(tmp_path)
    assert verify_chain(chain, bundle, NOW + timedelta(days=40)).code == 10
    assert verify_chain(chain, bundle, NOW).code == 0
    assert verify_chain(chain, bundle, NOW - timedelta(days=40)).code == 9


@pytest.mark.parametrize(
    ("purposes", "code"),
    [
        ((), 0),
        ((ExtendedKeyUsageOID.SERVER_AUTH,), 0),
        ((ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE), 0),
        ((ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION), 26),
    ],
    ids=["none-named", "server", "any", "others"],
)
def test_a_certificate_that_is_meant_for_something_else_is_not_trusted(
    purposes: tuple[x509.ObjectIdentifier, ...], code: int, authority: Authority, tmp_path: Path
) -> None:
    """26 is X509_V_ERR_INVALID_PURPOSE, what ``openssl verify -purpose sslserver`` gives (RFC 5280 section 4.2.1.12)."""
    made = Made.issued("mx.good.example")
    builder = x509.CertificateBuilder(
        authority.intermediate.certificate.subject,
        made.certificate.subject,
        made.key.public_key(),
        9,
        NOW - timedelta(days=1),
        NOW + timedelta(days=1),
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    leaf = builder.sign(authority.intermediate.key, hashes.SHA256())
    chain = [leaf.public_bytes(Encoding.DER), authority.intermediate.der]
    assert verify_chain(chain, authority.bundle(tmp_path), NOW).code == code


def test_a_chain_that_cannot_be_read_is_no_crash(authority: Authority, tmp_path: Path) -> None:
    bundle = authority.bundle(tmp_path)
    assert verify_chain([], bundle, NOW).code == -1
    assert verify_chain([b"not a certificate"], bundle, NOW).code == -1
    assert verify_chain([authority.leaf.der, b""], bundle, NOW).code == -1
