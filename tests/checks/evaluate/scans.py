"""What addresses accept, in words of the tests: each builder gives the answers of a modern server unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checks.evaluate.tls_reading import Reading
from checks.facts.tls import TlsHandshake, Verification
from checks.facts.tls_scan import Answer, Ask, Renegotiation, Reply, Tickets, TlsScan
from checks.policy.tls_names import SUITES, TLS1_2, TLS1_3
from checks.policy.tls_profile import load

CODES = {name: code for code, name in SUITES.items()}
AES256_13, GCM, CBC, CBC_SHA1 = (
    CODES["TLS_AES_256_GCM_SHA384"],
    CODES["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
    CODES["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"],
    CODES["TLS_RSA_WITH_AES_128_CBC_SHA"],
)
X25519, P256, P224, FFDHE2048, HYBRID = 29, 23, 21, 256, 0x11EC


def accepted(ask: Ask, version: int, suite: int, **changes: Any) -> Answer:
    """A ServerHello with everything that is expected of its version."""
    old = version < TLS1_3
    usual = {"extended_master_secret": old, "secure_renegotiation": old, "group": X25519}
    return Answer(ask, Reply.ACCEPTED, version, suite, **{**usual, **changes})


def refused(ask: Ask) -> Answer:
    return Answer(ask, Reply.REFUSED, alert="handshake_failure")


def failed(ask: Ask) -> Answer:
    return Answer(ask, Reply.FAILED)


MODERN = (
    accepted(Ask.TLS13, TLS1_3, AES256_13),
    refused(Ask.TLS13_SUITES),
    refused(Ask.TLS13_GROUPS),
    refused(Ask.TLS12_ECDSA),
    accepted(Ask.TLS12_RSA, TLS1_2, GCM, signature=0x0804),
    refused(Ask.TLS12_WEAK_SUITES),
    refused(Ask.TLS12_GROUPS),
    refused(Ask.TLS12_SIGNATURES),
    refused(Ask.OLD),
    refused(Ask.SSL2),
)
ONLY_13 = (
    MODERN[0],
    *(refused(ask) for ask in (Ask.TLS13_SUITES, Ask.TLS13_GROUPS, Ask.TLS12_ECDSA, Ask.TLS12_RSA)),
    *(refused(ask) for ask in (Ask.TLS12_WEAK_SUITES, Ask.OLD, Ask.SSL2)),
)


def a_scan(*changed: Answer, of: tuple[Answer, ...] = MODERN, **changes: Any) -> TlsScan:
    """``changed`` answers take the place of those to the same question, or come on top."""
    asks = {answer.ask for answer in changed}
    answers = (*(answer for answer in of if answer.ask not in asks), *changed)
    scan = TlsScan("good.example", "192.0.2.80", 443, answers, renegotiation=Renegotiation(1, 0), tickets=Tickets(2, 0))
    return replace(scan, **changes)


def a_reading(*changed: Answer, of: tuple[Answer, ...] = MODERN, version: str = "TLSv1.3", **changes: Any) -> Reading:
    handshake = TlsHandshake(version, "", "good.example", (), Verification(0, "ok", 0))
    return Reading(a_scan(*changed, of=of, **changes), handshake, load())
