"""Private keys for zones, hosts and the certificate authority, made once and kept in a directory: making an RSA key
takes longer than everything else at a start. Nothing else is kept here.
"""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from dns.dnssectypes import Algorithm

from lab.model import KeyType

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey

_MAKERS: dict[str, Callable[[], PrivateKey]] = {
    Algorithm.RSASHA256.name: lambda: rsa.generate_private_key(65537, 2048),
    Algorithm.ECDSAP256SHA256.name: lambda: ec.generate_private_key(ec.SECP256R1()),
    Algorithm.ECDSAP384SHA384.name: lambda: ec.generate_private_key(ec.SECP384R1()),
    Algorithm.ED25519.name: ed25519.Ed25519PrivateKey.generate,
    Algorithm.ED448.name: ed448.Ed448PrivateKey.generate,
    KeyType.P256.value: lambda: ec.generate_private_key(ec.SECP256R1()),
    KeyType.RSA3072.value: lambda: rsa.generate_private_key(65537, 3072),
    KeyType.RSA2048.value: lambda: rsa.generate_private_key(65537, 2048),
    KeyType.RSA1024.value: lambda: rsa.generate_private_key(65537, 1024),
}


class KeyStore:
    """Private keys by label, each in a file of its own that only the owner may read."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def private_key(self, label: str, kind: Algorithm | KeyType) -> PrivateKey:
        """The key with this label, made now if it does not exist yet. Raises ValueError when its file holds something
        else.
        """
        name = kind.name if isinstance(kind, Algorithm) else kind.value
        path = self._directory / f"{label}.{name.lower()}.der"
        if not path.exists():
            _write_private(path, _MAKERS[name]())
        # The keys are our own: the library's test of an RSA key's primes would cost more than the start itself.
        key = serialization.load_der_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, PrivateKey):
            raise ValueError(f"{path} does not hold a key of the practice internet: remove it and start again")
        return key


def _write_private(path: Path, key: PrivateKey) -> None:
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    unfinished = path.with_suffix(f".{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(der)
    unfinished.replace(path)
