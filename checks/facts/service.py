"""One TLS service (host, port, how TLS begins there) as it was seen at each of its addresses, for the TLSA tools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.facts.dns import DnsFacts
from checks.facts.network import Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake


class Opening(StrEnum):
    """What comes before the ClientHello: nothing, or the dialogue of a protocol that has a command for it."""

    DIRECT = "direct"
    SMTP = "smtp"  # RFC 3207
    IMAP = "imap"  # RFC 9051 section 6.2.1
    POP3 = "pop3"  # RFC 2595 section 4


@dataclass(frozen=True, slots=True)
class ServiceSession:
    """One address of a service. ``tls`` is None when the dialogue did not get that far; ``other`` is the handshake with
    the certificate of the other key type (RSA beside ECDSA), for a server that has both.

    ``transcript`` is the dialogue for people: lines ``S: …`` and ``C: …``.
    """

    address: str
    failure: Unreachable | None = None
    tls: TlsHandshake | TlsFailure | None = None
    other: TlsHandshake | None = None
    transcript: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that was seen of a service. ``measured_at`` is UTC; ``host`` has A-labels and no trailing dot."""

    host: str
    port: int
    opening: Opening
    measured_at: datetime
    dns: DnsFacts
    sessions: tuple[ServiceSession, ...] = ()
    duration_ms: int = 0
