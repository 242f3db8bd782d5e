"""A TLS client without I/O, over OpenSSL's memory buffers: bytes in, bytes out, and what was seen of the handshake.

Nothing is verified during the handshake, so that bad certificates and old servers are measured rather than refused;
``verify_chain`` does that afterwards, against the trusted roots and the clock of the measurement. Names are compared
elsewhere, and what a setting is worth is not judged here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from itertools import islice, product
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from OpenSSL import SSL, crypto

from checks.facts.network import Reason
from checks.facts.tls import TlsFailure, Verification

MAX_HANDSHAKE = 262_144  # bytes from the server until the handshake is done
MAX_CHAIN = 32  # certificates that are kept
MOST_PATHS = 16  # choices between certificates of the same issuer that are tried
_CHUNK = 16_384
_CERTIFICATE_REQUEST = b"SSLv3/TLS read server certificate request"  # OpenSSL's name for the state, in all versions
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*")

# RFC 8446 section 6, with the older ones of RFC 5246 section 7.2, RFC 7507 and RFC 7301.
ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}


class KeyType(StrEnum):
    """The two kinds of certificate that servers have beside each other."""

    RSA = "rsa"
    ECDSA = "ecdsa"


_SUITES = {KeyType.RSA: b"aRSA", KeyType.ECDSA: b"aECDSA"}  # by the authentication of the suite, as OpenSSL names it


@dataclass(frozen=True, slots=True)
class Seen:
    """What a finished handshake showed, before anything is verified. ``chain`` is DER, leaf first, as sent."""

    version: str
    cipher: str
    chain: tuple[bytes, ...]
    asks_certificate: bool = False


class TlsClient:
    """One connection. ``start``, then ``receive`` until ``seen`` or ``failure`` is set; what they return is to be sent.

    Afterwards ``encrypt`` and ``decrypt`` carry data, and ``close`` gives the goodbye. ``ended`` is set when the other
    side said its own. ``server_name`` is what ``sni`` made of a host name. A ``short`` hello offers no TLS 1.3 and fits
    in one packet. ``only`` asks for the certificate of one key type, which TLS 1.2 can (``short`` goes with it).
    """

    def __init__(
        self, server_name: str, alpn: tuple[str, ...] = (), *, short: bool = False, only: KeyType | None = None
    ) -> None:
        self.seen: Seen | None = None
        self.failure: TlsFailure | None = None
        self.ended = False
        self._alert = ""
        self._asked = False
        self._total = 0
        self._tls = SSL.Connection(_context(short or only is not None, only), None)
        self._tls.set_connect_state()
        self._tls.set_info_callback(self._notice)
        if server_name:
            self._tls.set_tlsext_host_name(server_name.encode("ascii"))
        if alpn:
            self._tls.set_alpn_protos([name.encode() for name in alpn])

    def start(self) -> bytes:
        """The ClientHello."""
        return self._advance()

    def receive(self, data: bytes) -> bytes:
        """Takes bytes of the handshake, empty when the other side closed; returns what is to be sent in turn."""
        if not data:
            self.interrupted(Reason.CLOSED, "the connection was closed during the handshake")
            return b""
        self._total += len(data)
        if self._total > MAX_HANDSHAKE:
            self.failure = TlsFailure(Reason.TOO_MUCH, detail=f"a handshake of more than {MAX_HANDSHAKE} bytes")
            return b""
        self._tls.bio_write(data)
        return self._advance()

    def interrupted(self, reason: Reason, detail: str) -> None:
        """The connection ended before the handshake did; a failure that was already known stays the failure."""
        self.failure = self.failure or TlsFailure(reason, self._alert, detail, answered=self._total > 0)

    def encrypt(self, data: bytes) -> bytes:
        """The records that carry ``data``; empty when the connection cannot carry any more."""
        try:
            self._tls.sendall(data)
        except SSL.Error:
            self.ended = True
        return self._outgoing()

    def decrypt(self, data: bytes) -> tuple[bytes, bytes]:
        """Takes records; returns what they carried, and what is to be sent in turn (a key update, an alert)."""
        if data:
            self._tls.bio_write(data)
        plain = bytearray()
        try:
            while True:
                plain += self._tls.recv(_CHUNK)
        except SSL.WantReadError:
            pass
        except SSL.Error:  # a close_notify, an alert, or records that do not decrypt
            self.ended = True
        return bytes(plain), self._outgoing()

    def close(self) -> bytes:
        """Our close_notify, as far as it can be sent."""
        try:
            self._tls.shutdown()
        except SSL.Error:
            self.ended = True
        return self._outgoing()

    def _advance(self) -> bytes:
        try:
            self._tls.do_handshake()
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            self.failure = TlsFailure(Reason.PROTOCOL, self._alert, _words(error))
        else:
            self.seen = self._look()
        return self._outgoing()

    def _look(self) -> Seen:
        chain = self._tls.get_peer_cert_chain() or []
        ders = tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in chain[:MAX_CHAIN])
        return Seen(self._tls.get_protocol_version_name(), self._tls.get_cipher_name() or "", ders, self._asked)

    def _outgoing(self) -> bytes:
        out = bytearray()
        try:
            while True:
                out += self._tls.bio_read(_CHUNK)
        except SSL.WantReadError:
            return bytes(out)

    def _notice(self, connection: SSL.Connection, where: int, value: int) -> None:
        self._asked |= connection.get_state_string() == _CERTIFICATE_REQUEST
        if where & SSL.SSL_CB_READ_ALERT == SSL.SSL_CB_READ_ALERT:
            self._alert = ALERTS.get(value & 0xFF, f"alert {value & 0xFF}")


def sni(host: str) -> str:
    """The name to send as SNI for ``host``: without trailing dot (RFC 6066 section 3), empty when it is no host name.

    Names of mail hosts come out of the DNS, where any byte is possible.
    """
    name = host.rstrip(".").lower()
    return name if _HOST_NAME.fullmatch(name) else ""


@cache
def _context(short: bool, only: KeyType | None = None) -> SSL.Context:
    """As permissive as OpenSSL allows, except for suites without a certificate.

    Those have nothing that DANE could match; a sender that finds TLSA records leaves them out (RFC 7672 section 8.2).
    """
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    if short:
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
    suites = b"ALL" if only is None else _SUITES[only]
    context.set_cipher_list(suites + b":!aNULL:!eNULL:@SECLEVEL=0")
    context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    return context


def _words(error: SSL.Error) -> str:
    """OpenSSL's reasons, newest last."""
    if isinstance(error, SSL.SysCallError):
        return "unexpected end"
    stack = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(str(entry[-1]) for entry in stack)[:200]


