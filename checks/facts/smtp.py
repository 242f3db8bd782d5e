"""One SMTP session with one address of one mail exchange, as far as STARTTLS and its handshake."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts.network import Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMTP reply: code and lines without the code (RFC 5321 section 4.2.1), bounded; control characters replaced."""

    code: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SmtpSession:
    """What one address of a mail exchange said. A field is None when the dialogue did not get that far; ``failure`` tells why it stopped, if it broke off.

    ``extensions`` are the EHLO keywords in capitals as offered (first word of each line, RFC 5321 section 4.1.1.1). ``transcript`` is the dialogue for people: lines ``S: …`` and ``C: …``.
    ``discarded`` counts bytes that came in clear behind the reply to STARTTLS (RFC 3207 section 4.2); they were thrown away. ``bare_lf``: lines ended without CR (RFC 5321 section 2.3.8).
    ``connect_ms`` and ``greeting_ms`` are milliseconds since the start of the connection. ``attempts`` counts connections made, retries included.
    """

    host: str
    address: str
    port: int
    failure: Unreachable | None = None
    greeting: Reply | None = None
    ehlo: Reply | None = None
    helo: Reply | None = None
    extensions: tuple[str, ...] = ()
    starttls: Reply | None = None
    tls: TlsHandshake | TlsFailure | None = None
    transcript: tuple[str, ...] = ()
    discarded: int = 0
    bare_lf: bool = False
    connect_ms: int = 0
    greeting_ms: int = 0
    attempts: int = 1
