"""ClientHellos of our own making, as bytes: any version from SSL 2 to TLS 1.3, any suites, groups and signature schemes
in any order. RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2, and for SSL 2 the draft that RFC 6176 forbids.

Builds and knows nothing of answers. Nothing here is secret: the random bytes and the session are those of a
connection that ends after the server's first flight.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks.policy.tls_names import ALL_SIGNATURES, SSL2, SSL3, TLS1_0, TLS1_2, TLS1_3

SIGNALLING_SUITE = 0x00FF  # TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 section 3.3), for SSL 3 without extensions
HANDSHAKE, CLIENT_HELLO = 22, 1
NULL_COMPRESSION, DEFLATE = 0, 1
_RECORD = 16_384  # bytes of a record's content at most (RFC 8446 section 5.1)


@dataclass(frozen=True, slots=True)
class Hello:
    """What a ClientHello offers, code points in order of preference.

    ``version`` is the highest that is offered; TLS 1.3 is offered alone. ``shares`` are (group, public key) pairs: an
    empty tuple asks for a HelloRetryRequest, which names the server's group without any cryptography.
    """

    version: int
    suites: tuple[int, ...]
    groups: tuple[int, ...] = ()
    signatures: tuple[int, ...] = ()
    server_name: str = ""
    shares: tuple[tuple[int, bytes], ...] = ()
    deflate: bool = False
    staple: bool = True


def build(hello: Hello, *, random: bytes | None = None, session: bytes | None = None) -> bytes:
    """The bytes to send, in records. ``random`` (32 bytes) and ``session`` (at most 32) are drawn when not given."""
    random = os.urandom(32) if random is None else random
    if hello.version == SSL2:
        return _ssl2(hello.suites, random[:16])
    return in_records(HANDSHAKE, message(hello, random, session), min(max(hello.version, SSL3), TLS1_0))


def message(hello: Hello, random: bytes, session: bytes | None = None) -> bytes:
    """The ClientHello as a handshake message, without records."""
    modern = hello.version == TLS1_3
    # A session of 32 bytes makes TLS 1.3 look like a resumption to middleboxes (RFC 8446 appendix D.4).
    session = (os.urandom(32) if modern else b"") if session is None else session
    suites = hello.suites if hello.version > SSL3 else (*hello.suites, SIGNALLING_SUITE)
    body = (
        min(hello.version, TLS1_2).to_bytes(2, "big")
        + random
        + _vector(1, session)
        + _vector(2, _codes(suites))
        + _vector(1, bytes([DEFLATE, NULL_COMPRESSION] if hello.deflate and not modern else [NULL_COMPRESSION]))
    )
    if hello.version > SSL3:
        body += _vector(2, _extensions(hello))
    return bytes([CLIENT_HELLO]) + _vector(3, body)


def in_records(kind: int, content: bytes, version: int) -> bytes:
    """Content in as many records as it takes."""
    pieces = (content[at : at + _RECORD] for at in range(0, len(content), _RECORD))
    return b"".join(bytes([kind]) + version.to_bytes(2, "big") + _vector(2, piece) for piece in pieces)


def _ssl2(suites: Sequence[int], challenge: bytes) -> bytes:
    """CLIENT-HELLO of SSL 2: suites are three bytes each; the two-byte record header has its high bit set."""
    specs = b"".join(suite.to_bytes(3, "big") for suite in suites)
    body = (
        b"\x01" + SSL2.to_bytes(2, "big") + len(specs).to_bytes(2, "big") + b"\0\0" + len(challenge).to_bytes(2, "big")
    )
    body += specs + challenge
    return (0x8000 | len(body)).to_bytes(2, "big") + body


def _extensions(hello: Hello) -> bytes:
    modern = hello.version == TLS1_3
    found: list[tuple[int, bytes]] = []
    if hello.server_name:
        name = hello.server_name.encode("ascii", "replace")
        found.append((0, _vector(2, b"\0" + _vector(2, name))))  # RFC 6066 section 3
    if hello.staple:
        found.append((5, b"\x01\0\0\0\0"))  # status_request: OCSP, no responder, no extension (RFC 6066 section 8)
    if hello.groups:
        found.append((10, _vector(2, _codes(hello.groups))))
    if not modern:
        found.append((11, b"\x01\0"))  # uncompressed points (RFC 8422 section 5.1.2)
    if hello.version >= TLS1_2:
        found.append((13, _vector(2, _codes(hello.signatures or ALL_SIGNATURES))))
        # The certificates themselves may be signed with anything: that is asked elsewhere (RFC 8446 section 4.2.3).
        found.append((50, _vector(2, _codes(ALL_SIGNATURES))))
    if modern:
        found.append((43, _vector(1, TLS1_3.to_bytes(2, "big"))))
        shares = b"".join(group.to_bytes(2, "big") + _vector(2, key) for group, key in hello.shares)
        found.append((51, _vector(2, shares)))
        found.append((45, b"\x01\x01"))  # psk_dhe_ke: without it nobody sends tickets (RFC 8446 section 4.2.9)
    else:
        found.append((23, b""))  # extended_master_secret (RFC 7627)
        found.append((0xFF01, b"\0"))  # renegotiation_info (RFC 5746)
    return b"".join(code.to_bytes(2, "big") + _vector(2, data) for code, data in found)


def _codes(codes: Iterable[int]) -> bytes:
    return b"".join(code.to_bytes(2, "big") for code in codes)


def _vector(size: int, data: bytes) -> bytes:
    """``data`` behind its length in ``size`` bytes."""
    return len(data).to_bytes(size, "big") + data
