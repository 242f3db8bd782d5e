"""The key schedule and record protection of TLS 1.3 (RFC 8446 sections 5 and 7), and the key exchanges we can do.

Keys of a connection that carries nothing but a question of ours: they protect no secret, and nothing is compared in
constant time.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Hash = hashes.SHA256 | hashes.SHA384
X25519, X448 = 29, 30
_CURVES: dict[int, type[ec.EllipticCurve]] = {
    23: ec.SECP256R1,
    24: ec.SECP384R1,
    25: ec.SECP521R1,
    31: ec.BrainpoolP256R1,
    32: ec.BrainpoolP384R1,
    33: ec.BrainpoolP512R1,
}
EXCHANGES = frozenset({X25519, X448, *_CURVES})
_KEY_SIZES = {0x1301: 16, 0x1302: 32, 0x1303: 32, 0x1304: 16, 0x1305: 16}
SUITES = frozenset(_KEY_SIZES)


class CannotRead(Exception):
    """A key share or a record that is not what it should be."""


class Exchange:
    """Our half of a key exchange in one of the groups of EXCHANGES."""

    def __init__(self, group: int) -> None:
        self.group = group
        self._key = _private(group)

    @property
    def share(self) -> bytes:
        """The public key, as it goes in key_share (RFC 8446 section 4.2.8.2)."""
        public = self._key.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return public.public_bytes_raw()

    def secret(self, theirs: bytes) -> bytes:
        """The shared secret. Raises CannotRead when their share is no key of this group."""
        try:
            match self._key:
                case x25519.X25519PrivateKey():
                    return self._key.exchange(x25519.X25519PublicKey.from_public_bytes(theirs))
                case x448.X448PrivateKey():
                    return self._key.exchange(x448.X448PublicKey.from_public_bytes(theirs))
                case ec.EllipticCurvePrivateKey():
                    point = ec.EllipticCurvePublicKey.from_encoded_point(self._key.curve, theirs)
                    return self._key.exchange(ec.ECDH(), point)
        except ValueError as error:
            raise CannotRead(str(error)) from error


def _private(group: int) -> x25519.X25519PrivateKey | x448.X448PrivateKey | ec.EllipticCurvePrivateKey:
    if group == X25519:
        return x25519.X25519PrivateKey.generate()
    return x448.X448PrivateKey.generate() if group == X448 else ec.generate_private_key(_CURVES[group]())


class Protection:
    """One direction of a connection under one traffic secret (RFC 8446 section 5.2)."""

    def __init__(self, suite: int, secret: bytes) -> None:
        digest = hash_of(suite)
        key = expand_label(digest, secret, "key", b"", _KEY_SIZES[suite])
        self._iv = int.from_bytes(expand_label(digest, secret, "iv", b"", 12), "big")
        self._cipher = _cipher(suite, key)
        self._sequence = 0

    def seal(self, kind: int, content: bytes) -> bytes:
        """A record that carries ``content``."""
        length = len(content) + 1 + (8 if isinstance(self._cipher, AESCCM) and self._short_tag else 16)
        head = b"\x17\x03\x03" + length.to_bytes(2, "big")
        return head + self._cipher.encrypt(self._nonce(), content + bytes([kind]), head)

    def open(self, head: bytes, content: bytes) -> tuple[int, bytes]:
        """Kind and content of a record, padding removed. Raises CannotRead."""
        try:
            plain = self._cipher.decrypt(self._nonce(), content, head).rstrip(b"\0")
        except (InvalidTag, ValueError) as error:
            raise CannotRead("a record that does not decrypt") from error
        if not plain:
            raise CannotRead("a record of padding only")
        return plain[-1], plain[:-1]

    @property
    def _short_tag(self) -> bool:
        return getattr(self._cipher, "_tag_length", 16) == 8

    def _nonce(self) -> bytes:
        nonce = (self._iv ^ self._sequence).to_bytes(12, "big")
        self._sequence += 1
        return nonce


def _cipher(suite: int, key: bytes) -> AESGCM | ChaCha20Poly1305 | AESCCM:
    match suite:
        case 0x1301 | 0x1302:
            return AESGCM(key)
        case 0x1303:
            return ChaCha20Poly1305(key)
        case _:
            return AESCCM(key, tag_length=8 if suite == 0x1305 else 16)


def hash_of(suite: int) -> Hash:
    """The hash of a suite's key schedule."""
    return hashes.SHA384() if suite == 0x1302 else hashes.SHA256()


@dataclass(frozen=True, slots=True)
class HandshakeSecrets:
    """What follows from the shared secret and the hellos (RFC 8446 section 7.1)."""

    client: bytes
    server: bytes
    master: bytes

    @classmethod
    def derive(cls, suite: int, shared: bytes, transcript: bytes) -> HandshakeSecrets:
        """``transcript`` is the hash of all messages up to ServerHello."""
        digest = hash_of(suite)
        zeros, empty = bytes(digest.digest_size), hash_bytes(digest, b"")
        early = _extract(digest, zeros, zeros)
        secret = _extract(digest, expand_label(digest, early, "derived", empty, digest.digest_size), shared)
        master = _extract(digest, expand_label(digest, secret, "derived", empty, digest.digest_size), zeros)
        client, server = (
            expand_label(digest, secret, label, transcript, digest.digest_size)
            for label in ("c hs traffic", "s hs traffic")
        )
        return cls(client, server, master)


def finished(suite: int, secret: bytes, transcript: bytes) -> bytes:
    """The verify_data of a Finished message (RFC 8446 section 4.4.4)."""
    digest = hash_of(suite)
    return _extract(digest, expand_label(digest, secret, "finished", b"", digest.digest_size), transcript)


def expand_label(digest: Hash, secret: bytes, label: str, context: bytes, length: int) -> bytes:
    """HKDF-Expand-Label (RFC 8446 section 7.1)."""
    name = b"tls13 " + label.encode()
    info = length.to_bytes(2, "big") + bytes([len(name)]) + name + bytes([len(context)]) + context
    return HKDFExpand(digest, length, info).derive(secret)


def _extract(digest: Hash, salt: bytes, material: bytes) -> bytes:
    """HKDF-Extract (RFC 5869 section 2.2), which is HMAC."""
    mac = hmac.HMAC(salt, digest)
    mac.update(material)
    return mac.finalize()


def hash_bytes(digest: Hash, data: bytes) -> bytes:
    """A plain hash."""
    context = hashes.Hash(digest)
    context.update(data)
    return context.finalize()
