"""The records that we make beside those of other people's programs, over a matrix of certificates and choices: hash-slinger's ``tlsa``, ldns-dane, danetool and OpenSSL."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from checks.tools.make import Choice, record
from checks.tools.material import read
from tests.agreement.chains import ALONE, ALONE_CA, LEAF, MIDDLE, MX, ROOT
from tests.agreement.judges import PATIENCE, danetool_record, key_pem, pem, program
from tests.checks.made import Made

pytestmark = pytest.mark.servers

CERTIFICATES = {"leaf": LEAF, "middle": MIDDLE, "root": ROOT, "alone": ALONE, "alone-ca": ALONE_CA}
CHOICES = [(usage, selector, matching) for usage in range(4) for selector in (0, 1) for matching in (0, 1, 2)]
about = pytest.mark.parametrize("made", CERTIFICATES.values(), ids=CERTIFICATES)


def ours(made: Made, usage: int, selector: int, matching: int) -> str:
    (item,) = read(pem(made).decode())
    return record(item, Choice.of(usage, selector, matching)).text


def said(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return done.stdout


def rdata(line: str) -> str:
    """``3 1 1 data`` out of a line of a zone file, in whatever case and spacing."""
    fields = line.split("TLSA")[-1].replace("(", " ").replace(")", " ").split()
    return " ".join(fields[:3]) + " " + "".join(fields[3:]).lower()


@about
def test_hash_slinger_makes_the_same_records(made: Made, tmp_path: Path) -> None:
    path = program("tlsa", "hash-slinger")
    (tmp_path / "one.pem").write_bytes(pem(made))
    for usage, selector, matching in CHOICES:
        if usage in (0, 2) and made in (LEAF, ALONE):
            continue  # it refuses to make an authority of what is none
        numbers = ["--usage", str(usage), "--selector", str(selector), "--mtype", str(matching)]
        command = [path, "--create", "--output", "rfc", "--port", "25", "--certificate", "one.pem", *numbers, MX]
        line = next(line for line in said(command, tmp_path).splitlines() if "TLSA" in line)
        assert rdata(line) == ours(made, usage, selector, matching)


@about
def test_ldns_dane_makes_the_same_records(made: Made, tmp_path: Path) -> None:
    path = program("ldns-dane", "ldnsutils")
    (tmp_path / "one.pem").write_bytes(pem(made))
    for selector in (0, 1):
        for matching in (0, 1, 2):
            command = [path, "-n", "-c", "one.pem", "create", MX, "25", "3", str(selector), str(matching)]
            assert rdata(said(command, tmp_path)) == ours(made, 3, selector, matching)


@about
@pytest.mark.parametrize("issuer", [True, False], ids=["usage-2", "usage-3"])
def test_danetool_makes_the_same_records(made: Made, issuer: bool, tmp_path: Path) -> None:
    for certificate in (True, False):
        for digest, matching in (("sha256", 1), ("sha512", 2)):
            theirs = danetool_record(made, tmp_path, issuer=issuer, certificate=certificate, digest=digest)
            assert theirs == ours(made, 2 if issuer else 3, 0 if certificate else 1, matching)


@about
def test_openssl_digests_to_the_same_data(made: Made, tmp_path: Path) -> None:
    """By the commands that administrators know: x509 or pkey to DER, then a digest."""
    path = program("openssl", "openssl")
    (tmp_path / "one.pem").write_bytes(pem(made))
    (tmp_path / "one.key").write_bytes(key_pem(made))
    said([path, "x509", "-in", "one.pem", "-outform", "DER", "-out", "0.der"], tmp_path)
    said([path, "pkey", "-in", "one.key", "-pubout", "-outform", "DER", "-out", "1.der"], tmp_path)
    for selector in (0, 1):
        for matching, digest in ((1, "-sha256"), (2, "-sha512")):
            data = said([path, "dgst", digest, "-r", f"{selector}.der"], tmp_path).split()[0]
            assert ours(made, 3, selector, matching) == f"3 {selector} {matching} {data}"
