"""Independent programs that judge TLSA records against a chain: OpenSSL over a connection, ldns-dane from files; and danetool, which works out the data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.agreement.chains import MX, NOW, Shape
from tests.checks.made import Made

PATIENCE = 20.0


def program(name: str, package: str) -> str:
    """The path of a program; without it the test is skipped, or fails where everything should be there."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        reason = f"{name} (Debian package {package}) is not on this machine"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def pem(made: Made) -> bytes:
    return made.certificate.public_bytes(Encoding.PEM)


def key_pem(made: Made) -> bytes:
    return made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@dataclass(frozen=True, slots=True)
class OpenSsl:
    """OpenSSL's client at a server that shows one chain."""

    path: str
    port: str

    def accepts(self, records: Sequence[str]) -> bool:
        """Whether a client that ignores names for DANE-EE, as mail does, is content."""
        command = [self.path, "s_client", "-connect", f"127.0.0.1:{self.port}", "-servername", MX, "-brief"]
        command += ["-attime", str(int(NOW.timestamp())), "-dane_tlsa_domain", MX, "-dane_ee_no_namechecks"]
        for record in records:
            command += ["-dane_tlsa_rrdata", record]
        done = subprocess.run(command, input="", capture_output=True, text=True, timeout=PATIENCE, check=False)
        verdicts = re.findall(r"^Verification(: OK| error: .*)$", done.stdout + done.stderr, re.MULTILINE)
        assert verdicts, done.stdout + done.stderr
        return bool(verdicts[-1] == ": OK")


@contextmanager
def openssl_at(shape: Shape, folder: Path) -> Iterator[OpenSsl]:
    """A server of OpenSSL's own that shows the chain, exactly as it is."""
    path = program("openssl", "openssl")
    (folder / "leaf.pem").write_bytes(pem(shape.chain[0]))
    (folder / "leaf.key").write_bytes(key_pem(shape.chain[0]))
    (folder / "rest.pem").write_bytes(b"".join(map(pem, shape.chain[1:])))
    command = [path, "s_server", "-accept", "127.0.0.1:0", "-cert", "leaf.pem", "-key", "leaf.key"]
    if shape.chain[1:]:
        command += ["-cert_chain", "rest.pem"]
    log = folder / "server.log"  # a file never fills up, as a pipe would
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)
    try:
        yield OpenSsl(path, _port(process, log))
    finally:
        process.kill()
        process.communicate()


def _port(process: subprocess.Popen[bytes], log: Path) -> str:
    """The port that the server chose, once it says so."""
    for _ in range(500):
        if found := re.search(r"^ACCEPT \S+:(\d+)$", log.read_text("latin-1"), re.MULTILINE):
            return found[1]
        assert process.poll() is None, "OpenSSL's server did not start"
        time.sleep(0.02)
    raise RuntimeError("OpenSSL's server did not say where it listens")


def ldns_dane_accepts(shape: Shape, records: Sequence[str], folder: Path) -> bool:
    """What ldns-dane says of a chain in a file; ``-n`` switches names off for DANE-EE only."""
    path = program("ldns-dane", "ldnsutils")
    (folder / "chain.pem").write_bytes(b"".join(map(pem, shape.chain)))
    (folder / "tlsa").write_text("".join(f"_25._tcp.{MX}. 3600 IN TLSA {record}\n" for record in records))
    command = [path, "-n", "-t", "tlsa", "-c", "chain.pem", "verify", MX, "25"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return "dane-validated successfully" in done.stdout


def danetool_record(made: Made, folder: Path, *, issuer: bool, certificate: bool, digest: str) -> str:
    """The record that danetool advises for a certificate, as ``3 1 1 data``."""
    path = program("danetool", "gnutls-bin")
    (folder / "one.pem").write_bytes(pem(made))
    command = [path, "--tlsa-rr", "--host", MX, "--port", "25", "--load-certificate", "one.pem", "--hash", digest]
    command += ["--ca"] * issuer + ["--x509"] * certificate
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=True)
    found = re.search(r"TLSA \( (\d+) (\d+) (\d+) ([0-9a-f]+) \)", done.stdout)
    assert found, done.stdout
    usage, selector, matching, data = found.groups()
    return f"{int(usage)} {int(selector)} {int(matching)} {data}"
