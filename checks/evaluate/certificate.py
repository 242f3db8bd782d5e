"""Certificates: reading them, their names (RFC 9525), whether the chain is trusted, and what to show of each."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import NameOID

from checks.facts.tls import TlsHandshake
from checks.model import Observation

if TYPE_CHECKING:
    from checks.evaluate.view import View

MOST_NAMES = 100  # of a certificate that are shown and compared; the CA/Browser Forum allows more, nobody reads them


class Trust(StrEnum):
    """Whether the chain that was sent leads to a trusted root."""

    OK = "ok"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    INCOMPLETE = "incomplete"
    SELF_SIGNED = "self-signed"
    UNKNOWN_ROOT = "unknown-root"
    OTHER = "other"


class Name(StrEnum):
    """Whether the certificate is for the host that was asked for."""

    OK = "ok"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"
    MISMATCH_DANE_TA = "mismatch-dane-ta"


# X509_V_ERR_* of OpenSSL (openssl/x509_vfy.h)
_TRUST = {
    0: Trust.OK,
    2: Trust.INCOMPLETE,  # UNABLE_TO_GET_ISSUER_CERT
    9: Trust.NOT_YET_VALID,
    10: Trust.EXPIRED,
    18: Trust.SELF_SIGNED,  # DEPTH_ZERO_SELF_SIGNED_CERT
    19: Trust.UNKNOWN_ROOT,  # SELF_SIGNED_CERT_IN_CHAIN
    20: Trust.INCOMPLETE,  # UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    21: Trust.INCOMPLETE,  # UNABLE_TO_VERIFY_LEAF_SIGNATURE
}


def load(der: str) -> x509.Certificate | None:
    """The certificate in base64 DER, or None when it cannot be read."""
    try:
        return x509.load_der_x509_certificate(base64.b64decode(der))
    except ValueError:
        return None


def trust(handshake: TlsHandshake) -> Trust:
    """What OpenSSL's word on the chain means."""
    return _TRUST.get(handshake.verification.code, Trust.OTHER)


def dns_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names of the certificate: subject alternative names only (RFC 9525 section 6.3)."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError, UnsupportedAlgorithm):
        return ()
    return tuple(name.lower() for name in extension.value.get_values_for_type(x509.DNSName))[:MOST_NAMES]


def common_name(certificate: x509.Certificate) -> str:
    """The Common Name of the subject, or an empty string."""
    try:
        attributes = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:
        return ""
    return str(attributes[0].value) if attributes else ""


def matches(presented: Iterable[str], reference: str) -> bool:
    """Whether one of the names covers the host: equal without case, or ``*`` as the whole leftmost label (RFC 9525
    section 6.3).
    """
    host = reference.rstrip(".").lower()
    parent = host.partition(".")[2]
    return any(
        name in (host, f"*.{parent}" if parent else host) for name in (given.rstrip(".").lower() for given in presented)
    )


def observe_trust(view: View, handshake: TlsHandshake, host: str, address: str) -> Observation:
    """One row of a chain check."""
    word = handshake.verification
    evidence = {
        "openssl": f"{word.message} (code {word.code}, depth {word.depth})",
        "certificates": describe_chain(view, handshake),
    }
    if not handshake.chain:
        return Observation(host, Trust.OTHER, {"openssl": "no certificate", "certificates": []}, address)
    remarks = {"remarks": found} if (found := chain_remarks(view.chain(handshake))) else {}
    return Observation(host, trust(handshake), {**evidence, **_dates(view, handshake), **remarks}, address)


def chain_remarks(chain: Sequence[x509.Certificate | None]) -> list[str]:
    """What is untidy in a chain as it was sent, as codes; none of it stops a client that searches (RFC 8446 section
    4.4.2). Nothing is said of a chain that cannot be read.
    """
    read = [certificate for certificate in chain if certificate is not None]
    if len(read) != len(chain) or not read:
        return []
    leaf, *others = read
    needed = _above(leaf, others)
    early = [
        one
        for at, one in enumerate(read)
        if one in needed and not any(before.issuer == one.subject for before in read[:at])
    ]
    found = {
        "wrong-order": bool(early),
        "extra-certificates": any(one not in needed for one in others),
        "root-sent": any(one.issuer == one.subject for one in needed),
    }
    return [code for code, holds in found.items() if holds]


def _above(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The certificates that are named as an issuer on the way up from the leaf, in any order."""
    reached = [leaf]
    for below in reached:
        reached += [one for one in others if one.subject == below.issuer and one not in reached]
    return reached[1:]


def observe_name(view: View, handshake: TlsHandshake, host: str, address: str, *, dane_ta: bool = False) -> Observation:
    """One row of a name check. With a DANE-TA record the name decides whether a sender delivers (RFC 7672 section
    3.2.2).
    """
    leaf = next(iter(view.chain(handshake)), None)
    names = dns_names(leaf) if leaf else ()
    found = Name.OK if matches(names, host) else (Name.MISMATCH_DANE_TA if dane_ta else Name.MISMATCH)
    return Observation(host, found, {"names": list(names), "name_list": ", ".join(names[:5]) or "–"}, address)


def _dates(view: View, handshake: TlsHandshake) -> dict[str, Any]:
    leaf = next(iter(view.chain(handshake)), None)
    if leaf is None:
        return {}
    return {
        "not_before": leaf.not_valid_before_utc.date().isoformat(),
        "not_after": leaf.not_valid_after_utc.date().isoformat(),
    }


def describe_chain(view: View, handshake: TlsHandshake) -> list[dict[str, Any]]:
    """What to show of each certificate that was sent."""
    return [describe(certificate) for certificate in view.chain(handshake)]


def describe(certificate: x509.Certificate | None) -> dict[str, Any]:
    """One certificate in words; an unreadable one says so."""
    if certificate is None:
        return {"subject": "unreadable"}
    return {
        "subject": _name(certificate, "subject"),
        "issuer": _name(certificate, "issuer"),
        "names": list(dns_names(certificate)),
        "not_before": certificate.not_valid_before_utc.isoformat().replace("+00:00", "Z"),
        "not_after": certificate.not_valid_after_utc.isoformat().replace("+00:00", "Z"),
        "key": key_words(certificate),
        "signature": _signature_words(certificate),
    }


def _name(certificate: x509.Certificate, which: str) -> str:
    try:
        name: x509.Name = getattr(certificate, which)
        return name.rfc4514_string()[:300]
    except ValueError:
        return "unreadable"


def key_words(certificate: x509.Certificate) -> str:
    """The public key in words: ``RSA 3072``, ``EC secp256r1``, ``Ed25519``."""
    try:
        return words_of_key(certificate.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return "unknown"


def words_of_key(key: PublicKeyTypes) -> str:
    """A public key in the same words."""
    match key:
        case rsa.RSAPublicKey():
            return f"RSA {key.key_size}"
        case ec.EllipticCurvePublicKey():
            return f"EC {key.curve.name}"
        case dsa.DSAPublicKey():
            return f"DSA {key.key_size}"
        case _:
            return type(key).__name__.removesuffix("PublicKey").lstrip("_")


def _signature_words(certificate: x509.Certificate) -> str:
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "unknown"
    return digest.name if digest else str(certificate.signature_algorithm_oid.dotted_string)