def in_base64(chain: Sequence[bytes]) -> tuple[str, ...]:
    """A chain as it is kept in the facts."""
    return tuple(base64.b64encode(der).decode() for der in chain)


_PEM = re.compile(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@cache
def _roots(ca_bundle: str) -> tuple[crypto.X509, ...]:
    blocks = _PEM.findall(Path(ca_bundle).read_bytes())
    try:
        return tuple(crypto.load_certificate(crypto.FILETYPE_PEM, block) for block in blocks)
    except crypto.Error as error:
        raise ValueError(f"{ca_bundle} holds a certificate that cannot be read") from error


@lru_cache(maxsize=4)
def _trusted(ca_bundle: str, at: datetime) -> crypto.X509Store:
    """The roots with a clock. OpenSSL keeps the first time that a store is given, so each moment has a store of its own;
    all chains of a scan share one.
    """
    store = crypto.X509Store()
    for root in _roots(ca_bundle):
        store.add_cert(root)
    store.set_time(at.astimezone(UTC))
    return store


def verify_chain(chain: Sequence[bytes], ca_bundle: str, at: datetime) -> Verification:
    """What OpenSSL says of a chain (DER, leaf first, the rest in any order) against the roots in a PEM file.

    ``at`` is the moment of judgement. Names are not looked at. Intermediates come from the chain; nothing is fetched.
    A code of -1 is ours: there is no certificate, or none that can be read. Any valid path is enough (RFC 5280 section 6):
    OpenSSL follows the first of two certificates of one issuer and does not turn back, so each of them is tried alone.
    """
    if not chain:
        return Verification(-1, "no certificate was sent", 0)
    try:
        leaf, *others = (crypto.load_certificate(crypto.FILETYPE_ASN1, der) for der in chain)
    except crypto.Error:
        return Verification(-1, "a certificate could not be read", 0)
    store = _trusted(ca_bundle, at)
    word = _verified(store, leaf, others)
    for path in _paths(others) if word.code else ():
        if (again := _verified(store, leaf, path)).code == 0:
            word = again
            break
    if word.code == 0 and not _serves(chain[0]):
        return Verification(26, "unsuitable certificate purpose", 0)
    return word


def _serves(leaf: bytes) -> bool:
    """Whether a certificate is meant for servers: it names no purposes, or that one, or any (RFC 5280 section 4.2.1.12).
    The verification has no say in this, as it is told of no purpose.
    """
    try:
        usage = x509.load_der_x509_certificate(leaf).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (ValueError, x509.DuplicateExtension):
        return False
    return not {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}.isdisjoint(usage)


def _paths(others: Sequence[crypto.X509]) -> Iterator[tuple[crypto.X509, ...]]:
    """The certificates with only one of each issuer, in every combination up to a bound; none where there is no choice."""
    by_subject: dict[int, list[crypto.X509]] = {}
    for certificate in others:
        by_subject.setdefault(certificate.subject_name_hash(), []).append(certificate)
    if len(by_subject) < len(others):
        yield from islice(product(*by_subject.values()), MOST_PATHS)


def _verified(store: crypto.X509Store, leaf: crypto.X509, others: Sequence[crypto.X509]) -> Verification:
    try:
        crypto.X509StoreContext(store, leaf, others).verify_certificate()
    except crypto.X509StoreContextError as error:
        code, depth, message = error.errors
        return Verification(code, message, depth)
    return Verification(0, "ok", 0)
