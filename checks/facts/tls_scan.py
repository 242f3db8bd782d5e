"""What one address said to hellos of our own making: one answer for each hello, and a handshake for what only a whole
handshake shows.

Numbers are the code points of the wire. What they are worth is judged elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checks.facts.network import Reason

FIRST_PROFILE = "ncsc_tls_2025_05"  # what was in force before scans said which profile is


class Ask(StrEnum):
    """Why a hello was sent, and so what its refusal means. Suites are sorted by the profile that was in force. One hello
    may be sent for two reasons, of which each gets its answer.
    """

    TLS13 = "tls13"  # TLS 1.3 with everything; what it chooses
    TLS13_SUITES = "tls13-suites"  # TLS 1.3 with only the suites that are neither good nor sufficient
    TLS13_GROUPS = "tls13-groups"  # TLS 1.3 with only hybrid groups and groups that are not good
    TLS12_ECDSA = "tls12-ecdsa"  # TLS 1.2 with good and sufficient suites, or with all, for an ECDSA certificate
    TLS12_RSA = "tls12-rsa"  # the same for an RSA certificate
    TLS12_ALL = "tls12-all"  # the same for either
    TLS12_WEAK_SUITES = (
        "tls12-weak-suites"  # TLS 1.2 with all suites below sufficient, or with half of them and then the other
    )
    TLS12_INSUFFICIENT = "tls12-insufficient"  # only insufficient ones
    TLS12_DHE = "tls12-dhe"  # only suites with a finite-field group, for its value
    TLS12_GROUPS = "tls12-groups"  # TLS 1.2 with only curves that are not good
    TLS12_SIGNATURES = "tls12-signatures"  # TLS 1.2 with only MD5, SHA-1 and SHA-224 for the key exchange
    TLS12_SHA1 = "tls12-sha1"  # only MD5 and SHA-1, where SHA-224 was chosen
    OLD = "old"  # TLS 1.1 at most
    TLS10 = "tls10"  # TLS 1.0 at most
    SSL3 = "ssl3"  # SSL 3 alone
    SSL2 = "ssl2"
    ORDER = "order"  # every suite that may be accepted, the worst first
    LIST = "list"  # suites that were not accepted yet, to complete the list
    RENEGOTIATION = "renegotiation"  # the first handshake of the connection in which we renegotiate, by OpenSSL
    ALIVE = "alive"  # a hello that was accepted before, to know that they still talk to us


class Reply(StrEnum):
    """How a hello was answered."""

    ACCEPTED = "accepted"  # a ServerHello, or a HelloRetryRequest
    REFUSED = "refused"  # an alert
    HUNG_UP = "hung-up"  # an end without a word, or silence, and again when asked alone; other hellos were answered
    FAILED = "failed"  # no answer that says anything: time-out, no connection, a limit


@dataclass(frozen=True, slots=True)
class Answer:
    """One hello and its answer.

    ``version``, ``suite``, ``group`` and ``signature`` are code points, 0 where they do not occur; ``prime`` and
    ``generator`` the finite-field group, big-endian hexadecimal. ``retry``: the group was asked for by a HelloRetryRequest
    (RFC 8446 section 4.1.4).
    """

    ask: Ask
    reply: Reply
    version: int = 0
    suite: int = 0
    group: int = 0
    prime: str = ""
    generator: str = ""
    signature: int = 0
    compression: int = 0
    extended_master_secret: bool = False
    secure_renegotiation: bool = False
    retry: bool = False
    alert: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Renegotiation:
    """Renegotiations begun by us in one connection of TLS 1.2 or older, and how many the server went along with;
    ``failure`` when the handshake before them did not happen.
    """

    tried: int = 0
    done: int = 0
    failure: Reason | None = None


@dataclass(frozen=True, slots=True)
class Tickets:
    """A whole handshake of TLS 1.3. ``early_data`` is the largest ``max_early_data_size`` in its tickets (RFC 8446
    section 4.6.1), 0 for none.
    """

    tickets: int = 0
    early_data: int = 0
    failure: Reason | None = None


@dataclass(frozen=True, slots=True)
class TlsScan:
    """Everything that was asked of one address. ``chains`` are the different chains that were sent, DER in base64, leaf
    first; ``staple`` the stapled OCSP response of the chain ``stapled`` (an index), base64, empty when none was sent.

    ``complete`` tells whether every suite was asked about; ``connections`` counts all that were made beside the session
    or request that came before. ``small_hellos``: large hellos met silence, and the same in pieces did not. ``profile`` is
    the one that sorted what was asked.
    """

    host: str
    address: str
    port: int
    answers: tuple[Answer, ...] = ()
    chains: tuple[tuple[str, ...], ...] = ()
    staple: str = ""
    stapled: int = 0
    renegotiation: Renegotiation | None = None
    tickets: Tickets | None = None
    complete: bool = False
    small_hellos: bool = False
    connections: int = 0
    ms: int = 0
    profile: str = FIRST_PROFILE
