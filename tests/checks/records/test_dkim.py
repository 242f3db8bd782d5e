"""DKIM keys: kind, size and what they are worth (RFC 6376 section 3.6.1, RFC 8301, RFC 8463)."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from checks.records.dkim import KeyState, keys, parse

# A 512-bit SubjectPublicKeyInfo: the frame of RFC 8017 around an odd number of 512 bits (no library makes one any more).
_MODULUS = (1 << 511) + 0x1234567
_BARE_512 = b"\x30\x48\x02\x41\x00" + _MODULUS.to_bytes(64, "big") + b"\x02\x03\x01\x00\x01"
_SPKI_512 = b"\x30\x5c\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x03\x4b\x00" + _BARE_512


def _rsa(bits: int, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> str:
    public = rsa.generate_private_key(65537, bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, form)).decode("ascii")


def _ed25519() -> str:
    public = Ed25519PrivateKey.generate().public_key()
    return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode("ascii")


@pytest.mark.parametrize(
    ("text", "state", "bits"),
    [
        (f"v=DKIM1; k=rsa; p={_rsa(2048)}", KeyState.GOOD, 2048),
        (f"p={_rsa(2048, PublicFormat.PKCS1)}", KeyState.GOOD, 2048),
        (f"v=DKIM1; p={_rsa(1024)}", KeyState.SHORT, 1024),
        (f"v=DKIM1; p={base64.b64encode(_SPKI_512).decode()}", KeyState.WEAK, 512),
        (f"v=DKIM1; p={base64.b64encode(_BARE_512).decode()}", KeyState.WEAK, 512),
        (f"v=DKIM1; k=ed25519; p={_ed25519()}", KeyState.GOOD, 256),
        ("v=DKIM1; k=ed25519; p=AAAA", KeyState.UNREADABLE, 0),
        ("v=DKIM1; p=", KeyState.REVOKED, 0),
        ("v=DKIM1; k=dilithium; p=AAAA", KeyState.UNKNOWN_TYPE, 0),
        ("v=DKIM1; p=not base64!", KeyState.UNREADABLE, 0),
        (f"v=DKIM1; h=sha1; p={_rsa(2048)}", KeyState.UNUSABLE, 2048),
        (f"v=DKIM1; h=sha1 : SHA256; s=email; p={_rsa(2048)}", KeyState.GOOD, 2048),
        (f"v=DKIM1; s=tlsrpt; p={_rsa(2048)}", KeyState.UNUSABLE, 2048),
        (f"v=DKIM1; k=rsa; k=ed25519; p={_rsa(2048)}", KeyState.UNREADABLE, 0),
    ],
    ids=[
        "RSA",
        "RSA, bare",
        "1024 bits",
        "512 bits",
        "512 bits, bare",
        "Ed25519",
        "too short",
        "empty",
        "unknown type",
        "no base64",
        "SHA-1 only (RFC 8301 section 3.1)",
        "SHA-256 among others, for mail",
        "for TLS reports only (RFC 8460 section 3)",
        "a tag twice (RFC 6376 section 3.2)",
    ],
)
def test_the_worth_of_a_key(text: str, state: KeyState, bits: int) -> None:
    key = parse(text)
    assert key is not None
    assert (key.state, key.bits) == (state, bits)


@pytest.mark.parametrize("text", ["v=spf1 -all", "v=DKIM2; p=AAAA", "k=rsa", "", "p AAAA"])
def test_other_texts_are_no_keys(text: str) -> None:
    assert parse(text) is None


def test_the_testing_flag_is_told() -> None:
    (key,) = keys(["v=DKIM1; t=s:y; p="])
    assert key.testing


def test_a_key_may_be_spread_over_the_text() -> None:
    data = _rsa(2048)
    key = parse(f"v=DKIM1; p={data[:100]} {data[100:]}")
    assert key is not None
    assert key.state is KeyState.GOOD


@given(st.text(max_size=300))
def test_any_text_is_judged_without_a_crash(text: str) -> None:
    parse("p=" + text)


@given(st.binary(max_size=300))
def test_any_bytes_are_judged_without_a_crash(data: bytes) -> None:
    key = parse("p=" + base64.b64encode(data).decode("ascii"))
    assert key is not None
