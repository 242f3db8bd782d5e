"""A TLS server in memory on Python's own ``ssl``, so that client and server do not share one wrapper around OpenSSL."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.checks.certificates import Issued, server_files


def server_context(folder: Path, leaf: Issued, *others: Issued) -> ssl.SSLContext:
    """A context that sends this chain."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*server_files(folder, leaf, *others))
    return context


class MemoryServer:
    """The server's end of one connection; after the handshake it answers with what ``respond`` makes of the plain text.

    It is a step of a script: called with what the client wrote, it gives what the server sends, empty when it hangs up.
    """

    def __init__(self, context: ssl.SSLContext, respond: Callable[[bytes], bytes] = lambda _: b"") -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._respond = respond
        self._ready = False
        self.plain = b""
        self.ended = False

    @property
    def alpn(self) -> str | None:
        """The protocol that was agreed."""
        return self._tls.selected_alpn_protocol()

    def goodbye(self) -> bytes:
        """Our close_notify."""
        with suppress(ssl.SSLWantReadError):
            self._tls.unwrap()
        return self._outgoing.read()

    def __call__(self, data: bytes) -> bytes:
        self._incoming.write(data)
        try:
            if not self._ready:
                self._tls.do_handshake()
                self._ready = True
            self._serve()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.ended = True
        return self._outgoing.read()

    def _serve(self) -> None:
        while data := self._tls.read(16384):
            self.plain += data
            if answer := self._respond(data):
                self._tls.write(answer)
        self.ended = True
