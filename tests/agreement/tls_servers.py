"""TLS servers that nobody here wrote, in processes of their own, and the scanners that judge them: nginx, Apache, Postfix and
``openssl s_server``; sslscan, SSLyze, testssl.sh and ``openssl s_client``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

NAME = "localhost"
ADDRESS = "127.0.0.1"
PATIENCE = 10.0
PEERS = Path(__file__).parents[2] / ".peers" / "bin"  # where tests/install-servers puts SSLyze


def program(name: str, *, needed: bool = True) -> str:
    """The path of a program. Without it the test is skipped, or fails where everything should be there."""
    path = shutil.which(name) or shutil.which(name, path=f"{PEERS}{os.pathsep}/usr/sbin")
    if path is None:
        reason = f"{name} is not on this machine"
        if needed and os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@dataclass(frozen=True, eq=False)
class Keys:
    """PEM files, each with key and certificate, by kind; and an OCSP response for the RSA one."""

    folder: Path
    files: Mapping[str, str] = field(default_factory=dict)


def make_keys(folder: Path) -> Keys:
    """Leaves of every kind under one root."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Root of the agreement tests", root_key, None)
    makers: dict[str, Any] = {
        "rsa": rsa.generate_private_key(65537, 3072),
        "rsa2048": rsa.generate_private_key(65537, 2048),
        "ecdsa": ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
    }
    files = {}
    for kind, key in makers.items():
        leaf = _certificate(NAME, key, (root, root_key))
        path = folder / f"{kind}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
        files[kind] = str(path)
        if kind == "rsa":
            (folder / "rsa.ocsp").write_bytes(_response(leaf, root, root_key))
    return Keys(folder, files)


def _certificate(name: str, key: Any, issuer: tuple[x509.Certificate, Any] | None) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        issuer_name=issuer[0].subject if issuer else subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=30),
    ).add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    if issuer:
        service = x509.UniformResourceIdentifier("http://ocsp.invalid")
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, service)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


def _response(leaf: x509.Certificate, root: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    now = datetime.now(UTC)
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=leaf,
        issuer=root,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=now - timedelta(hours=1),
        next_update=now + timedelta(days=1),
        revocation_time=None,
        revocation_reason=None,
    )
    signed = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, root).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


def now() -> datetime:
    """The clock that these certificates and responses are made by."""
    return datetime.now(UTC)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as link:
        link.bind((ADDRESS, 0))
        return int(link.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, log: Path) -> Iterator[int]:
    """A server, from when it listens until the test is done with it."""
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        try:
            _wait_for(port, process, log)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((ADDRESS, port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-500:]}")


@contextmanager
def s_server(keys: Keys, arguments: Sequence[str], certificates: Sequence[str] = ("rsa",)) -> Iterator[int]:
    """``openssl s_server`` as a small website."""
    port = free_port()
    named = [keys.files[kind] for kind in certificates]
    files = ["-cert", named[0], "-key", named[0], "-cert_chain", named[0]]
    for path in named[1:]:
        files += ["-dcert", path, "-dkey", path]
    command = [program("openssl"), "s_server", "-accept", f"{ADDRESS}:{port}", "-www", "-quiet", *files, *arguments]
    with running(command, port, keys.folder / "s_server.log"):
        yield port


