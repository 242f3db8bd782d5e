"""TLSA records (RFC 6698 section 2.1, names of RFC 7218) and whether a client can use one at all (RFC 7671, RFC 7672
section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key


class Usage(IntEnum):
    """Certificate usage (RFC 7218 section 2.1)."""

    PKIX_TA = 0
    PKIX_EE = 1
    DANE_TA = 2
    DANE_EE = 3


class Selector(IntEnum):
    """What of the certificate is compared (RFC 7218 section 2.2)."""

    CERT = 0
    SPKI = 1


class Matching(IntEnum):
    """How it is compared (RFC 7218 section 2.3)."""

    FULL = 0
    SHA2_256 = 1
    SHA2_512 = 2


_DIGEST_BYTES = {Matching.SHA2_256: 32, Matching.SHA2_512: 64}


class Unusable(StrEnum):
    """Why a record is passed over. It still obliges a sender to TLS (RFC 7672 section 2.2)."""

    USAGE_UNKNOWN = "usage-unknown"
    USAGE_NOT_FOR_SMTP = "usage-not-for-smtp"
    SELECTOR_UNKNOWN = "selector-unknown"
    MATCHING_UNKNOWN = "matching-unknown"
    DIGEST_LENGTH = "digest-length"
    NOT_A_CERTIFICATE = "not-a-certificate"
    NOT_A_KEY = "not-a-key"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Tlsa:
    """One record: the three numbers as published, the data in bytes, and the text as it stands in DNS."""

    usage: int
    selector: int
    matching: int
    data: bytes
    text: str

    @property
    def parameters(self) -> str:
        """``3 1 1`` and the like."""
        return f"{self.usage} {self.selector} {self.matching}"


def parse(text: str) -> Tlsa:
    """The record in presentation format. What cannot be read becomes a record with impossible parameters, which is
    unusable.
    """
    fields = text.split()
    try:
        usage, selector, matching = (int(field) for field in fields[:3])
        return Tlsa(usage, selector, matching, bytes.fromhex("".join(fields[3:])), text)
    except ValueError:
        return Tlsa(-1, -1, -1, b"", text)


def unusable(record: Tlsa, *, smtp: bool) -> Unusable | None:
    """Why the record cannot be used, or None when it can. For SMTP the PKIX usages are unusable too (RFC 7672 section
    3.1.3).
    """
    if record.usage < 0:
        return Unusable.MALFORMED
    if record.usage not in list(Usage):
        return Unusable.USAGE_UNKNOWN
    if smtp and record.usage in (Usage.PKIX_TA, Usage.PKIX_EE):
        return Unusable.USAGE_NOT_FOR_SMTP
    if record.selector not in list(Selector):
        return Unusable.SELECTOR_UNKNOWN
    if record.matching not in list(Matching):
        return Unusable.MATCHING_UNKNOWN
    if record.matching == Matching.FULL:
        return _unreadable(record)
    return None if len(record.data) == _DIGEST_BYTES[Matching(record.matching)] else Unusable.DIGEST_LENGTH


def _unreadable(record: Tlsa) -> Unusable | None:
    """Full data has to be a certificate or a public key (RFC 6698 section 2.1.3)."""
    try:
        if record.selector == Selector.CERT:
            x509.load_der_x509_certificate(record.data)
        else:
            load_der_public_key(record.data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Unusable.NOT_A_CERTIFICATE if record.selector == Selector.CERT else Unusable.NOT_A_KEY
    return None


def strongest(records: Iterable[Tlsa]) -> frozenset[Tlsa]:
    """Digest agility (RFC 7671 section 9): for each usage and selector only the strongest digest counts; Full(0)
    always counts.
    """
    usable = tuple(records)
    best: dict[tuple[int, int], int] = {}
    for record in usable:
        best[record.usage, record.selector] = max(record.matching, best.get((record.usage, record.selector), 0))
    return frozenset(
        record for record in usable if record.matching in (Matching.FULL, best[record.usage, record.selector])
    )


def wrong_places(host: str, domain: str) -> tuple[tuple[str, str], ...]:
    """Names and types at which the TLSA records of mail host ``host`` are found by mistake, most likely first: the port
    of the web, labels in the wrong order, a forgotten final dot, the mail domain itself, TXT instead of TLSA.
    """
    host, domain = host.rstrip(".") + ".", domain.rstrip(".") + "."
    places = (
        (f"_tcp._25.{host}", "TLSA"),
        (f"_25._tcp.{host}{domain}", "TLSA"),
        *(((f"_25._tcp.{domain}", "TLSA"),) if host != domain else ()),
        (f"_25._tcp.{host}", "TXT"),
        (f"_443._tcp.{host}", "TLSA"),
    )
    return tuple((name, rdtype) for name, rdtype in places if len(name) < 255)
