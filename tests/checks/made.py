"""Certificates for tests of evaluators, made one by one: any issuer, names, dates and extensions, or none."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPIRED = (NOW - timedelta(days=90), NOW - timedelta(days=1))
FUTURE = (NOW + timedelta(days=1), NOW + timedelta(days=90))
_VALID = (NOW - timedelta(days=30), NOW + timedelta(days=60))


@dataclass(frozen=True)
class Made:
    """A certificate with its key, able to issue."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def b64(self) -> str:
        return base64.b64encode(self.der).decode()

    @classmethod
    def issued(
        cls,
        name: str,
        issuer: Self | None = None,
        *,
        names: tuple[str, ...] = (),
        ca: bool | None = None,
        cert_sign: bool | None = None,
        valid: tuple[datetime, datetime] = _VALID,
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> Self:
        """A certificate for ``name``, signed by ``issuer`` or by itself. ``ca`` None leaves the constraints out."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder(
            issuer_name=issuer.certificate.subject if issuer else subject,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=valid[0],
            not_valid_after=valid[1],
        )
        if names:
            alternatives = x509.SubjectAlternativeName([x509.DNSName(given) for given in names])
            builder = builder.add_extension(alternatives, critical=False)
        if ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if cert_sign is not None:
            usage = x509.KeyUsage(True, False, False, False, False, cert_sign, cert_sign, False, False)
            builder = builder.add_extension(usage, critical=True)
        return cls(builder.sign((issuer.key if issuer else key), hashes.SHA256()), key)
