"""One SMTP session with one address of one mail exchange, as far as STARTTLS and its handshake."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checks.facts.network import Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMTP reply: code and lines without the code (RFC 5321 section 4.2.1), bounded; control characters replaced."""

    code: int
    lines: tuple[str, ...]


class Injection(StrEnum):
    """What became of a harmless NOOP that was sent in clear right behind STARTTLS (CVE-2011-0411)."""

    FORGOTTEN = "forgotten"  # as it should be: nothing before TLS counts inside it (RFC 3207 section 4.2)
    EXECUTED = "executed"  # answered inside TLS
    REFUSED = "refused"  # the server would not go on after it
    UNSEEN = "unseen"  # the connection told nothing


@dataclass(frozen=True, slots=True)
class SmtpSession:
    """What one address of a mail exchange said. A field is None when the dialogue did not get that far; ``failure``
    tells why it stopped, if it broke off.

    ``extensions`` are the EHLO keywords in capitals as offered (first word of each line, RFC 5321 section 4.1.1.1).
    ``transcript`` is the dialogue for people: lines ``S: …`` and ``C: …``.
    ``discarded`` counts bytes that came in clear behind the reply to STARTTLS (RFC 3207 section 4.2); they were
    thrown away. ``bare_lf``: lines ended without CR (RFC 5321 section 2.3.8).
    ``connect_ms`` and ``greeting_ms`` are milliseconds since the start of the connection. ``attempts`` counts
    connections made to the address: sessions, retries, and what else was asked of it.

    ``other_try`` is a connection a moment earlier or later that came to something else: the better of the two speaks, and
    the other is kept.

    ``other_tls`` is what clients get that accept only certificates with the other kind of key, RSA or ECDSA; None where there
    is no such certificate, as far as we could see. ``injection`` and ``secured`` come from a connection of their own: ``secured`` are the EHLO
    keywords as offered inside TLS, ``unnamed`` the chain that is shown to a client that sends no server name.
    ``rset`` is the reply to RSET in clear, on that connection too.
    ``measured_ago`` is the age in seconds of a session that was measured for another domain with the same mail host.
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
    other_tls: TlsHandshake | TlsFailure | None = None
    injection: Injection | None = None
    secured: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    measured_ago: int = 0
    rset: Reply | None = None
    other_try: SmtpSession | None = None
