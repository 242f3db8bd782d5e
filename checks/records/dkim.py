"""DKIM key records (RFC 6376 section 3.6.1, RFC 8463): text to key. Selectors are not looked for here."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

LEAST_RSA = 1024  # bits; signers and verifiers use no less (RFC 8301 section 3.2)
GOOD_RSA = 2048  # bits that signers should use (RFC 8301 section 3.2)
_ED25519 = 32  # bytes of a public key
_MOST = 8192  # characters of a key that are decoded


class KeyState(StrEnum):
    """What a key is worth, best to worst."""

    GOOD = "good"
    SHORT = "short"  # RSA of 1024 bits and more, under 2048
    REVOKED = "revoked"  # an empty ``p``
    UNUSABLE = "unusable"  # not for mail, or for no hash that verifiers take
    UNKNOWN_TYPE = "unknown-type"
    UNREADABLE = "unreadable"
    WEAK = "weak"  # RSA under 1024 bits: anybody can compute the private key


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key record. ``bits`` is 0 when the key cannot be read; ``testing`` is ``t=y``."""

    state: KeyState
    key_type: str
    bits: int = 0
    testing: bool = False


_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=([^;]*)", re.DOTALL)


def parse(text: str) -> DkimKey | None:
    """The key of a TXT text, or None when the text is no DKIM record: it lacks ``p``, or has another version."""
    pairs = [(match[1], match[2].strip()) for piece in text.split(";") if (match := _TAG.fullmatch(piece))]
    tags = dict(pairs)
    if "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return None
    key_type = tags.get("k", "rsa").lower() or "rsa"
    testing = "y" in _listed(tags.get("t", ""))
    state, bits = _judge(key_type, "".join(tags["p"].split()))
    if len(tags) < len(pairs):  # a tag that comes twice spoils the list (RFC 6376 section 3.2)
        state = KeyState.UNREADABLE
    elif state in _OF_USE and not _is_for_mail(tags):
        state = KeyState.UNUSABLE
    return DkimKey(state, key_type[:20], bits, testing)


_OF_USE = (KeyState.GOOD, KeyState.SHORT)


def _listed(value: str) -> frozenset[str]:
    return frozenset(item.strip().lower() for item in value.split(":"))


def _is_for_mail(tags: Mapping[str, str]) -> bool:
    """RFC 6376 section 3.6.1: service types and hashes, where the record names any; RFC 8301 section 3.1 left SHA-256."""
    services, hashes = _listed(tags.get("s", "*")), _listed(tags.get("h", "sha256"))
    return bool(services & {"*", "email"}) and "sha256" in hashes


def _judge(key_type: str, data: str) -> tuple[KeyState, int]:
    if not data:
        return KeyState.REVOKED, 0
    if key_type not in ("rsa", "ed25519"):
        return KeyState.UNKNOWN_TYPE, 0
    try:
        octets = base64.b64decode(data[:_MOST], validate=True)
    except (binascii.Error, ValueError):
        return KeyState.UNREADABLE, 0
    if key_type == "ed25519":
        return (KeyState.GOOD, 256) if len(octets) == _ED25519 else (KeyState.UNREADABLE, 0)
    bits = _rsa_bits(octets)
    if not bits:
        return KeyState.UNREADABLE, 0
    if bits < LEAST_RSA:
        return KeyState.WEAK, bits
    return (KeyState.GOOD if bits >= GOOD_RSA else KeyState.SHORT), bits


def _rsa_bits(octets: bytes) -> int:
    """The size of the modulus, from a SubjectPublicKeyInfo or, as many publish it, a bare RSAPublicKey (RFC 8017
    appendix A.1.1). 0 when it is neither."""
    try:
        key = load_der_public_key(octets)
        return key.key_size if isinstance(key, RSAPublicKey) else 0
    except (ValueError, UnsupportedAlgorithm):
        return _modulus_bits(octets)


def _modulus_bits(octets: bytes) -> int:
    """SEQUENCE of INTEGER (modulus) and INTEGER: the library refuses keys this short or bare, their size is plain to
    see."""
    for place in range(min(len(octets), 40)):
        sequence = _value(octets, place, 0x30)
        modulus = _value(sequence, 0, 0x02) if sequence else b""
        if modulus and place + len(sequence) <= len(octets) and len(modulus) >= 32:
            return int.from_bytes(modulus, "big").bit_length()
    return 0


def _value(octets: bytes, place: int, tag: int) -> bytes:
    """The contents of a DER element at ``place``; empty when it is not of this tag or not whole."""
    if len(octets) < place + 2 or octets[place] != tag:
        return b""
    length, start = octets[place + 1], place + 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(octets[start : start + size], "big"), start + size
    return octets[start : start + length] if len(octets) >= start + length else b""


def keys(texts: Sequence[str]) -> tuple[DkimKey, ...]:
    """The keys among the TXT texts of one selector."""
    return tuple(key for text in texts if (key := parse(text)) is not None)
