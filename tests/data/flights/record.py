"""Records the first flights of TLS stacks that CI does not run, as fixtures: ``python -m tests.data.flights.record [STACK …]``.

Each case configures a server down to one suite and one group, or offers it no more than that, so that what it has to answer
is known beforehand and written here by hand. What neither decides (RFC 5746, RFC 7627) is taken from ``openssl s_client``.
README.md tells what has to be installed.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from checks.policy.tls_names import GROUPS, SIGNATURES, SUITES, TLS1_0, TLS1_2, TLS1_3, is_tls13_suite
from checks.wire.tls_hello import Hello, build

HERE = Path(__file__).parent
SERVERS = HERE / "servers"
PEERS = Path(os.environ.get("FLIGHTS_PYTHON", "/tmp/flights-venv/bin/python"))  # with python-mbedtls, granian, grpcio
IDLE = 0.7  # seconds of silence after which a flight is whole

CODE = {name: code for table in (SUITES, GROUPS, SIGNATURES) for code, name in table.items()}
CURVES = tuple(CODE[name] for name in ("x25519", "secp256r1", "secp384r1", "secp521r1"))
SUITES_12 = tuple(code for code in SUITES if not is_tls13_suite(code) and "_RSA_WITH" in SUITES[code])
SUITES_13 = tuple(
    CODE[f"TLS_{name}"] for name in ("AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256")
)
SHA256 = (CODE["rsa_pkcs1_sha256"],)
ALL = tuple(code for code in SIGNATURES if code >> 8 >= 4)
HELLOS: Mapping[str, Hello] = {
    "tls12": Hello(TLS1_2, SUITES_12, CURVES, SHA256, "localhost"),
    "tls12-p384": Hello(TLS1_2, SUITES_12, (CODE["secp384r1"],), SHA256, "localhost"),
    "tls13-retry": Hello(TLS1_3, SUITES_13, CURVES, ALL, "localhost"),
    "tls13": Hello(TLS1_3, SUITES_13, CURVES, ALL, "localhost", shares=((CODE["x25519"], b"\x09" + bytes(31)),)),
    "tls13-p256": Hello(TLS1_3, (CODE["TLS_AES_128_GCM_SHA256"],), (CODE["secp256r1"],), ALL, "localhost"),
    "tls13-hybrid": Hello(TLS1_3, SUITES_13, (CODE["X25519MLKEM768"],), ALL, "localhost"),
    "tls10": Hello(TLS1_0, SUITES_12, CURVES, (), "localhost"),
}


@dataclass(frozen=True)
class Keys:
    """Files of the certificate: chain (leaf, issuer) and key as PEM, and both as PKCS #12 with a password."""

    folder: Path

    chain = property(lambda self: str(self.folder / "chain.pem"))
    key = property(lambda self: str(self.folder / "key.pem"))
    p12 = property(lambda self: str(self.folder / "keys.p12"))


@dataclass(frozen=True)
class Case:
    """One server and the hello it gets. ``command`` makes its command line of keys and port."""

    stack: str
    id: str
    setting: str
    hello: str
    command: Callable[[Keys, int], Sequence[str]]
    expected: Mapping[str, Any]
    env: Mapping[str, str] = field(default_factory=dict)
    witnessed: bool = False  # s_client tells of RFC 5746 and RFC 7627


def tls12(suite: str, group: str) -> dict[str, Any]:
    return {"version": "TLS 1.2", "suite": suite, "group": group, "signature": "rsa_pkcs1_sha256", "chain": True}


def tls13(suite: str, group: str, *, retry: bool) -> dict[str, Any]:
    return {"version": "TLS 1.3", "suite": suite, "group": group, "retry": retry, "chain": False}


REFUSED = {"alert": "protocol_version"}
REFUSED_BY_40 = {"alert": "handshake_failure"}  # what these two say to an old version, as the last byte of it shows
GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
GCM_13 = "TLS_AES_256_GCM_SHA384"


