"""Keys and signatures of all certificates that a server sends, for RSA and for ECDSA, and the stapled OCSP response."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from checks.evaluate.certificate import common_name, key_words, load
from checks.evaluate.tls import Levels
from checks.evaluate.tls_reading import Reading
from checks.evaluate.tls_subjects import Judged
from checks.evaluate.view import View
from checks.policy.tls_profile import Level, TlsProfile, worst

MOST_NAMED = 3
_ED25519, _ED448 = "1.3.101.112", "1.3.101.113"


class Staple(StrEnum):
    """The OCSP response that the server staples."""

    OK = "ok"
    NOT_IN_CERTIFICATE = "not-in-certificate"
    NO_TLS = "no-tls"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    DEMANDED = "demanded"  # the certificate itself demands one (RFC 7633)
    BAD = "bad"


def keys(reading: Reading, _: View) -> Judged:
    """The public keys, roots left out."""
    return _levels(reading, lambda found: (key_words(found), key_level(found, reading.profile)))


def signatures(reading: Reading, _: View) -> Judged:
    """The hashes of the signatures on the certificates, roots left out."""
    return _levels(reading, lambda found: (_digest(found), signature_level(found, reading.profile)))


def _levels(reading: Reading, judge: Callable[[x509.Certificate], tuple[str, Level]]) -> Judged:
    rows: list[tuple[str, str, Level]] = []
    for certificate in _sent(reading):
        words, level = ("unreadable", Level.INSUFFICIENT) if certificate is None else judge(certificate)
        rows.append(((common_name(certificate) if certificate else "")[:100] or "-", words, level))
    worst_level = worst(level for _, _, level in rows)
    bad = [f"{name} ({words})" for name, words, level in rows if level is worst_level]
    evidence = {
        "bad": ", ".join(bad[:MOST_NAMED]),
        "certificates": [{"certificate": name, "what": words, "level": level.value} for name, words, level in rows],
        "profile": reading.profile.name,
    }
    if not rows:
        return Levels.UNKNOWN, evidence
    outcomes = {Level.INSUFFICIENT: Levels.INSUFFICIENT, Level.PHASE_OUT: Levels.PHASE_OUT}
    return outcomes.get(worst_level, Levels.OK), evidence


def _sent(reading: Reading) -> Iterator[x509.Certificate | None]:
    """Every certificate that was sent, once, without roots: a certificate behind the first that names itself as its
    issuer. None for one that cannot be read.
    """
    seen: set[str] = set()
    for chain in (reading.handshake.chain, *reading.scan.chains):
        for depth, der in enumerate(chain):
            if der in seen:
                continue
            seen.add(der)
            certificate = load(der)
            if certificate is None or depth == 0 or certificate.issuer != certificate.subject:
                yield certificate


def key_level(certificate: x509.Certificate, profile: TlsProfile) -> Level:
    """The level of a public key."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return Level.INSUFFICIENT
    match key:
        case rsa.RSAPublicKey():
            return profile.rsa(key.key_size)
        case ec.EllipticCurvePublicKey():
            return profile.certificate_keys.get(key.curve.name, Level.INSUFFICIENT)
        case ed25519.Ed25519PublicKey():
            return profile.certificate_keys.get("ed25519", Level.INSUFFICIENT)
        case ed448.Ed448PublicKey():
            return profile.certificate_keys.get("ed448", Level.INSUFFICIENT)
        case _:
            return Level.INSUFFICIENT


def signature_level(certificate: x509.Certificate, profile: TlsProfile) -> Level:
    """The level of the hash in a certificate's signature; with RSASSA-PSS it is that of its parameters (RFC 4055)."""
    return profile.certificate_hashes.get(_digest(certificate), Level.INSUFFICIENT)


