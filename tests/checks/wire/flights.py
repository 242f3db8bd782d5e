"""Server flights as bytes, put together by hand from RFC 5246 and RFC 8446."""

from __future__ import annotations

RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


def vector(size: int, data: bytes) -> bytes:
    return len(data).to_bytes(size, "big") + data


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + vector(3, body)


def record(content: bytes, kind: int = 22, version: int = 0x0303) -> bytes:
    return bytes([kind]) + version.to_bytes(2, "big") + vector(2, content)


def alert(code: int, level: int = 2) -> bytes:
    return record(bytes([level, code]), kind=21)


def server_hello(
    suite: int,
    *extensions: tuple[int, bytes],
    version: int = 0x0303,
    random: bytes = bytes(32),
    compression: int = 0,
) -> bytes:
    packed = b"".join(code.to_bytes(2, "big") + vector(2, data) for code, data in extensions)
    body = version.to_bytes(2, "big") + random + vector(1, b"") + suite.to_bytes(2, "big") + bytes([compression])
    return message(2, body + (vector(2, packed) if extensions else b""))


def certificate(*ders: bytes) -> bytes:
    return message(11, vector(3, b"".join(vector(3, der) for der in ders)))


def status(response: bytes) -> bytes:
    return message(22, b"\x01" + vector(3, response))


def ecdhe_exchange(group: int, signature: int) -> bytes:
    signed = signature.to_bytes(2, "big") + vector(2, bytes(70))
    return message(12, b"\x03" + group.to_bytes(2, "big") + vector(1, bytes(65)) + signed)


def dhe_exchange(prime: bytes, generator: bytes, signature: int) -> bytes:
    signed = signature.to_bytes(2, "big") + vector(2, bytes(70))
    return message(12, vector(2, prime) + vector(2, generator) + vector(2, bytes(8)) + signed)


HELLO_DONE = message(14, b"")
