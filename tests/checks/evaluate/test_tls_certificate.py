"""Keys and signatures of certificates by the guidelines, and stapled OCSP responses (RFC 6960), with certificates made here."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from checks.evaluate import tls_certificate
from checks.evaluate.tls import Levels
from checks.evaluate.tls_certificate import Staple
from checks.evaluate.tls_reading import Reading
from checks.facts.tls import TlsHandshake, Verification
from checks.model import Suite
from checks.policy.tls_profile import load
from tests.checks.builders import a_view
from tests.checks.evaluate.scans import a_scan
from tests.checks.made import NOW

VIEW = a_view(Suite.WEB)
SHA256 = hashes.SHA256()
OCSP_SERVICE = x509.AuthorityInformationAccess(
    [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example"))]
)
MUST_STAPLE = x509.TLSFeature([x509.TLSFeatureType.status_request])
SIGNER = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])


def certificate(
    name: str, key: Any, *extensions: x509.ExtensionType, issuer: tuple[x509.Certificate, Any] | None = None, **how: Any
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    moved = timedelta(days=how.pop("days", 0))
    builder = x509.CertificateBuilder(
        issuer_name=issuer[0].subject if issuer else subject,
        subject_name=subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=NOW - timedelta(days=30) + moved,
        not_valid_after=NOW + timedelta(days=60) + moved,
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    signing = issuer[1] if issuer else key
    edwards = isinstance(signing, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey)
    return builder.sign(signing, None if edwards else how.pop("digest", SHA256), **how)


def reading(*chains: tuple[x509.Certificate, ...], staple: bytes = b"") -> Reading:
    packed = tuple(
        tuple(base64.b64encode(item.public_bytes(Encoding.DER)).decode() for item in chain) for chain in chains
    )
    handshake = TlsHandshake("TLSv1.3", "", "good.example", packed[0] if packed else (), Verification(0, "ok", 0))
    return Reading(a_scan(chains=packed, staple=base64.b64encode(staple).decode()), handshake, load())


def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@pytest.fixture(scope="module")
def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: rsa_key(3072), Levels.OK),
        (lambda: rsa_key(2048), Levels.PHASE_OUT),
        (lambda: rsa_key(3071), Levels.PHASE_OUT),
        (lambda: rsa_key(1024), Levels.INSUFFICIENT),
        (lambda: ec.generate_private_key(ec.SECP384R1()), Levels.OK),
        (lambda: ec.generate_private_key(ec.BrainpoolP256R1()), Levels.OK),
        (lambda: ec.generate_private_key(ec.SECP224R1()), Levels.PHASE_OUT),
        (lambda: ec.generate_private_key(ec.SECP256K1()), Levels.INSUFFICIENT),
        (ed25519.Ed25519PrivateKey.generate, Levels.OK),
        (ed448.Ed448PrivateKey.generate, Levels.OK),
    ],
    ids=["rsa3072", "rsa2048", "rsa3071", "rsa1024", "p384", "brainpool", "p224", "p256k1", "ed25519", "ed448"],
)
def test_keys_have_the_level_of_the_guidelines(make: Any, expected: Levels, p256: Any) -> None:
    root = certificate("Root", p256)
    leaf = certificate("good.example", make(), issuer=(root, p256))
    assert tls_certificate.keys(reading((leaf,)), VIEW)[0] is expected


def test_dsa_is_insufficient(p256: Any) -> None:
    leaf = certificate("good.example", dsa.generate_private_key(2048), issuer=(certificate("Root", p256), p256))
    assert tls_certificate.keys(reading((leaf,)), VIEW)[0] is Levels.INSUFFICIENT


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"digest": hashes.SHA256()}, Levels.OK),
        ({"digest": hashes.SHA512()}, Levels.OK),
        ({"digest": hashes.SHA224()}, Levels.PHASE_OUT),
        ({"digest": hashes.SHA3_256()}, Levels.INSUFFICIENT),
        (
            {"digest": SHA256, "rsa_padding": padding.PSS(padding.MGF1(SHA256), padding.PSS.DIGEST_LENGTH)},
            Levels.OK,
        ),
    ],
    ids=["sha256", "sha512", "sha224", "sha3", "L08-pss-is-not-sha1"],
)
def test_signatures_have_the_level_of_their_hash(how: dict[str, Any], expected: Levels) -> None:
    key = rsa_key(3072)
    leaf = certificate("good.example", key, issuer=(certificate("Root", key), key), **how)
    assert tls_certificate.signatures(reading((leaf,)), VIEW)[0] is expected


@pytest.mark.parametrize("last_byte", ["05", "04"], ids=["sha1", "md5"])
def test_broken_hashes_are_insufficient(last_byte: str) -> None:
    """sha256WithRSAEncryption is 1.2.840.113549.1.1.11; SHA-1 ends in 5 and MD5 in 4 (RFC 3279 section 2.2.1). No library
    signs with them any more, so that the number is written over; the signature itself is not looked at.
    """
    key = rsa_key(3072)
    der = certificate("good.example", key, issuer=(certificate("Root", key), key)).public_bytes(Encoding.DER)
    prefix = "2a864886f70d0101"
    leaf = x509.load_der_x509_certificate(der.replace(bytes.fromhex(prefix + "0b"), bytes.fromhex(prefix + last_byte)))
    assert tls_certificate.signatures(reading((leaf,)), VIEW)[0] is Levels.INSUFFICIENT


@pytest.mark.parametrize("key", [ed25519.Ed25519PrivateKey.generate(), ed448.Ed448PrivateKey.generate()])
def test_L08_edwards_signatures_are_right(key: Any) -> None:
    leaf = certificate("good.example", key, issuer=(certificate("Root", key), key))
    assert tls_certificate.signatures(reading((leaf,)), VIEW)[0] is Levels.OK


def test_L06_a_root_that_is_sent_along_does_not_count(p256: Any) -> None:
    weak = rsa_key(1024)
    root = certificate("Root", weak)
    leaf = certificate("good.example", p256, issuer=(root, weak))
    assert tls_certificate.keys(reading((leaf, root)), VIEW)[0] is Levels.OK
    assert tls_certificate.keys(reading((root,)), VIEW)[0] is Levels.INSUFFICIENT


def test_an_intermediate_counts(p256: Any) -> None:
    root, between = certificate("Root", p256), rsa_key(2048)
    intermediate = certificate("Between", between, issuer=(root, p256))
    leaf = certificate("good.example", p256, issuer=(intermediate, between))
    outcome, evidence = tls_certificate.keys(reading((leaf, intermediate)), VIEW)
    assert (outcome, evidence["bad"]) == (Levels.PHASE_OUT, "Between (RSA 2048)")


def test_the_second_chain_of_a_server_counts_as_well(p256: Any) -> None:
    root = certificate("Root", p256)
    first = certificate("good.example", p256, issuer=(root, p256))
    second = certificate("good.example", rsa_key(1024), issuer=(root, p256))
    assert tls_certificate.keys(reading((first,), (second,)), VIEW)[0] is Levels.INSUFFICIENT


def test_a_certificate_that_cannot_be_read_is_insufficient() -> None:
    handshake = TlsHandshake("TLSv1.3", "", "good.example", ("AAAA",), Verification(-1, "", 0))
    assert tls_certificate.keys(Reading(a_scan(), handshake, load()), VIEW)[0] is Levels.INSUFFICIENT


class Issuer:
    """An issuer with a leaf that names an OCSP service, and its responses."""

    def __init__(self, *extensions: x509.ExtensionType) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = certificate("Issuer", self.key)
        leaf_key = ec.generate_private_key(ec.SECP256R1())
        self.leaf = certificate("good.example", leaf_key, *extensions, issuer=(self.certificate, self.key))

    def response(
        self,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        *,
        of: x509.Certificate | None = None,
        days: int = 0,
        signer: tuple[x509.Certificate, Any] | None = None,
    ) -> bytes:
        begin = NOW + timedelta(days=days)
        by, key = signer or (self.certificate, self.key)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=of or self.leaf,
            issuer=self.certificate,
            algorithm=hashes.SHA256(),
            cert_status=status,
            this_update=begin - timedelta(days=1),
            next_update=begin + timedelta(days=1),
            revocation_time=begin - timedelta(days=2) if status is ocsp.OCSPCertStatus.REVOKED else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, by)
        if signer:
            builder = builder.certificates([by])
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(OCSP_SERVICE)


def judged(issuer: Issuer, staple: bytes) -> tuple[Staple, str]:
    outcome, evidence = tls_certificate.staple(reading((issuer.leaf, issuer.certificate), staple=staple), VIEW)
    return Staple(outcome), evidence.get("why", "")


def test_L09_a_good_response_is_right(issuer: Issuer) -> None:
    assert judged(issuer, issuer.response()) == (Staple.OK, "")


def test_L09_whom_the_issuer_allows_may_sign(issuer: Issuer) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    delegate = certificate("Responder", key, SIGNER, issuer=(issuer.certificate, issuer.key))
    assert judged(issuer, issuer.response(signer=(delegate, key))) == (Staple.OK, "")


def test_a_delegate_whose_certificate_has_ended_may_not_sign(issuer: Issuer) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    delegate = certificate("Responder", key, SIGNER, issuer=(issuer.certificate, issuer.key), days=-90)
    assert judged(issuer, issuer.response(signer=(delegate, key))) == (Staple.BAD, "signature")


def test_nobody_else_may_sign(issuer: Issuer) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    without = certificate("Responder", key, issuer=(issuer.certificate, issuer.key))
    stranger = certificate("Responder", key, SIGNER)
    assert judged(issuer, issuer.response(signer=(without, key))) == (Staple.BAD, "signature")
    assert judged(issuer, issuer.response(signer=(stranger, key))) == (Staple.BAD, "signature")


def test_a_response_can_be_wrong_in_many_ways(issuer: Issuer) -> None:
    other = Issuer(OCSP_SERVICE).leaf
    failure = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    wrong = {
        "revoked": issuer.response(ocsp.OCSPCertStatus.REVOKED),
        "not-known": issuer.response(ocsp.OCSPCertStatus.UNKNOWN),
        "out-of-date": issuer.response(days=-5),
        "other-certificate": issuer.response(of=other),
        "no-answer": failure.public_bytes(Encoding.DER),
        "unreadable": b"\x30\x03\x0a\x01",
    }
    assert {why: judged(issuer, response) for why, response in wrong.items()} == {
        why: (Staple.BAD, why) for why in wrong
    }
    assert judged(issuer, issuer.response(days=5)) == (Staple.BAD, "out-of-date")


def test_L09_a_certificate_without_a_service_needs_no_response_unless_it_demands_one() -> None:
    assert judged(Issuer(), b"")[0] is Staple.NOT_IN_CERTIFICATE
    assert judged(Issuer(MUST_STAPLE), b"")[0] is Staple.DEMANDED
    assert judged(Issuer(OCSP_SERVICE), b"")[0] is Staple.ABSENT
