"""A server that has raw public keys (RFC 7250) beside X.509, of GnuTLS. Ids are rows of the house's list of hard cases."""

from __future__ import annotations

import hashlib
import socket
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from checks.evaluate.dane import data_of
from checks.wire.tls import TlsClient
from tests.agreement.judges import program
from tests.checks.certificates import Authority

pytestmark = pytest.mark.servers
SERVER_CERTIFICATE_TYPE = 20  # the extension in which a client offers raw public keys (RFC 7250 section 3)


def _extensions(hello: bytes) -> set[int]:
    """The extensions of a ClientHello in one record (RFC 8446 section 4.1.2)."""
    at = 5 + 4 + 2 + 32
    for size in (1, 2, 1):  # session id, suites, compression
        at += size + int.from_bytes(hello[at : at + size])
    at += 2
    found = set()
    while at < len(hello):
        found.add(int.from_bytes(hello[at : at + 2]))
        at += 4 + int.from_bytes(hello[at + 2 : at + 4])
    return found


@pytest.mark.parametrize("short", [False, True])
def test_t56_we_offer_no_raw_public_keys(short: bool) -> None:
    offered = _extensions(TlsClient("mx.example", short=short).start())
    assert 0 in offered  # the server name, so that the reading of this test is seen to work
    assert SERVER_CERTIFICATE_TYPE not in offered


def test_t56_a_server_that_has_them_beside_x509_is_measured_with_x509_and_3_1_1_fits_the_same_key(
    tmp_path: Path,
) -> None:
    authority = Authority()
    key, chain, raw = tmp_path / "key.pem", tmp_path / "chain.pem", tmp_path / "raw.pem"
    key.write_bytes(authority.leaf.key_pem)
    chain.write_bytes(authority.leaf.pem + authority.intermediate.pem)
    raw.write_bytes(subprocess.run(["openssl", "pkey", "-in", key, "-pubout"], check=True, capture_output=True).stdout)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        program("gnutls-serv", "gnutls-bin"),
        "--echo",
        "--port",
        str(port),
        "--priority",
        "NORMAL:+CTYPE-SRV-RAWPK",
    ]
    command += ["--x509keyfile", str(key), "--x509certfile", str(chain)]
    command += ["--rawpkkeyfile", str(key), "--rawpkfile", str(raw)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            assert server.stdout is not None
            while b"listening" not in server.stdout.readline():  # it says so before it takes connections
                assert server.poll() is None
            assert _raw(port, key)
            assert _chain(port)[0] == authority.leaf.der
            leaf = x509.load_der_x509_certificate(authority.leaf.der)
            bare = load_pem_public_key(raw.read_bytes()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            assert data_of(leaf, 1, 1) == hashlib.sha256(bare).digest()
        finally:
            server.terminate()


def _raw(port: int, key: Path) -> bool:
    """Whether GnuTLS's own client, which does offer them, gets the raw public key."""
    client = [program("gnutls-cli", "gnutls-bin"), "--insecure", "--priority", "NORMAL:-CTYPE-SRV-ALL:+CTYPE-SRV-RAWPK"]
    done = subprocess.run([*client, "-p", str(port), "127.0.0.1"], input="", capture_output=True, text=True, timeout=30)
    return "Raw Public Key" in done.stdout


def _chain(port: int) -> tuple[bytes, ...]:
    client = TlsClient("mx.good.example")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        out = client.start()
        while client.seen is None and client.failure is None:
            if out:
                connection.sendall(out)
            out = client.receive(connection.recv(16_384))
    assert client.seen is not None, client.failure
    return client.seen.chain
