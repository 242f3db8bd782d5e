"""What may be pasted to make a record from, and what is refused without a trace."""

from __future__ import annotations

import base64
import contextlib
import logging

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.tools.material import Item, Kind, Problem, Refused, read
from tests.checks.made import Made

UNHURRIED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ROOT = Made.issued("Root", ca=True, cert_sign=True)
MIDDLE = Made.issued("Middle", ROOT, ca=True, cert_sign=True)
LEAF = Made.issued("host", MIDDLE, names=("mx1.good.example",))


def pem(*made: Made) -> str:
    return "".join(one.certificate.public_bytes(Encoding.PEM).decode() for one in made)


def problem(text: str) -> Problem:
    with pytest.raises(Refused) as caught:
        read(text)
    return caught.value.problem


def block(label: str, data: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(data).decode()}-----END {label}-----\n"


def secrets() -> list[tuple[str, str]]:
    key = ec.generate_private_key(ec.SECP256R1())
    small = rsa.generate_private_key(65537, 2048)
    edwards = ed25519.Ed25519PrivateKey.generate()
    plain, locked = NoEncryption(), BestAvailableEncryption(b"word")
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, plain)
    encrypted = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, locked)
    return [
        ("pkcs8", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain).decode()),
        ("sec1", key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, plain).decode()),
        ("pkcs1", small.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, plain).decode()),
        ("encrypted", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()),
        ("openssh", edwards.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, plain).decode()),
        ("behind a certificate", pem(LEAF) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain).decode()),
        ("labelled as a certificate", block("CERTIFICATE", pkcs8)),
        ("encrypted, labelled as a public key", block("PUBLIC KEY", encrypted)),
        ("without dashes", base64.encodebytes(pkcs8).decode()),
        ("only its first line", "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE"),
        ("in small letters", "-----begin private key-----\nMHcC\n-----end private key-----"),
    ]


@pytest.mark.parametrize(("name", "text"), secrets(), ids=lambda value: value if len(value) < 40 else "")
def test_a_private_key_is_refused_in_every_disguise_and_no_word_of_it_is_repeated(
    name: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(Refused) as caught:
        read(text)
    assert caught.value.problem is Problem.PRIVATE_KEY
    assert (str(caught.value), caught.value.__cause__, caplog.text) == ("private-key", None, "")


def test_a_chain_comes_leaf_first_wherever_it_stood() -> None:
    items = read(pem(MIDDLE, ROOT, LEAF))
    assert [item.der for item in items] == [LEAF.der, MIDDLE.der, ROOT.der]
    assert [item.authority for item in items] == [False, True, True]
    assert items[0].names == ("mx1.good.example",)
    assert items[0].key == "EC secp256r1"


def test_a_bundle_is_read_as_its_certificates() -> None:
    bundle = serialize_certificates([LEAF.certificate, MIDDLE.certificate], Encoding.PEM).decode()
    assert {item.der for item in read(bundle)} == {LEAF.der, MIDDLE.der}


def test_a_signing_request_and_a_public_key_give_the_key() -> None:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(LEAF.key, hashes.SHA256())
    public = LEAF.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for text, kind in ((request.public_bytes(Encoding.PEM), Kind.REQUEST), (public, Kind.PUBLIC_KEY)):
        (item,) = read(text.decode())
        assert (item.kind, item.spki, item.der) == (kind, LEAF.spki, b"")


def test_a_request_whose_signature_is_wrong_is_refused() -> None:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(LEAF.key, hashes.SHA256())
    der = bytearray(request.public_bytes(Encoding.DER))
    der[-1] ^= 1
    assert problem(block("CERTIFICATE REQUEST", bytes(der))) is Problem.UNREADABLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Problem.EMPTY),
        (" \n\t ", Problem.EMPTY),
        ("hello", Problem.NO_PEM),
        ("-----BEGIN CERTIFICATE-----", Problem.NO_PEM),
        (block("CERTIFICATE", b"nonsense"), Problem.UNREADABLE),
        ("-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----", Problem.UNREADABLE),
        (block("X509 CRL", b"nonsense"), Problem.OTHER_BLOCK),
        ("a" * 70_000, Problem.TOO_LONG),
        (block("CERTIFICATE", b"x") * 21, Problem.TOO_MANY),
    ],
    ids=str,
)
def test_what_cannot_be_used_says_why(text: str, expected: Problem) -> None:
    assert problem(text) is expected


@UNHURRIED
@given(st.text(max_size=400))
def test_no_text_leads_to_anything_but_items_or_a_reason(text: str) -> None:
    with contextlib.suppress(Refused):
        assert all(isinstance(item, Item) for item in read(text))


@UNHURRIED
@given(st.binary(max_size=200), st.sampled_from(["CERTIFICATE", "PUBLIC KEY", "CERTIFICATE REQUEST", "PKCS7"]))
def test_no_bytes_in_a_block_lead_to_anything_but_items_or_a_reason(data: bytes, label: str) -> None:
    with contextlib.suppress(Refused):
        assert all(isinstance(item, Item) for item in read(block(label, data)))
