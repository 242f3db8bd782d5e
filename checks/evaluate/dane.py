"""DANE: do the TLSA records fit the certificates that a server shows? RFC 6698, RFC 7671, RFC 7672.

``authenticate`` is the whole matching rule, on plain certificates; the findings for each address are in ``dane_mail``
and ``dane_web``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from checks.evaluate import certificate
from checks.records.tlsa import Matching, Selector, Tlsa, Usage, strongest

Certificates = Sequence[x509.Certificate | None]
LONGEST_PATH = 10  # certificates of a chain that are looked at; more than any real one


class Fit(StrEnum):
    """How one record relates to the chain of one address."""

    MATCH = "match"
    NO_MATCH = "no-match"
    WEAKER_DIGEST = "weaker-digest"
    MATCHES_ISSUER_ONLY = "matches-issuer-only"
    MATCHES_LEAF_ONLY = "matches-leaf-only"
    NAME_MISMATCH = "name-mismatch"
    CHAIN_BROKEN = "chain-broken"
    PKIX_UNTRUSTED = "pkix-untrusted"


class Caution(StrEnum):
    """Why a record that matches does not for every sender; declared from harmless to grave."""

    COMMON_NAME = "common-name"  # the name stands in the Common Name only (RFC 9525 dropped it)
    BARE_KEY = "bare-key"  # the anchor is a key in the record only (RFC 7671 section 5.2.3: clients need not)
    ANCHOR_EXPIRED = "anchor-expired"  # RFC 5280 section 6.1.1 ignores that; OpenSSL refuses a self-signed one


@dataclass(frozen=True, slots=True)
class Match:
    """The fit of a record, and the depth in the chain where its data was found (0 is the leaf), or None."""

    record: Tlsa
    fit: Fit
    depth: int | None
    caution: Caution | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """What a server showed, and what a client knows: the chain as sent, the names that are right for it, the time,
    and whether the public roots trust it for that name.
    """

    chain: tuple[x509.Certificate | None, ...]
    names: frozenset[str]
    at: datetime
    trusted: bool


def authenticate(records: Sequence[Tlsa], peer: Peer) -> tuple[Match, ...]:
    """How each usable record fits the peer; one ``MATCH`` is enough (RFC 6698 section 4.1). Records that digest
    agility passes over never match.
    """
    counted = strongest(records)
    return tuple(
        _fit(record, peer) if record in counted else Match(record, Fit.WEAKER_DIGEST, _depth(record, peer.chain))
        for record in records
    )


def data_of(item: x509.Certificate, selector: int, matching: int) -> bytes:
    """The association data that a record with this selector and matching type has for a certificate (RFC 6698 section
    2.1).
    """
    content = (
        item.public_bytes(Encoding.DER)
        if selector == Selector.CERT
        else item.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    return {
        Matching.FULL: lambda: content,
        Matching.SHA2_256: hashlib.sha256(content).digest,
        Matching.SHA2_512: hashlib.sha512(content).digest,
    }[Matching(matching)]()


def data_if_readable(item: x509.Certificate | None, selector: int, matching: int) -> bytes | None:
    """The same, or None without a certificate or with a key of a kind that cannot be read."""
    try:
        return data_of(item, selector, matching) if item else None
    except (ValueError, UnsupportedAlgorithm):
        return None


def _matches(record: Tlsa, item: x509.Certificate | None) -> bool:
    return data_if_readable(item, record.selector, record.matching) == record.data


def _depth(record: Tlsa, chain: Certificates) -> int | None:
    return next((depth for depth, item in enumerate(chain) if _matches(record, item)), None)


def _fit(record: Tlsa, peer: Peer) -> Match:
    depth = _depth(record, peer.chain)
    if record.usage in (Usage.DANE_EE, Usage.PKIX_EE):
        return Match(record, _fit_of_leaf(record, peer, depth), depth)
    fit = _fit_of_anchor(record, peer, depth)
    return Match(record, fit, depth, _caution(record, peer) if fit is Fit.MATCH else None)


def _fit_of_leaf(record: Tlsa, peer: Peer, depth: int | None) -> Fit:
    """Usages 1 and 3 look at the leaf only. DANE-EE ignores names and dates (RFC 7671 section 5.1)."""
    if depth is None:
        return Fit.NO_MATCH
    if depth > 0:
        return Fit.MATCHES_ISSUER_ONLY
    return Fit.MATCH if record.usage == Usage.DANE_EE or peer.trusted else Fit.PKIX_UNTRUSTED


def _fit_of_anchor(record: Tlsa, peer: Peer, depth: int | None) -> Fit:
    """Usages 0 and 2: an issuer in the chain, or in the record itself when that is complete; a valid path to it; and
    the name (RFC 7671 section 5.2).
    """
    anchors = _anchors(record, peer)
    bare_key = _bare_key(record) if not anchors and record.usage == Usage.DANE_TA else None
    if not anchors and bare_key is None:
        return Fit.NO_MATCH if depth is None else Fit.MATCHES_LEAF_ONLY
    if not any(_path_to(anchor, peer) for anchor in anchors) and not (bare_key and _path_to_key(bare_key, peer)):
        return Fit.NO_MATCH if bare_key and depth is None else Fit.CHAIN_BROKEN
    if not _named(peer):
        return Fit.NAME_MISMATCH
    return Fit.MATCH if record.usage == Usage.DANE_TA or peer.trusted else Fit.PKIX_UNTRUSTED


def _anchors(record: Tlsa, peer: Peer) -> list[x509.Certificate]:
    """The issuers that the record is about, out of the chain, or out of the record when it holds the whole of one."""
    sent = [item for item in peer.chain[1:] if item is not None and _matches(record, item)]
    whole = record.matching == Matching.FULL and record.selector == Selector.CERT and record.usage == Usage.DANE_TA
    given = _certificate(record.data) if whole and not sent else None
    return [given] if given else sent


def _caution(record: Tlsa, peer: Peer) -> Caution | None:
    """The gravest reason why other senders may judge this match otherwise."""
    anchors = [anchor for anchor in _anchors(record, peer) if _path_to(anchor, peer)]
    if not anchors and record.usage == Usage.DANE_TA:
        return Caution.BARE_KEY
    if anchors and not any(_in_time(anchor, peer.at) or anchor.issuer != anchor.subject for anchor in anchors):
        return Caution.ANCHOR_EXPIRED
    leaf = peer.chain[0] if peer.chain else None
    return Caution.COMMON_NAME if leaf is not None and not certificate.dns_names(leaf) else None


def issuer_of(chain: Certificates) -> x509.Certificate | None:
    """The certificate in the chain that issued the leaf: by its signature, wherever it stands; None when it is not
    sent, and for a leaf that signed itself.
    """
    leaf = chain[0] if chain else None
    others = [item for item in chain[1:LONGEST_PATH] if item is not None and item != leaf]
    return next((item for item in others if leaf is not None and _may_issue(item) and _issued(leaf, item)), None)


def lacks_issuer(chain: Certificates) -> bool:
    """Whether the leaf was issued by another certificate, and that one was not sent along: then no record about an issuer
    can be checked (RFC 7671 section 5.2.2).
    """
    leaf = chain[0] if chain else None
    return leaf is not None and issuer_of(chain) is None and not _issued(leaf, leaf)


def served(record: Tlsa, chain: Certificates) -> str:
    """What the record would have to hold to fit the chain: hexadecimal, bounded; empty when nothing is shown."""
    leaf = chain[0] if chain else None
    item = leaf if record.usage in (Usage.DANE_EE, Usage.PKIX_EE) else issuer_of(chain)
    data = data_if_readable(item, record.selector, record.matching)
    return data.hex()[:2048] if data else ""


def _named(peer: Peer) -> bool:
    """The Common Name counts only where there is no DNS name at all (RFC 7672 section 3.2.3)."""
    leaf = peer.chain[0] if peer.chain else None
    if leaf is None:
        return False
    names = certificate.dns_names(leaf) or (certificate.common_name(leaf).lower(),)
    return any(certificate.matches(names, name) for name in peer.names)


def _certificate(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None


def _bare_key(record: Tlsa) -> CertificateIssuerPublicKeyTypes | None:
    """The key of a ``2 1 0`` record: it may sign the top of the chain (RFC 7671 section 5.2.3)."""
    if record.matching != Matching.FULL or record.selector != Selector.SPKI:
        return None
    try:
        return load_der_public_key(record.data)  # type: ignore[return-value]
    except (ValueError, UnsupportedAlgorithm):
        return None


def _path_to(anchor: x509.Certificate, peer: Peer) -> bool:
    """Whether a path of the certificates that were sent leads from the leaf to the anchor. Dates of the anchor do not
    count (RFC 5280 section 6.1).
    """
    if not peer.chain or not _may_issue(anchor) or peer.chain[0] == anchor:
        return False
    return any(_issued(item, anchor) for item in _climb(peer))


def _path_to_key(key: CertificateIssuerPublicKeyTypes, peer: Peer) -> bool:
    return any(_signed_by(item, key) for item in _climb(peer))


def _climb(peer: Peer) -> Iterator[x509.Certificate]:
    """The leaf, and each certificate that a path from it reaches, in whatever order they were sent; all valid at the
    time, and issuers allowed to issue.

    Each certificate is reached once, so a chain built to have very many paths costs no more than its square.
    """
    leaf = peer.chain[0] if peer.chain else None
    if leaf is None or not _in_time(leaf, peer.at):
        return
    issuers = [
        item for item in peer.chain[1:LONGEST_PATH] if item is not None and _may_issue(item) and _in_time(item, peer.at)
    ]
    waiting = [leaf]
    while waiting:
        item = waiting.pop()
        yield item
        reached = [issuer for issuer in issuers if _issued(item, issuer)]
        issuers = [issuer for issuer in issuers if issuer not in reached]
        waiting += reached


def _in_time(item: x509.Certificate, at: datetime) -> bool:
    return item.not_valid_before_utc <= at <= item.not_valid_after_utc


def _may_issue(item: x509.Certificate) -> bool:
    """CA by its basic constraints, and allowed to sign certificates where it says what its key is for (RFC 5280
    section 4.2.1).
    """
    try:
        if not item.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return item.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid
    except (x509.DuplicateExtension, ValueError):
        return False


def _issued(item: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        item.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _signed_by(item: x509.Certificate, key: CertificateIssuerPublicKeyTypes) -> bool:
    signature, signed = item.signature, item.tbs_certificate_bytes
    try:
        match key, item.signature_algorithm_parameters, item.signature_hash_algorithm:
            case rsa.RSAPublicKey(), padding.PKCS1v15() | padding.PSS() as scheme, hashes.HashAlgorithm() as digest:
                key.verify(signature, signed, scheme, digest)
            case ec.EllipticCurvePublicKey(), ec.ECDSA() as scheme, _:
                key.verify(signature, signed, scheme)
            case ((ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey()), _, _):
                key.verify(signature, signed)
            case _:
                return False
    except (ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def describe(match: Match) -> dict[str, Any]:
    """One record with its fit, for the evidence."""
    return {
        **describe_record(match.record),
        "usable": True,
        "matched_depth": match.depth if match.fit is Fit.MATCH else None,
        "found_depth": match.depth,
        "reason": match.fit.value,
    } | ({"caution": match.caution.value} if match.caution else {})


def describe_record(record: Tlsa) -> dict[str, Any]:
    """One record as published."""
    return {
        "usage": record.usage,
        "selector": record.selector,
        "matching_type": record.matching,
        "data": record.data.hex()[:2048],
    }