_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen {address}:{port} ssl; {files} {settings} return 200 "hello"; }}
}}
"""


@contextmanager
def nginx(keys: Keys, settings: str, certificates: Sequence[str] = ("rsa",)) -> Iterator[int]:
    """nginx with one server."""
    port = free_port()
    files = "".join(
        f"ssl_certificate {keys.files[kind]}; ssl_certificate_key {keys.files[kind]};" for kind in certificates
    )
    path = keys.folder / "nginx.conf"
    text = _NGINX.format(folder=keys.folder, address=ADDRESS, port=port, files=files, settings=settings)
    path.write_text(text.replace("{keys}", str(keys.folder)))
    with running([program("nginx"), "-c", str(path), "-p", str(keys.folder)], port, keys.folder / "nginx.log"):
        yield port


_APACHE = """
ServerRoot {folder}
ServerName {name}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache-error.log
DefaultRuntimeDir {folder}
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
Listen {address}:{port}
SSLEngine on
SSLSessionCache none
{files}
{settings}
"""
_MODULES = "/usr/lib/apache2/modules"


@contextmanager
def apache(keys: Keys, settings: str, certificates: Sequence[str] = ("rsa",)) -> Iterator[int]:
    """Apache with mod_ssl and no page: it answers 404, over TLS."""
    port = free_port()
    files = "\n".join(f"SSLCertificateFile {keys.files[kind]}" for kind in certificates)
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    path = keys.folder / "apache.conf"
    path.write_text(
        _APACHE.format(
            folder=keys.folder,
            name=NAME,
            user=user,
            modules=_MODULES,
            address=ADDRESS,
            port=port,
            files=files,
            settings=settings,
        )
    )
    with running([program("apache2"), "-D", "FOREGROUND", "-f", str(path)], port, keys.folder / "apache.log"):
        yield port


@dataclass(frozen=True)
class Place:
    """Where a server is, and whether TLS begins after STARTTLS."""

    port: int
    address: str = ADDRESS
    starttls: bool = False

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True)
class Sslscan:
    """What sslscan says: versions by name, suites and groups by version, signature schemes of TLS 1.2."""

    versions: frozenset[str]
    suites: Mapping[str, frozenset[int]]
    groups: Mapping[str, frozenset[str]]
    signatures: frozenset[int]
    secure_renegotiation: bool
    compression: bool


def sslscan(place: Place) -> Sslscan:
    """Runs sslscan."""
    command = [
        program("sslscan"),
        "--show-sigs",
        "--no-heartbleed",
        "--xml=-",
        f"--sni-name={NAME}",
        *(["--starttls-smtp"] if place.starttls else []),
        str(place),
    ]
    text = subprocess.run(command, capture_output=True, check=True, timeout=120).stdout
    root = ElementTree.fromstring(text[text.index(b"<?xml") :])
    versions, suites, groups = set(), dict[str, set[int]](), dict[str, set[str]]()
    for found in root.iter("protocol"):
        if found.get("enabled") == "1":
            kind = "SSL" if found.get("type") == "ssl" else "TLS"
            number = found.get("version", "")
            versions.add(f"{kind} {number if '.' in number else number + '.0'}")
    for found in root.iter("cipher"):
        suites.setdefault(found.get("sslversion", ""), set()).add(int(found.get("id", "0"), 16))
    for found in root.iter("group"):
        groups.setdefault(found.get("sslversion", ""), set()).add(found.get("name", ""))
    tls12 = [item for item in root.iter("connection-signature-algorithm") if item.get("sslversion") == "TLSv1.2"]
    renegotiation = root.find(".//renegotiation")
    compression = root.find(".//compression")
    return Sslscan(
        frozenset(versions),
        {version: frozenset(found) for version, found in suites.items()},
        {version: frozenset(found) for version, found in groups.items()},
        frozenset(int(item.get("id", "0"), 16) for item in tls12),
        renegotiation is not None and renegotiation.get("secure") == "1",
        compression is not None and compression.get("supported") == "1",
    )


@dataclass(frozen=True)
class Testssl:
    """What testssl.sh says: versions by name, suites of TLS 1.2 and 1.3, curves as OpenSSL names them, and its other findings
    as they are.
    """

    versions: frozenset[str]
    suites: Mapping[str, frozenset[int]]
    curves: frozenset[str]
    findings: Mapping[str, str]

    def finding(self, name: str) -> str:
        """A finding; of a server with two certificates that about the first."""
        return next(found for key, found in self.findings.items() if key.split(" <")[0] == name)


_TESTSSL_VERSIONS = {"SSLv2": "SSL 2.0", "SSLv3": "SSL 3.0", "TLS1": "TLS 1.0", "TLS1_1": "TLS 1.1"}
_TESTSSL_VERSIONS |= {"TLS1_2": "TLS 1.2", "TLS1_3": "TLS 1.3"}


def run_testssl(place: Place, folder: Path) -> Testssl:
    """Runs testssl.sh for versions, suites, groups, the server's defaults, renegotiation and compression; nothing else, as
    a full run takes three minutes.
    """
    path = folder / "testssl.json"
    asked = ["-p", "-E", "-f", "-S", "-R", "-C", *(["-t", "smtp"] if place.starttls else [])]
    shown = ["--quiet", "--ip", "one", "--color", "0", "--warnings", "off", "--jsonfile", str(path)]
    command = [program("testssl"), *shown, *asked, str(place)]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=400)
    found = {item["id"]: str(item["finding"]) for item in json.loads(path.read_text("utf-8"))}
    suites: dict[str, set[int]] = {}
    for name in found:
        if match := re.fullmatch(r"cipher-(\w+)_x([0-9a-f]+)", name):
            suites.setdefault(match[1], set()).add(int(match[2], 16))
    return Testssl(
        frozenset(name for key, name in _TESTSSL_VERSIONS.items() if found.get(key, "").startswith("offered")),
        {version: frozenset(codes) for version, codes in suites.items()},
        frozenset(found.get("PFS_ECDHE_curves", "").split()),
        found,
    )


def sslyze(port: int, folder: Path) -> Mapping[str, Any]:
    """Runs SSLyze, and gives the results of its commands by name."""
    path = folder / "sslyze.json"
    asked = ["--tlsv1_2", "--elliptic_curves", "--early_data", "--reneg", "--compression", "--ems"]
    command = [program("sslyze"), f"--json_out={path}", f"--sni={NAME}", *asked, f"{ADDRESS}:{port}"]
    subprocess.run(command, capture_output=True, check=False, timeout=300)
    [server] = json.loads(path.read_text("utf-8"))["server_scan_results"]
    return {name: found["result"] for name, found in server["scan_result"].items()}


def s_client(place: Place, *arguments: str) -> str:
    """What ``openssl s_client`` prints of a connection on which it sends a request."""
    starttls = ["-starttls", "smtp"] if place.starttls else []
    command = [program("openssl"), "s_client", "-connect", str(place), "-servername", NAME, *starttls, *arguments]
    done = subprocess.run(command, input=b"GET / HTTP/1.0\r\n\r\n", capture_output=True, check=False, timeout=60)
    return (done.stdout + done.stderr).decode("latin-1")
