"""Throwaway certificate authorities for tests: chains that are good, expired, incomplete, self-signed or forged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        """The certificate in PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key in PEM."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def issue(
    name: str,
    issuer: Issued | None = None,
    *,
    ca: bool = False,
    begin: datetime = NOW - timedelta(days=30),
    end: datetime = NOW + timedelta(days=30),
    key: Key | None = None,
) -> Issued:
    """A certificate for ``name``, self-signed without ``issuer``; with an elliptic key unless another is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer or Issued(_empty(subject, key, begin, end), key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return Issued(builder.sign(signer.key, hashes.SHA256()), key)


def _empty(subject: x509.Name, key: Key, begin: datetime, end: datetime) -> x509.Certificate:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    return builder.serial_number(1).not_valid_before(begin).not_valid_after(end).sign(key, hashes.SHA256())


@dataclass(frozen=True, slots=True)
class Authority:
    """A root, an intermediate under it, and leaves of every kind."""

    of: str = "the tests"
    root: Issued = field(init=False)
    intermediate: Issued = field(init=False)
    leaf: Issued = field(init=False)
    expired: Issued = field(init=False)
    future: Issued = field(init=False)
    self_signed: Issued = field(init=False)
    forged: Issued = field(init=False)

    def __post_init__(self) -> None:
        def keep(name: str, issued: Issued) -> Issued:
            object.__setattr__(self, name, issued)
            return issued

        root = keep("root", issue(f"Root of {self.of}", ca=True))
        below = keep("intermediate", issue(f"Intermediate of {self.of}", root, ca=True))
        keep("leaf", issue("mx.good.example", below))
        keep("expired", issue("mx.good.example", below, end=NOW - timedelta(days=1)))
        keep("future", issue("mx.good.example", below, begin=NOW + timedelta(days=1)))
        keep("self_signed", issue("mx.good.example"))
        impostor = issue(f"Intermediate of {self.of}", ca=True)
        keep("forged", issue("mx.good.example", impostor))

    def bundle(self, folder: Path) -> str:
        """A PEM file with the root."""
        path = folder / "roots.pem"
        path.write_bytes(self.root.pem)
        return str(path)


def server_files(folder: Path, leaf: Issued, *others: Issued) -> tuple[str, str]:
    """The files that a server wants: its chain, leaf first, and its key."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(b"".join(issued.pem for issued in (leaf, *others)))
    key.write_bytes(leaf.key_pem)
    return str(chain), str(key)
