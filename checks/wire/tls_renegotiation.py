"""Renegotiation begun by the client, without I/O, over OpenSSL's memory buffers: a handshake of TLS 1.2 or older, then
one more inside it, again and again, as far as the server goes along. RFC 5246 section 7.4.1.1, RFC 5746.
"""

from __future__ import annotations

from functools import cache

from OpenSSL import SSL

from checks.facts.network import Reason

_CHUNK = 16_384
MAX_BYTES = 1_048_576  # from the server in all: many chains
_UNSAFE_LEGACY_RENEGOTIATION = 0x00040000  # SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION of openssl/ssl.h


class Renegotiator:
    """One connection. ``start``, then ``receive`` until ``over``; what they return is to be sent.

    ``established`` tells of the first handshake, ``done`` counts what followed, up to ``most``. ``failure`` is set when
    the first handshake did not happen.
    """

    def __init__(self, server_name: str, most: int) -> None:
        self.established = False
        self.tried = 0
        self.done = 0
        self.over = False
        self.failure: Reason | None = None
        self._most = most
        self._total = 0
        self._tls = SSL.Connection(_context(), None)
        self._tls.set_connect_state()
        self._tls.set_tlsext_host_name(server_name.encode("ascii", "replace"))

    def start(self) -> bytes:
        """The first ClientHello."""
        return self._advance()

    def receive(self, data: bytes) -> bytes:
        """Takes bytes, empty when the other side closed; returns what is to be sent in turn."""
        self._total += len(data)
        if not data or self._total > MAX_BYTES:
            self.interrupted(Reason.TOO_MUCH if data else Reason.CLOSED)
            return b""
        self._tls.bio_write(data)
        return self._advance()

    def interrupted(self, reason: Reason) -> None:
        """The connection ended, or nothing more came: after the first handshake that is a refusal like any other."""
        self.over = True
        if not self.established:
            self.failure = self.failure or reason

    def _advance(self) -> bytes:
        try:
            while not self.over:
                self._tls.do_handshake()
                self._count()
        except SSL.WantReadError:
            pass
        except SSL.Error:
            self.interrupted(Reason.PROTOCOL)
        return self._outgoing()

    def _count(self) -> None:
        """One handshake is complete; the next begins, unless that was the last."""
        if self.established:
            self.done += 1
        self.established = True
        if self.done < self._most:
            self.tried += 1
            self._tls.renegotiate()
        else:
            self.over = True

    def _outgoing(self) -> bytes:
        out = bytearray()
        try:
            while True:
                out += self._tls.bio_read(_CHUNK)
        except SSL.WantReadError:
            return bytes(out)


@cache
def _context() -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(b"ALL:!aNULL:!eNULL:@SECLEVEL=0")
    context.set_options(SSL.OP_LEGACY_SERVER_CONNECT | _UNSAFE_LEGACY_RENEGOTIATION)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    return context
