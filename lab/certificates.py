"""The practice internet's own certificate authority: a root, an intermediate, and a certificate for each host, valid
or wrong in the way its host asks for. Keys and certificates are kept between starts, so that TLSA records stay the
same.
"""

import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.keys import KeyStore, PrivateKey
from lab.model import CertificateKind, KeyType, Tlsa

ORGANISATION = "Zegel practice internet"
DAY = datetime.timedelta(days=1)
LEAF_DAYS = 90
RENEW_DAYS = 30
ROOT_DAYS = 3650
OTHER_NAME = "andere-naam.voorbeeld.test"


@dataclass(frozen=True, slots=True)
class HostCertificate:
    """What a host serves: a PEM file with its key and its chain (root left out)."""

    path: Path
    label: str
    key: KeyType


@dataclass(frozen=True, slots=True)
class _Issuer:
    certificate: x509.Certificate
    key: PrivateKey


class CertificateAuthority:
    """Issues certificates and says what their TLSA records must hold."""

    def __init__(self, store: KeyStore, directory: Path) -> None:
        self._store = store
        self._directory = directory
        self._now = datetime.datetime.now(datetime.UTC)
        directory.mkdir(parents=True, exist_ok=True)
        self._root = self._authority("root", None)
        self._intermediate = self._authority("intermediate", self._root)
        self._stranger = self._authority("stranger", None)
        self._expired = self._authority("expired", None, ROOT_DAYS + 1)

    def root_pem(self) -> str:
        """The root certificate."""
        return _pem(self._root.certificate)

    def bundle_pem(self) -> str:
        """The roots that the world trusts, and ours."""
        return Path(certifi.where()).read_text(encoding="utf-8") + self.root_pem()

    def issue(self, names: tuple[str, ...], kind: CertificateKind, key: KeyType) -> HostCertificate:
        """The certificate for a host with these names, the first of which labels its keys."""
        label = f"host-{names[0]}"
        issuer = hashlib.sha256(self._intermediate.certificate.tbs_certificate_bytes).hexdigest()
        request = hashlib.sha256("\n".join((*names, kind, key, issuer)).encode()).hexdigest()[:16]
        path = self._directory / f"{label}.{request}.pem"
        if not (path.exists() and (kind is CertificateKind.EXPIRED or self._fresh(path, kind))):
            self._write(path, self._store.private_key(label, key), names, kind)
        return HostCertificate(path, label, key)

    def tlsa(self, host: HostCertificate, record: Tlsa) -> str:
        """The data of a TLSA record: selector SPKI, matching type SHA-256 (RFC 6698 section 2.1), unless it is one of those
        that hold the whole.
        """
        match record:
            case Tlsa.ISSUER:
                return f"2 1 1 {_spki_digest(self._intermediate.key)}"
            case Tlsa.ISSUER_AS_EE:
                return f"3 1 1 {_spki_digest(self._intermediate.key)}"
            case Tlsa.PREVIOUS_ISSUER:
                return f"2 1 1 {_spki_digest(self._store.private_key('ca-previous', KeyType.P256))}"
            case Tlsa.ROOT_KEY:
                return f"2 1 0 {_spki(self._root.key).hex()}"
            case Tlsa.OLD_ANCHOR:
                return f"2 0 0 {self._expired.certificate.public_bytes(serialization.Encoding.DER).hex()}"
        label = f"{host.label}-{record}" if record in (Tlsa.NEXT, Tlsa.PREVIOUS) else host.label
        usage = {Tlsa.CURRENT_AS_TA: 2, Tlsa.PKIX: 1}.get(record, 3)
        return f"{usage} 1 1 {_spki_digest(self._store.private_key(label, host.key))}"

    def _authority(self, name: str, issuer: _Issuer | None, started: int = 1) -> _Issuer:
        key = self._store.private_key(f"ca-{name}", KeyType.P256)
        path = self._directory / f"ca-{name}.pem"
        if path.exists():
            return _Issuer(x509.load_pem_x509_certificate(path.read_bytes()), key)
        subject = _name(f"{ORGANISATION} {name}")
        builder = self._builder(subject, issuer.certificate.subject if issuer else subject, key, ROOT_DAYS, started)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=0 if issuer else None), critical=True
        ).add_extension(_usage(signs_certificates=True), critical=True)
        made = _with_issuer(builder, issuer).sign(issuer.key if issuer else key, hashes.SHA256())
        path.write_text(_pem(made), encoding="ascii")
        return _Issuer(made, key)

    def _write(self, path: Path, key: PrivateKey, names: tuple[str, ...], kind: CertificateKind) -> None:
        shown = (OTHER_NAME,) if kind is CertificateKind.OTHER_NAME else names
        issuer = self._issuer(kind)
        subject = _name(shown[0])
        started = {CertificateKind.EXPIRED: LEAF_DAYS + RENEW_DAYS, CertificateKind.NOT_YET_VALID: -RENEW_DAYS}.get(
            kind, 1
        )
        builder = (
            self._builder(subject, issuer.certificate.subject if issuer else subject, key, LEAF_DAYS, started)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        )
        if kind is not CertificateKind.COMMON_NAME:
            names_of = x509.SubjectAlternativeName([x509.DNSName(name) for name in shown])
            builder = builder.add_extension(names_of, critical=False)
        digest = hashes.SHA224() if kind is CertificateKind.SHA224 else hashes.SHA256()
        leaf = _with_issuer(builder, issuer).sign(issuer.key if issuer else key, digest)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii")
        path.touch(mode=0o600)
        path.write_text(private + _pem(leaf) + self._sent_along(kind), encoding="ascii")

    def _issuer(self, kind: CertificateKind) -> _Issuer | None:
        match kind:
            case CertificateKind.SELF_SIGNED | CertificateKind.UNRELATED:
                return None
            case CertificateKind.UNKNOWN_ROOT:
                return self._stranger
            case CertificateKind.EXPIRED_ROOT:
                return self._expired
        return self._intermediate

    def _sent_along(self, kind: CertificateKind) -> str:
        """The rest of the chain."""
        if kind in (CertificateKind.SELF_SIGNED, CertificateKind.INCOMPLETE):
            return ""
        return _pem((self._issuer(kind) or self._intermediate).certificate)

    def _builder(
        self, subject: x509.Name, issuer: x509.Name, key: PrivateKey, days: int, started: int = 1
    ) -> x509.CertificateBuilder:
        """A certificate that began `started` days ago and holds for `days` days."""
        begin = (self._now - started * DAY).replace(microsecond=0)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + days * DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )

    def _fresh(self, path: Path, kind: CertificateKind) -> bool:
        leaf = x509.load_pem_x509_certificates(path.read_bytes())[0]
        if kind is CertificateKind.NOT_YET_VALID and leaf.not_valid_before_utc - self._now < DAY:
            return False
        return leaf.not_valid_after_utc - self._now > RENEW_DAYS * DAY


def _with_issuer(builder: x509.CertificateBuilder, issuer: _Issuer | None) -> x509.CertificateBuilder:
    if issuer is None:
        return builder
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    return builder.add_extension(identifier, critical=False)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
        ]
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _spki(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _spki_digest(key: PrivateKey) -> str:
    return hashlib.sha256(_spki(key)).hexdigest()