def _digest(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid.dotted_string
    if oid in (_ED25519, _ED448):
        return "ed25519" if oid == _ED25519 else "ed448"
    try:
        digest = certificate.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return oid
    return digest.name if digest else oid


def staple(reading: Reading, view: View) -> Judged:
    """Whether a response comes along for a certificate that names an OCSP service (RFC 6066 section 8), and is right."""
    chain = _stapled_chain(reading)
    leaf = chain[0] if chain else None
    if leaf is None:
        return Staple.UNKNOWN, {}
    urls, must = _ocsp_urls(leaf), _must_staple(leaf)
    evidence: dict[str, Any] = {"service": urls[0] if urls else "", "must_staple": must}
    if not reading.scan.staple:
        absent = Staple.ABSENT if urls else Staple.NOT_IN_CERTIFICATE
        return Staple.DEMANDED if must else absent, evidence
    why = _fault(base64.b64decode(reading.scan.staple), chain, view.measured_at)
    return (Staple.BAD, {**evidence, "why": why}) if why else (Staple.OK, evidence)


def _stapled_chain(reading: Reading) -> tuple[x509.Certificate | None, ...]:
    chains = reading.scan.chains
    at = reading.scan.stapled if reading.scan.staple else 0
    sent = chains[at] if at < len(chains) else reading.handshake.chain
    return tuple(map(load, sent))


def _ocsp_urls(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError, UnsupportedAlgorithm):
        return ()
    ways = (item for item in access if item.access_method == AuthorityInformationAccessOID.OCSP)
    return tuple(str(getattr(way.access_location, "value", ""))[:200] for way in ways)


def _must_staple(leaf: x509.Certificate) -> bool:
    """RFC 7633: the certificate itself demands a stapled response."""
    try:
        features = leaf.extensions.get_extension_for_class(x509.TLSFeature).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError, UnsupportedAlgorithm):
        return False
    return x509.TLSFeatureType.status_request in features


def _fault(der: bytes, chain: tuple[x509.Certificate | None, ...], at: datetime) -> str:
    """What is wrong with a response, in a word; empty when nothing is (RFC 6960 section 3.2)."""
    try:
        response = ocsp.load_der_ocsp_response(der)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return "no-answer"
        return _answer_fault(response, chain, at)
    except (ValueError, UnsupportedAlgorithm):
        return "unreadable"


def _answer_fault(response: ocsp.OCSPResponse, chain: tuple[x509.Certificate | None, ...], at: datetime) -> str:
    leaf = chain[0]
    about = [single for single in response.responses if leaf and single.serial_number == leaf.serial_number]
    if leaf is None or not about:
        return "other-certificate"
    if any(single.certificate_status is ocsp.OCSPCertStatus.REVOKED for single in about):
        return "revoked"
    single = about[0]
    if single.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        return "not-known"
    if single.this_update_utc > at or (single.next_update_utc and single.next_update_utc < at):
        return "out-of-date"
    return "" if _signed(response, leaf, chain, at) else "signature"


def _signed(
    response: ocsp.OCSPResponse, leaf: x509.Certificate, chain: tuple[x509.Certificate | None, ...], at: datetime
) -> bool:
    """Whether the issuer of the certificate signed the response, or somebody whom that issuer allowed to (RFC 6960
    section 4.2.2.2).
    """
    issuers = [found for found in chain[1:] if found is not None and found.subject == leaf.issuer]
    if not issuers:
        return True  # the issuer was not sent: the chain is judged elsewhere, and this cannot be
    in_time = (one for one in response.certificates if one.not_valid_before_utc <= at <= one.not_valid_after_utc)
    delegates = [found for found in in_time if any(_delegated(found, issuer) for issuer in issuers)]
    return any(_verifies(response, signer) for signer in (*issuers, *delegates))


def _delegated(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound, UnsupportedAlgorithm):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _verifies(response: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, digest = signer.public_key(), response.signature_hash_algorithm
    try:
        match key:
            case rsa.RSAPublicKey() if digest:
                key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), digest)
            case ec.EllipticCurvePublicKey() if digest:
                key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(digest))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(response.signature, response.tbs_response_bytes)
            case _:
                return False
    except InvalidSignature:
        return False
    return True
