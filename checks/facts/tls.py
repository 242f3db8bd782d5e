"""One TLS handshake as it was seen."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts.network import Reason


@dataclass(frozen=True, slots=True)
class Verification:
    """What OpenSSL says of the chain that was sent, against the trusted roots and the clock of the measurement, names
    left out: X509_V_OK is code 0.
    """

    code: int
    message: str
    depth: int


@dataclass(frozen=True, slots=True)
class TlsHandshake:
    """A finished handshake. ``version`` as OpenSSL names it (``TLSv1.3``); ``chain`` the certificates as sent, leaf
    first, DER in base64; ``server_name`` the SNI that we sent; ``suite`` and ``group`` the code points that the ServerHello
    chose, 0 where nobody looked or it has none. ``asks_certificate``: the server asked for one of ours.
    """

    version: str
    cipher: str
    server_name: str
    chain: tuple[str, ...]
    verification: Verification
    ms: int = 0
    short_hello: bool = False
    asks_certificate: bool = False
    suite: int = 0
    group: int = 0


@dataclass(frozen=True, slots=True)
class TlsFailure:
    """A handshake that did not finish. ``alert`` is the name of the alert that they sent, if any (RFC 8446 section
    6), ``detail`` OpenSSL's own words.
    """

    reason: Reason
    alert: str = ""
    detail: str = ""
    answered: bool = True