def run(*command: str) -> str:
    """The output of a program that has to succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout + done.stderr


def build_once(name: str, command: Callable[[str], Sequence[str]]) -> Callable[[], str]:
    """A program that is compiled when it is first asked for."""
    out = Path(tempfile.gettempdir()) / f"flights-{name}"

    def path() -> str:
        if not out.exists():
            run(*command(str(out)))
        return str(out)

    return path


def gnutls(priority: str) -> Callable[[Keys, int], Sequence[str]]:
    return lambda keys, port: (
        *("gnutls-serv", "--port", str(port), "--priority", priority, "--quiet", "--disable-client-cert"),
        *("--x509certfile", keys.chain, "--x509keyfile", keys.key),
    )


def java(protocol: str, suite: str, group: str) -> Callable[[Keys, int], Sequence[str]]:
    return lambda keys, port: (
        *("java", f"-Djdk.tls.namedGroups={group}", str(SERVERS / "Server.java"), str(port), keys.p12, protocol, suite),
    )


def go(version: str, suite: str, curve: int) -> Callable[[Keys, int], Sequence[str]]:
    program = build_once("goserver", lambda out: ("go", "build", "-o", out, str(SERVERS / "server.go")))
    return lambda keys, port: (program(), str(port), keys.chain, keys.key, version, suite, str(curve))


def wolfssl(version: str, suite: str, group: int) -> Callable[[Keys, int], Sequence[str]]:
    program = build_once("wolfserver", lambda out: ("cc", "-o", out, str(SERVERS / "wolfssl.c"), "-lwolfssl"))
    return lambda keys, port: (program(), str(port), keys.chain, keys.key, version, suite, str(group))


def node(version: str, suite: str, group: str) -> Callable[[Keys, int], Sequence[str]]:
    return lambda keys, port: (
        *("node", str(SERVERS / "server.mjs"), str(port), keys.chain, keys.key, version, suite, group),
    )


def nss(*arguments: str) -> Callable[[Keys, int], Sequence[str]]:
    def command(keys: Keys, port: int) -> Sequence[str]:
        base = keys.folder / "nss"
        if not base.exists():
            base.mkdir()
            run("certutil", "-N", "-d", str(base), "--empty-password")
            run("pk12util", "-i", keys.p12, "-d", str(base), "-W", "flights", "-K", "")
        return ("selfserv", "-d", str(base), "-n", "flights", "-p", str(port), *arguments)

    return command


def botan(policy: str) -> Callable[[Keys, int], Sequence[str]]:
    def command(keys: Keys, port: int) -> Sequence[str]:
        path = keys.folder / "botan.policy"
        path.write_text(policy)
        return ("botan", "tls_server", keys.chain, keys.key, f"--port={port}", f"--policy={path}")

    return command


def peer(script: str, *arguments: str) -> Callable[[Keys, int], Sequence[str]]:
    return lambda keys, port: (str(PEERS), str(SERVERS / script), str(port), keys.chain, keys.key, *arguments)


def rustls(keys: Keys, port: int) -> Sequence[str]:
    (keys.folder / "app.py").write_text("def app(environ, start):\n    start('200 OK', [])\n    return [b'']\n")
    options = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--working-dir", str(keys.folder))
    files = ("--ssl-certificate", keys.chain, "--ssl-keyfile", keys.key)
    return (str(PEERS.parent / "granian"), *options, *files, "app:app")


def openssl(version: str) -> Callable[[Keys, int], Sequence[str]]:
    script = str(SERVERS / "openssl_server.py")
    return lambda keys, port: (sys.executable, script, str(port), keys.chain, keys.key, version)


GNUTLS_12 = "NONE:+VERS-TLS1.2:+COMP-NULL:+AEAD:+SIGN-ALL:+CTYPE-X509"
GNUTLS_13 = "NONE:+VERS-TLS1.3:+COMP-NULL:+AEAD:+SIGN-ALL:+CTYPE-X509:+AES-256-GCM"
BOTAN = """allow_tls10 = false
allow_tls11 = false
allow_tls12 = true
ciphers = AES-256/GCM
macs = AEAD
key_exchange_methods = ECDH
signature_methods = RSA
signature_hashes = SHA-256
key_exchange_groups = secp384r1
"""
CASES = (
    Case("gnutls", "tls12", "ECDHE-RSA, AES-256-GCM, SECP384R1", "tls12",
         gnutls(f"{GNUTLS_12}:+ECDHE-RSA:+AES-256-GCM:+GROUP-SECP384R1"), tls12(GCM, "secp384r1"), witnessed=True),
    Case("gnutls", "dhe", "DHE-RSA, AES-128-GCM, FFDHE3072", "tls12",
         gnutls(f"{GNUTLS_12}:+DHE-RSA:+AES-128-GCM:+GROUP-FFDHE3072"),
         {**tls12("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", ""), "prime": "ffdhe3072"}, witnessed=True),
    Case("gnutls", "retry", "TLS 1.3, SECP521R1", "tls13-retry", gnutls(f"{GNUTLS_13}:+GROUP-SECP521R1"),
         tls13(GCM_13, "secp521r1", retry=True)),
    Case("gnutls", "tls13", "TLS 1.3, X25519", "tls13", gnutls(f"{GNUTLS_13}:+GROUP-X25519"),
         tls13(GCM_13, "x25519", retry=False)),
    Case("gnutls", "refused", "TLS 1.2", "tls10",
         gnutls(f"{GNUTLS_12}:+ECDHE-RSA:+AES-256-GCM:+GROUP-SECP384R1"), REFUSED),
    Case("jsse", "tls12", f"TLSv1.2, {GCM}, secp521r1", "tls12", java("TLSv1.2", GCM, "secp521r1"),
         tls12(GCM, "secp521r1"), witnessed=True),
    Case("jsse", "retry", f"TLSv1.3, {GCM_13}, secp384r1", "tls13-retry", java("TLSv1.3", GCM_13, "secp384r1"),
         tls13(GCM_13, "secp384r1", retry=True)),
    Case("jsse", "tls13", f"TLSv1.3, {GCM_13}, x25519", "tls13", java("TLSv1.3", GCM_13, "x25519"),
         tls13(GCM_13, "x25519", retry=False)),
    Case("jsse", "refused", "TLSv1.2", "tls10", java("TLSv1.2", GCM, "secp521r1"), REFUSED),
    Case("go", "tls12", f"TLS 1.2, {GCM}, CurveP384", "tls12", go("0x0303", "0xc030", 24),
         tls12(GCM, "secp384r1"), witnessed=True),
    Case("go", "retry", "TLS 1.3, CurveP521", "tls13-retry", go("0x0304", "0xc030", 25),
         {"version": "TLS 1.3", "group": "secp521r1", "retry": True, "chain": False}),
    Case("go", "tls13", "TLS 1.3, X25519", "tls13", go("0x0304", "0xc030", 29),
         {"version": "TLS 1.3", "group": "x25519", "retry": False, "chain": False}),
    Case("go", "refused", "TLS 1.2", "tls10", go("0x0303", "0xc030", 24), REFUSED),
    Case("wolfssl", "tls12", "ECDHE-RSA-AES256-GCM-SHA384; offered secp384r1 alone", "tls12-p384",
         wolfssl("2", "ECDHE-RSA-AES256-GCM-SHA384", 24), tls12(GCM, "secp384r1"), witnessed=True),
    Case("wolfssl", "tls13", "TLS 1.3, TLS13-AES256-GCM-SHA384, x25519", "tls13",
         wolfssl("3", "TLS13-AES256-GCM-SHA384", 29), tls13(GCM_13, "x25519", retry=False)),
    Case("wolfssl", "refused", "TLS 1.2", "tls10", wolfssl("2", "ECDHE-RSA-AES256-GCM-SHA384", 24), REFUSED_BY_40),
    Case("nss", "tls12", "-V tls1.2:tls1.2 -c :C030 -I P384", "tls12",
         nss("-V", "tls1.2:tls1.2", "-c", ":C030", "-I", "P384"), tls12(GCM, "secp384r1"), witnessed=True),
    Case("nss", "retry", "-V tls1.3:tls1.3 -I P521", "tls13-retry", nss("-V", "tls1.3:tls1.3", "-I", "P521"),
         {"version": "TLS 1.3", "group": "secp521r1", "retry": True, "chain": False}),
    Case("nss", "tls13", "-V tls1.3:tls1.3 -I x25519", "tls13", nss("-V", "tls1.3:tls1.3", "-I", "x25519"),
         {"version": "TLS 1.3", "group": "x25519", "retry": False, "chain": False}),
    Case("nss", "refused", "-V tls1.2:tls1.2", "tls10", nss("-V", "tls1.2:tls1.2", "-c", ":C030"), REFUSED),
    Case("mbedtls", "tls12", "TLS-ECDHE-RSA-WITH-AES-256-GCM-SHA384; offered secp384r1 alone", "tls12-p384",
         peer("mbedtls_server.py", "TLS-ECDHE-RSA-WITH-AES-256-GCM-SHA384"),
         tls12(GCM, "secp384r1"), witnessed=True),
    Case("botan", "tls12", "TLS 1.2, AES-256/GCM, ECDH, RSA, secp384r1", "tls12", botan(BOTAN),
         tls12(GCM, "secp384r1"), witnessed=True),
    Case("botan", "refused", "TLS 1.2", "tls10", botan(BOTAN), REFUSED),
    Case("boringssl", "tls12", "ECDHE-RSA-AES256-GCM-SHA384; offered secp384r1 alone", "tls12-p384",
         peer("boringssl_server.py"), tls12(GCM, "secp384r1"),
         {"GRPC_SSL_CIPHER_SUITES": "ECDHE-RSA-AES256-GCM-SHA384"}, witnessed=True),
    Case("boringssl", "retry", "offered secp256r1 alone", "tls13-p256", peer("boringssl_server.py"),
         tls13("TLS_AES_128_GCM_SHA256", "secp256r1", retry=True)),
    Case("rustls", "tls13", "offered X25519 with a share", "tls13", rustls,
         {"version": "TLS 1.3", "group": "x25519", "retry": False, "chain": False}),
    Case("rustls", "retry", "offered secp256r1 alone", "tls13-p256", rustls,
         tls13("TLS_AES_128_GCM_SHA256", "secp256r1", retry=True)),
    Case("rustls", "refused", "TLS 1.2 and 1.3", "tls10", rustls, REFUSED_BY_40),
    Case("node", "tls12", "TLSv1.2, ECDHE-RSA-AES256-GCM-SHA384, P-384", "tls12",
         node("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "P-384"), tls12(GCM, "secp384r1"), witnessed=True),
    Case("node", "retry", f"TLSv1.3, {GCM_13}, P-521", "tls13-retry", node("TLSv1.3", GCM_13, "P-521"),
         tls13(GCM_13, "secp521r1", retry=True)),
    Case("openssl", "hybrid", "offered X25519MLKEM768 alone", "tls13-hybrid", openssl("1.3"),
         {"version": "TLS 1.3", "group": "X25519MLKEM768", "retry": True, "chain": False}),
    Case("openssl", "refused", "TLS 1.2", "tls10", openssl("1.2"), REFUSED),
)  # fmt: skip
VERSIONS: Mapping[str, Sequence[str]] = {
    "gnutls": ("gnutls-serv", "--version"),
    "jsse": ("java", "-version"),
    "go": ("go", "version"),
    "wolfssl": ("dpkg-query", "-W", "libwolfssl-dev"),
    "nss": ("dpkg-query", "-W", "libnss3"),
    "mbedtls": (str(PEERS), "-c", "import mbedtls; print(mbedtls.version.version)"),
    "botan": ("botan", "version"),
    "boringssl": (str(PEERS), "-c", "import grpc; print('grpcio', grpc.__version__)"),
    "rustls": (str(PEERS.parent / "granian"), "--version"),
    "node": ("node", "-p", "'Node ' + process.version + ', OpenSSL ' + process.versions.openssl"),
    "openssl": (sys.executable, "-c", "from OpenSSL import SSL; print(SSL.OpenSSL_version(0).decode())"),
}


def keys_in(folder: Path) -> Keys:
    """The certificate of all recordings, made when there is none yet; the key is no secret of anybody's."""
    keys = Keys(folder)
    if not (HERE / "chain.pem").exists():
        _make(HERE)
    for name in ("chain.pem", "key.pem"):
        shutil.copy(HERE / name, folder / name)
    leaf, issuer = x509.load_pem_x509_certificates((folder / "chain.pem").read_bytes())
    key = load_pem_private_key((folder / "key.pem").read_bytes(), None)
    packed = pkcs12.serialize_key_and_certificates(
        b"flights",
        key,
        leaf,
        [issuer],
        BestAvailableEncryption(b"flights"),  # type: ignore[arg-type]
    )
    (folder / "keys.p12").write_bytes(packed)
    return keys


