"""A handshake of TLS 1.3 without I/O, for what only a whole one shows: the certificates, the stapled OCSP response, and
whether the tickets allow early data. RFC 8446 section 2.

Nothing is verified: the certificate is judged from the facts, and no secret goes over the connection. OpenSSL's binding
shows neither the tickets' early data nor more than one stapled response, and this takes the hello of ``tls_hello``.
"""

from __future__ import annotations

import os
from dataclasses import replace

from checks.facts.network import Reason
from checks.policy.tls_names import TLS1_2
from checks.wire import tls_hello
from checks.wire.tls import MAX_CHAIN
from checks.wire.tls13_keys import (
    EXCHANGES,
    SUITES,
    X25519,
    CannotRead,
    Exchange,
    HandshakeSecrets,
    Protection,
    expand_label,
    finished,
    hash_bytes,
    hash_of,
)
from checks.wire.tls_flight import Flight
from checks.wire.tls_hello import HANDSHAKE, Hello

MAX_HANDSHAKE = 262_144  # bytes of encrypted handshake, and of what follows until we have seen enough
MAX_TICKETS = 16
_ALERT, _APPLICATION, _CHANGE_CIPHER_SPEC = 21, 23, 20
_EARLY_DATA = 42


class Tls13Client:
    """One connection. ``start``, then ``receive`` until ``done``; what they return is to be sent.

    ``flight`` is the answer in clear, known as soon as ``answered``. When the handshake is ``finished``, ``request`` is
    sent; its answer comes behind the tickets (section 4.6.1), so its first bytes end the wait for them.
    """

    def __init__(self, hello: Hello, request: bytes) -> None:
        self.flight = Flight()
        self.answered = False
        self.finished = False
        self.done = False
        self.failure: Reason | None = None
        self.chain: tuple[bytes, ...] = ()
        self.staple = b""
        self.tickets: list[int] = []  # the early data that each allows, in bytes
        self._exchange = Exchange(X25519)
        self._hello = replace(hello, shares=((X25519, self._exchange.share),) if X25519 in hello.groups else ())
        self._request = request
        self._random, self._session = os.urandom(32), os.urandom(32)
        self._transcript = b""
        self._buffer = bytearray()
        self._messages = bytearray()
        self._total = 0
        self._asked_for_certificate: bytes | None = None
        self._read: Protection | None = None
        self._secrets: HandshakeSecrets | None = None

    def start(self) -> bytes:
        """The first ClientHello."""
        self._transcript = tls_hello.message(self._hello, self._random, self._session)
        return tls_hello.build(self._hello, random=self._random, session=self._session)

    def receive(self, data: bytes) -> bytes:
        """Takes bytes, empty when the other side closed; returns what is to be sent in turn."""
        if not data:
            self._end(None if self.finished else Reason.CLOSED)
            return b""
        self._total += len(data)
        if self._total > MAX_HANDSHAKE:
            self._end(Reason.TOO_MUCH)
            return b""
        try:
            return self._take(data) if self._read is None else self._records(data)
        except (CannotRead, ValueError, IndexError):
            self._end(Reason.PROTOCOL)
            return b""

    def interrupted(self, reason: Reason) -> None:
        """The connection ended; after the handshake that is no failure."""
        self._end(None if self.finished else reason)

    def _end(self, failure: Reason | None) -> None:
        self.failure = self.failure or failure
        self.done = True

    def _take(self, data: bytes) -> bytes:
        """The answer in clear: a ServerHello, a HelloRetryRequest or an alert."""
        retried, flight = self.answered, Flight() if self.answered and self.flight.retry else self.flight
        if retried and self._buffer:
            data, self._buffer = bytes(self._buffer) + data, bytearray()
        kept = data
        if retried:
            data = _without_change_cipher_spec(data)
        flight.receive(data)
        if not flight.done:
            if retried:
                self._buffer = bytearray(kept)
            return b""
        self.answered = True
        if not flight.accepted or flight.failure or flight.suite not in SUITES or flight.group not in EXCHANGES:
            self._end(flight.failure or Reason.PROTOCOL)
            return b""
        if flight.retry:
            return b"" if retried else self._again(flight)
        self._derive(flight)
        return self._records(flight.rest())

    def _again(self, flight: Flight) -> bytes:
        """The second ClientHello, with a share of the group they want (section 4.1.2)."""
        digest = hash_of(flight.suite)
        first = hash_bytes(digest, self._transcript)
        self._exchange = Exchange(flight.group)
        self._hello = replace(self._hello, shares=((flight.group, self._exchange.share),))
        second = tls_hello.message(self._hello, self._random, self._session)
        self._transcript = b"\xfe\0\0" + bytes([len(first)]) + first + flight.server_hello + second
        self._buffer = bytearray(flight.rest())
        return tls_hello.in_records(HANDSHAKE, second, TLS1_2)

    def _derive(self, flight: Flight) -> None:
        self._suite = flight.suite
        self._transcript += flight.server_hello
        shared = self._exchange.secret(flight.share)
        transcript = hash_bytes(hash_of(self._suite), self._transcript)
        self._secrets = HandshakeSecrets.derive(self._suite, shared, transcript)
        self._read = Protection(self._suite, self._secrets.server)

    def _records(self, data: bytes) -> bytes:
        self._buffer += data
        out = b""
        while not self.done and len(self._buffer) >= 5:
            length = int.from_bytes(self._buffer[3:5], "big")
            if len(self._buffer) < 5 + length:
                break
            head, content = bytes(self._buffer[:5]), bytes(self._buffer[5 : 5 + length])
            del self._buffer[: 5 + length]
            if head[0] == _CHANGE_CIPHER_SPEC:
                continue
            if head[0] != _APPLICATION or self._read is None:
                raise CannotRead("a record in clear")
            out += self._content(*self._read.open(head, content))
        return out

    def _content(self, kind: int, content: bytes) -> bytes:
        if kind != HANDSHAKE:  # data or an alert: whatever it is, the tickets came before it
            self._end(None if self.finished else Reason.PROTOCOL)
            return b""
        self._messages += content
        out = b""
        while len(self._messages) >= 4:
            length = int.from_bytes(self._messages[1:4], "big")
            if len(self._messages) < 4 + length:
                break
            message = bytes(self._messages[: 4 + length])
            del self._messages[: 4 + length]
            out += self._message(message[0], message)
        return out

    def _message(self, kind: int, message: bytes) -> bytes:
        if kind == 4:
            if self.finished and len(self.tickets) < MAX_TICKETS:
                self.tickets.append(_early_data(message[4:]))
            return b""
        if kind == 20 and not self.finished:
            return self._finish(message)
        self._transcript += message
        if kind == 11:
            self.chain, self.staple = _certificates(message[4:])
        elif kind == 13:
            self._asked_for_certificate = message[5 : 5 + message[4]]
        return b""

    def _finish(self, message: bytes) -> bytes:
        """Our Finished, behind an empty Certificate when they asked for one (section 4.4.2), and the request."""
        assert self._secrets is not None
        digest, suite = hash_of(self._suite), self._suite
        self._transcript += message
        master, after = self._secrets.master, hash_bytes(digest, self._transcript)
        write, flight = Protection(suite, self._secrets.client), b""
        if self._asked_for_certificate is not None:
            context = self._asked_for_certificate
            body = bytes([len(context)]) + context + b"\0\0\0"
            flight = b"\x0b" + len(body).to_bytes(3, "big") + body
            self._transcript += flight
        proof = finished(suite, self._secrets.client, hash_bytes(digest, self._transcript))
        flight += b"\x14" + len(proof).to_bytes(3, "big") + proof
        secrets = [
            expand_label(digest, master, label, after, digest.digest_size) for label in ("c ap traffic", "s ap traffic")
        ]
        self._read, self.finished = Protection(suite, secrets[1]), True
        change = b"\x14\x03\x03\0\x01\x01"  # for middleboxes (appendix D.4)
        return change + write.seal(HANDSHAKE, flight) + Protection(suite, secrets[0]).seal(_APPLICATION, self._request)


