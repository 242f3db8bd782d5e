"""One web address as it was seen: plain HTTP on port 80, and HTTPS on port 443 with its handshake."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts.network import Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """Status, and the header fields in order as they came, bounded in count and length. The body is read no further
    than its bound; ``body_bytes`` is what was read.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body_bytes: int = 0
    truncated: bool = False

    def header(self, name: str) -> tuple[str, ...]:
        """All values of a field, in order; names compare without case (RFC 9110 section 5.1)."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


@dataclass(frozen=True, slots=True)
class WebEndpoint:
    """One address of a web host. ``http`` is the answer to ``GET /`` on port 80, redirects not followed; ``tls`` the
    handshake on port 443; ``https`` the answer to ``GET /`` over it.
    """

    host: str
    address: str
    http: HttpResponse | Unreachable
    tls: TlsHandshake | TlsFailure | Unreachable
    https: HttpResponse | Unreachable | None = None
