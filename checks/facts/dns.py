"""DNS as it was seen: each question that was asked once, and the message that came back or the reason why none did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DnsFailure(StrEnum):
    """Why a question has no answer that can be used. All of these are on our side of the wire until proven otherwise."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    REFUSED = "refused"  # RCODE REFUSED, NOTIMP or FORMERR
    SERVFAIL = "servfail"  # RCODE SERVFAIL although CD was set
    NOT_ASKED = "not-asked"  # a replay that lacks this question
    TRUNCATED = "truncated"  # only of a name server asked directly: its UDP answer is to be had over TCP
    FORBIDDEN = "forbidden"  # only of a name server: we never dial its address
    NO_IPV6 = "no-ipv6"  # only of a name server: this machine has no IPv6


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """A name (absolute, lower case, with its trailing dot, A-labels) and a type mnemonic, such as ``mx1.example.nl.``
    and ``TLSA``.
    """

    name: str
    rdtype: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to one question: the DNS message in wire format, base64, or else the failure. ``server`` is the
    resolver that gave it; ``ms`` the time it took.
    """

    question: Question
    wire: str = ""
    failure: DnsFailure | None = None
    server: str = ""
    ms: int = 0


@dataclass(frozen=True, slots=True)
class DirectAnswer:
    """What one name server said when it was asked itself: its name, its address, over TCP or UDP. The answer keeps its
    message also when that is a refusal.
    """

    host: str
    address: str
    tcp: bool
    answer: Answer


@dataclass(frozen=True, slots=True)
class DnsFacts:
    """All answers of a scan, the trust anchors that were in force (DS or DNSKEY records in presentation format, owner
    first), what is wrong with our own resolver, if anything, and what name servers said that were asked directly.
    """

    answers: tuple[Answer, ...] = ()
    anchors: tuple[str, ...] = ()
    resolver_unfit: str = ""
    direct: tuple[DirectAnswer, ...] = ()