def _without_change_cipher_spec(data: bytes) -> bytes:
    """What follows the meaningless records that may stand between the hellos (appendix D.4)."""
    while data[:3] == b"\x14\x03\x03" and len(data) >= 6:
        data = data[6:]
    return data


def _certificates(body: bytes) -> tuple[tuple[bytes, ...], bytes]:
    """The chain of a Certificate message, and the OCSP response of its leaf (sections 4.4.2 and 4.4.2.1)."""
    chain: list[bytes] = []
    staple = b""
    at = 1 + body[0] + 3
    while at < len(body) and len(chain) < MAX_CHAIN:
        length = int.from_bytes(body[at : at + 3], "big")
        chain.append(body[at + 3 : at + 3 + length])
        at += 3 + length
        size = int.from_bytes(body[at : at + 2], "big")
        if len(chain) == 1:
            staple = _staple(body[at + 2 : at + 2 + size])
        at += 2 + size
    return tuple(chain), staple


def _staple(extensions: bytes) -> bytes:
    data = _extension(extensions, 5)
    return data[4 : 4 + int.from_bytes(data[1:4], "big")] if data[:1] == b"\x01" else b""


def _early_data(body: bytes) -> int:
    """max_early_data_size of a NewSessionTicket (section 4.6.1)."""
    at = 9 + body[8]
    at += 2 + int.from_bytes(body[at : at + 2], "big")
    return int.from_bytes(_extension(body[at + 2 :], _EARLY_DATA)[:4], "big")


def _extension(data: bytes, code: int) -> bytes:
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if int.from_bytes(data[at : at + 2], "big") == code:
            return data[at + 4 : at + 4 + size]
        at += 4 + size
    return b""
