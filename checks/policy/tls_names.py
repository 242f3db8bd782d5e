"""Names and code points of TLS suites, groups, signature schemes and finite-field primes: IANA's registries as data,
from ``tls_names.toml``. What each is worth is in the profiles.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

_TABLES = tomllib.loads((files(__package__) / "tls_names.toml").read_text("utf-8"))


def _by_code(table: str) -> Mapping[int, str]:
    return MappingProxyType({int(code, 16): name for code, name in _TABLES[table].items()})


SUITES = _by_code("suites")
SSL2_SUITES = _by_code("ssl2_suites")
GROUPS = _by_code("groups")
SIGNATURES = _by_code("signatures")
# What a client offers that refuses nobody: SHA-256 and better first, what is weak last.
ALL_SIGNATURES = tuple(sorted(SIGNATURES, key=lambda code: (code >> 8 < 4, SIGNATURES[code][:4] == "dsa_")))
_PRIMES: Mapping[str, str] = MappingProxyType(_TABLES["primes"])

SSL2, SSL3, TLS1_0, TLS1_1, TLS1_2, TLS1_3 = 0x0002, 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
VERSIONS: Mapping[int, str] = MappingProxyType(
    {SSL2: "SSL 2.0", SSL3: "SSL 3.0", TLS1_0: "TLS 1.0", TLS1_1: "TLS 1.1", TLS1_2: "TLS 1.2", TLS1_3: "TLS 1.3"}
)


def is_tls13_suite(code: int) -> bool:
    """Whether a suite belongs to TLS 1.3, where suites say nothing of key exchange and certificate (RFC 8446 appendix
    B.4, RFC 8998, RFC 9150).
    """
    return code >> 8 == 0x13 or code in (0x00C6, 0x00C7, 0xC0B4, 0xC0B5)


def suite_name(code: int) -> str:
    """The registered name, or the number."""
    return SUITES.get(code) or SSL2_SUITES.get(code) or f"0x{code:04X}"


def group_name(code: int) -> str:
    """The registered name, or the number."""
    return GROUPS.get(code) or f"group 0x{code:04X}"


def prime_name(prime: bytes) -> str:
    """The name of the finite-field group with this prime (big-endian), or an empty string."""
    return _PRIMES.get(hashlib.sha256(prime.lstrip(b"\0")).hexdigest(), "")


def signature_name(code: int) -> str:
    """The registered name of a signature scheme, or the number."""
    return SIGNATURES.get(code) or f"0x{code:04X}"