def _make(folder: Path) -> None:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Issuer of the recorded flights")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)

    def signed(subject: x509.Name, public: Any, *, ca: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            root_name, subject, public, x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=3650)
        ).add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if not ca:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        return builder.sign(root_key, hashes.SHA256())

    chain = [signed(name, key.public_key(), ca=False), signed(root_name, root_key.public_key(), ca=True)]
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@contextmanager
def serving(case: Case, keys: Keys) -> Iterator[int]:
    """The server of a case, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as link:
        port = int(link.getsockname()[1])
    log = keys.folder / "server.log"
    with log.open("wb") as sink:
        environ = {**os.environ, **case.env}
        process = subprocess.Popen(
            case.command(keys, port), stdin=subprocess.PIPE, stdout=sink, stderr=sink, env=environ
        )
        try:
            _wait(port, process, log)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        # As the kernel lists it: no connection of ours disturbs the server.
        if any(entry[1].endswith(f":{port:04X}") and entry[3] == "0A" for entry in _sockets()):
            return
        time.sleep(0.1)
    raise SystemExit(f"no server: {log.read_text(errors='replace')[-600:]}")


def _sockets() -> Iterator[list[str]]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        yield from (line.split() for line in Path(table).read_text().splitlines()[1:])


def flight(port: int, hello: Hello) -> bytes:
    """What comes back until there is silence, or the end."""
    data = bytearray()
    with socket.create_connection(("127.0.0.1", port), 5) as link:
        link.sendall(build(hello, random=bytes(range(32)), session=bytes(range(32))))
        link.settimeout(IDLE)
        try:
            while piece := link.recv(65536):
                data += piece
        except TimeoutError:
            pass
    return bytes(data)


def witness(port: int) -> dict[str, bool]:
    """What s_client says of RFC 5746 and RFC 7627."""
    command = ("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2", "-servername", "localhost")
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=30)
    return {
        "secure_renegotiation": "Secure Renegotiation IS supported" in done.stdout,
        "extended_master_secret": "Extended master secret: yes" in done.stdout,
    }


def record(case: Case) -> dict[str, Any]:
    """One fixture."""
    with tempfile.TemporaryDirectory(prefix="flights-") as folder:
        Path(folder).chmod(0o755)
        with serving(case, keys_in(Path(folder))) as port:
            data = flight(port, HELLOS[case.hello])
            seen = witness(port) if case.witnessed else {}
    return {
        "case": case.id,
        "setting": case.setting,
        "hello": case.hello,
        "expected": {**case.expected, **seen},
        "flight": data.hex(),
    }


def main(stacks: Sequence[str]) -> int:
    """Record the stacks that are named, or all; a file for each."""
    for stack in stacks or VERSIONS:
        cases = [case for case in CASES if case.stack == stack]
        version = next(line for line in run(*VERSIONS[stack]).splitlines() if line.strip()).strip().replace("\t", " ")
        recorded = [record(case) for case in cases]
        content = {"stack": stack, "version": version, "flights": recorded}
        (HERE / f"{stack}.json").write_text(json.dumps(content, indent=1) + "\n")
        print(f"{stack}: {version}, {[len(one['flight']) // 2 for one in recorded]} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
