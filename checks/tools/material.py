"""What people paste to make a record from: certificates, chains, public keys and signing requests in PEM. A private key
is refused, whatever it is labelled, and no message ever repeats a word of what was pasted.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

from checks.evaluate import certificate

LONGEST = 65_536  # characters
MOST_BLOCKS = 20
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,60})-----(.*?)-----END \1-----", re.DOTALL)
_SECRET = re.compile(r"PRIVATE\s*KEY|BEGIN\s+PGP|openssh-key-v1", re.IGNORECASE)


class Kind(StrEnum):
    """What a block of PEM is."""

    CERTIFICATE = "certificate"
    REQUEST = "request"
    PUBLIC_KEY = "public-key"


class Problem(StrEnum):
    """Why a text cannot be used."""

    EMPTY = "empty"
    PRIVATE_KEY = "private-key"
    TOO_LONG = "too-long"
    TOO_MANY = "too-many"
    NO_PEM = "no-pem"
    OTHER_BLOCK = "other-block"
    UNREADABLE = "unreadable"


class Refused(ValueError):
    """A text that is not used; ``problem`` says why. Holds nothing of the text."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a record can be about. ``der`` is the whole certificate, empty for a key or a request; ``spki`` its
    public key (SubjectPublicKeyInfo). ``words`` are for people.
    """

    kind: Kind
    spki: bytes = field(repr=False)
    der: bytes = field(default=b"", repr=False)
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    key: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    authority: bool = False


def read(text: str) -> tuple[Item, ...]:
    """The items in the order they were pasted, for a chain the leaf first wherever it stood. Raises Refused."""
    if len(text) > LONGEST:
        raise Refused(Problem.TOO_LONG)
    if _SECRET.search(text):
        raise Refused(Problem.PRIVATE_KEY)
    if not text.strip():
        raise Refused(Problem.EMPTY)
    blocks = _BLOCK.findall(text)
    if not blocks:
        _refuse_bare_secret(text)
        raise Refused(Problem.NO_PEM)
    if len(blocks) > MOST_BLOCKS:
        raise Refused(Problem.TOO_MANY)
    return _leaf_first([item for label, body in blocks for item in _items(label, _der(body))])


def from_chain(ders: Sequence[bytes]) -> tuple[Item, ...]:
    """The items of a chain as a server sent it, in that order; what cannot be read is left out."""
    found = []
    for der in ders:
        try:
            found.append(_certificate(der))
        except Refused:
            continue
    return tuple(found)


def _der(body: str) -> bytes:
    """The bytes of a block; header lines of old forms (RFC 1421) are for encrypted keys only, and so no base64."""
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Problem.UNREADABLE) from None
    if _is_secret(der):
        raise Refused(Problem.PRIVATE_KEY)
    return der


def _refuse_bare_secret(text: str) -> None:
    """A private key may come without its lines of dashes."""
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return
    if _is_secret(der):
        raise Refused(Problem.PRIVATE_KEY)


def _is_secret(der: bytes) -> bool:
    try:
        load_der_private_key(der, None)
    except TypeError:  # it is one, and asks for a password
        return True
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _items(label: str, der: bytes) -> list[Item]:
    match label:
        case "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE":
            return [_certificate(der)]
        case "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST":
            return [_request(der)]
        case "PUBLIC KEY":
            return [_public_key(der)]
        case "PKCS7":
            return _bundle(der)
    raise Refused(Problem.OTHER_BLOCK)


def _bundle(der: bytes) -> list[Item]:
    try:
        found = load_der_pkcs7_certificates(der)
    except (ValueError, UnsupportedAlgorithm):
        raise Refused(Problem.UNREADABLE) from None
    if len(found) > MOST_BLOCKS:
        raise Refused(Problem.TOO_MANY)
    return [_certificate(item.public_bytes(Encoding.DER)) for item in found]


def _certificate(der: bytes) -> Item:
    try:
        item = x509.load_der_x509_certificate(der)
        spki = item.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        shown = certificate.describe(item)
        return Item(
            Kind.CERTIFICATE,
            spki,
            item.public_bytes(Encoding.DER),
            shown["subject"],
            shown["issuer"],
            tuple(shown["names"]),
            shown["key"],
            item.not_valid_before_utc,
            item.not_valid_after_utc,
            _is_authority(item),
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(Problem.UNREADABLE) from None


def _is_authority(item: x509.Certificate) -> bool:
    try:
        return bool(item.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _request(der: bytes) -> Item:
    try:
        item = x509.load_der_x509_csr(der)
        if not item.is_signature_valid:
            raise Refused(Problem.UNREADABLE)
        key = item.public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Item(Kind.REQUEST, spki, subject=item.subject.rfc4514_string()[:300], key=certificate.words_of_key(key))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(Problem.UNREADABLE) from None


def _public_key(der: bytes) -> Item:
    try:
        key = load_der_public_key(der)
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused(Problem.UNREADABLE) from None
    return Item(Kind.PUBLIC_KEY, spki, key=certificate.words_of_key(key))


def _leaf_first(items: list[Item]) -> tuple[Item, ...]:
    """Authorities after what is none; a stable order otherwise. A single authority stays alone: it may be meant."""
    return tuple(sorted(items, key=lambda item: item.authority))
