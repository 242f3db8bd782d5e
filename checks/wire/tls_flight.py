"""The server's answer to a ClientHello, read from bytes without I/O: ServerHello or HelloRetryRequest, Certificate,
CertificateStatus, ServerKeyExchange, alerts, and the ServerHello of SSL 2.

Everything comes in clear, up to TLS 1.2 the whole flight. Signatures are not verified: what is measured is what a
server is willing to do. Hostile bytes give a failure, never an exception; sizes and counts are bounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.facts.network import Reason
from checks.policy.tls_names import SSL2, SSL3, TLS1_2, TLS1_3, suite_name
from checks.wire.tls import ALERTS, MAX_CHAIN

MAX_FLIGHT = 262_144  # bytes that are read of a flight
MAX_RECORD = 16_384 + 2048  # RFC 5246 section 6.2.3
_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")  # RFC 8446 section 4.1.3
_ALERT, _HANDSHAKE = 21, 22
_NAMED_CURVE = 3


class Malformed(Exception):
    """What came is not the first flight of a TLS server."""


@dataclass(slots=True)
class Flight:
    """One flight. Feed ``receive`` until ``done``; the attributes hold what was seen so far.

    ``server_hello`` is that message whole. ``alert`` is the name of a fatal alert. ``failure`` is set for what is no TLS, or too much of it; what was seen
    before stays.
    """

    done: bool = False
    failure: Reason | None = None
    alert: str = ""
    version: int = 0
    suite: int = 0
    compression: int = 0
    retry: bool = False
    group: int = 0
    share: bytes = b""
    prime: bytes = b""
    generator: bytes = b""
    signature: int = 0
    extended_master_secret: bool = False
    secure_renegotiation: bool = False
    chain: tuple[bytes, ...] = ()
    staple: bytes = b""
    started: bool = False
    ssl2_suites: tuple[int, ...] = ()
    server_hello: bytes = b""
    _buffer: bytearray = field(default_factory=bytearray)
    _messages: bytearray = field(default_factory=bytearray)
    _total: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the server chose something of what was offered."""
        return self.version > 0

    def receive(self, data: bytes) -> None:
        """Takes bytes in pieces of any size."""
        if self.done:
            return
        self.started = self.started or bool(data)
        self._total += len(data)
        if self._total > MAX_FLIGHT:
            self._fail(Reason.TOO_MUCH)
            return
        self._buffer += data
        try:
            while not self.done and self._record():
                pass
        except (Malformed, _Short):
            self._fail(Reason.PROTOCOL)

    def rest(self) -> bytes:
        """What came behind the flight: under TLS 1.3 the encrypted part of it."""
        return bytes(self._buffer)

    def _fail(self, reason: Reason) -> None:
        self.failure, self.done = reason, True

    def _record(self) -> bool:
        """Takes one record from the buffer; False when it is not complete."""
        head = self._buffer
        if len(head) < 3:
            return False
        if head[0] & 0x80 and not self.accepted and not self._messages:
            return self._ssl2_record()
        if head[0] not in (_ALERT, _HANDSHAKE) or head[1] != 3:
            raise Malformed
        if len(head) < 5:
            return False
        length = int.from_bytes(head[3:5], "big")
        if length > MAX_RECORD:
            raise Malformed
        if len(head) < 5 + length:
            return False
        kind, content = head[0], bytes(head[5 : 5 + length])
        del self._buffer[: 5 + length]
        if kind == _ALERT:
            self._take_alert(content)
        else:
            self._messages += content
            self._take_messages()
        return True

    def _take_alert(self, content: bytes) -> None:
        if len(content) != 2:
            raise Malformed
        level, code = content
        # A warning such as unrecognized_name does not end a handshake (RFC 6066 section 3); close_notify does.
        if level == 2 or code == 0:
            self.alert, self.done = ALERTS.get(code, f"alert {code}"), True

    def _take_messages(self) -> None:
        while not self.done and len(self._messages) >= 4:
            length = int.from_bytes(self._messages[1:4], "big")
            if length > MAX_FLIGHT:
                raise Malformed
            if len(self._messages) < 4 + length:
                return
            kind, body = self._messages[0], bytes(self._messages[4 : 4 + length])
            if kind == 2:
                self.server_hello = bytes(self._messages[: 4 + length])
            del self._messages[: 4 + length]
            self._take_message(kind, _Reader(body))

    def _take_message(self, kind: int, body: _Reader) -> None:
        if kind == 0:  # HelloRequest means nothing while we are negotiating (RFC 5246 section 7.4.1.1)
            return
        if not self.accepted and kind != 2:
            raise Malformed
        match kind:
            case 2 if not self.accepted:
                self._server_hello(body)
            case 11:
                self.chain = _certificates(body)
            case 22:
                self._certificate_status(body)
            case 12:
                self._key_exchange(body)
            case 13:  # CertificateRequest: they would like to know us; nothing to measure
                pass
            case 14:
                self.done = True
            case _:
                raise Malformed

    def _server_hello(self, body: _Reader) -> None:
        version, random = body.number(2), body.take(32)
        body.vector(1)  # session
        suite, compression = body.number(2), body.number(1)
        extensions = _extensions(_Reader(body.vector(2))) if body.left else {}
        if supported := extensions.get(43):
            version = int.from_bytes(supported, "big")
        if not SSL3 <= version <= TLS1_3:
            raise Malformed
        self.suite, self.compression = suite, compression
        self.extended_master_secret = 23 in extensions
        self.secure_renegotiation = 0xFF01 in extensions
        self.retry = random == _RETRY
        if version == TLS1_3:
            self._take_share(extensions.get(51, b""))
            self.done = True
        self.version = version

    def _take_share(self, data: bytes) -> None:
        """KeyShareServerHello, or the group alone in a HelloRetryRequest (RFC 8446 section 4.2.8)."""
        reader = _Reader(data)
        self.group = reader.number(2) if data else 0
        self.share = reader.vector(2) if data and not self.retry else b""

    def _certificate_status(self, body: _Reader) -> None:
        if body.number(1) == 1:  # ocsp (RFC 6066 section 8)
            self.staple = body.vector(3)

    def _key_exchange(self, body: _Reader) -> None:
        """ServerKeyExchange: elliptic (RFC 8422 section 5.4) or finite-field (RFC 5246 section 7.4.3), by the suite."""
        name = suite_name(self.suite)
        if "_PSK_" in name or "_SRP_" in name:
            return
        if "_ECDH" in name:
            if body.number(1) == _NAMED_CURVE:
                self.group = body.number(2)
            else:
                self.group = 0xFF01  # a curve spelled out (RFC 4492 section 5.4); nobody should
                return
            body.vector(1)
        elif "_DH" in name:
            self.prime, self.generator = body.vector(2), body.vector(2)
            body.vector(2)
        else:  # an export suite's temporary RSA key
            body.vector(2), body.vector(2)
        if self.version == TLS1_2 and body.left >= 2:
            self.signature = body.number(2)

    def _ssl2_record(self) -> bool:
        length = int.from_bytes(self._buffer[:2], "big") & 0x7FFF
        if length < 11 or len(self._buffer) < 2 + length:
            if length < 11:
                raise Malformed
            return False
        body = _Reader(bytes(self._buffer[2 : 2 + length]))
        if body.number(1) != 4:
            raise Malformed
        body.take(2)  # whether the session was found, and the kind of certificate
        if body.number(2) != SSL2:
            raise Malformed
        certificate, specs = body.number(2), body.number(2)
        body.number(2)
        self.chain = (body.take(certificate),) if certificate else ()
        packed = _Reader(body.take(specs))
        self.ssl2_suites = tuple(packed.number(3) for _ in range(specs // 3))
        self.version, self.suite, self.done = SSL2, next(iter(self.ssl2_suites), 0), True
        return True


class _Short(Exception):
    """A field that runs past its end."""


class _Reader:
    """Fields of a message, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise _Short
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        return self.take(self.number(size))


def _extensions(reader: _Reader) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while reader.left:
        code = reader.number(2)
        found.setdefault(code, reader.vector(2))
    return found


def _certificates(body: _Reader) -> tuple[bytes, ...]:
    """The list in Certificate of TLS 1.2 and before (RFC 5246 section 7.4.2)."""
    packed = _Reader(body.vector(3))
    found: list[bytes] = []
    while packed.left and len(found) < MAX_CHAIN:
        found.append(packed.vector(3))
    return tuple(found)
