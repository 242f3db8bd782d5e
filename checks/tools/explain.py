"""A TLSA record taken apart: what people paste (with or without owner name, TTL, class and type) to its four parts, and
what is to be said of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from checks.records.tlsa import Matching, Selector, Tlsa, Unusable, Usage, unusable
from checks.tools.make import Choice, Mistake, mistakes

LONGEST = 140_000  # characters; the data of a record is at most 65,535 bytes, two characters each
_OWNER = re.compile(r"_([0-9]{1,5})\._(tcp|udp|sctp)\.(.{1,254})", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,3}")
_HEX = re.compile(r"[0-9a-fA-F]*")


class Problem(StrEnum):
    """Why a text is no TLSA record."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    SEVERAL = "several"
    OTHER_TYPE = "other-type"
    TOO_SHORT = "too-short"
    NOT_NUMBERS = "not-numbers"
    NOT_HEX = "not-hex"
    ODD_HEX = "odd-hex"


class Refused(ValueError):
    """A text that is no TLSA record; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Explained:
    """A record with its owner name as far as it was given: ``host`` (no final dot), ``port`` and ``protocol`` are empty,
    0 and empty without one. ``unusable`` is for mail when the port is 25, else for the web.
    """

    record: Tlsa
    host: str
    port: int
    protocol: str
    unusable: Unusable | None
    mistakes: tuple[Mistake, ...]

    @property
    def usage(self) -> str:
        """Acronym of RFC 7218, or empty."""
        return Usage(self.record.usage).name.replace("_", "-") if self.record.usage in list(Usage) else ""

    @property
    def selector(self) -> str:
        """Acronym of RFC 7218, or empty."""
        return {0: "Cert", 1: "SPKI"}.get(self.record.selector, "")

    @property
    def matching(self) -> str:
        """Acronym of RFC 7218, or empty."""
        return {0: "Full", 1: "SHA2-256", 2: "SHA2-512"}.get(self.record.matching, "")


def explain(text: str, port: int = 0) -> Explained:
    """One record in presentation format (RFC 6698 section 2.2), parentheses and comments allowed. ``port`` counts when
    the text has no owner name; 0 is read as mail. Raises Refused.
    """
    if len(text) > LONGEST:
        raise Refused(Problem.TOO_LONG)
    fields = _fields(text)
    host, named_port, protocol, rest = _owner(fields)
    usage, selector, matching, data = _rdata(rest)
    record = Tlsa(usage, selector, matching, data, f"{usage} {selector} {matching} {data.hex()}")
    counted = named_port or port or 25
    known = usage in list(Usage) and selector in list(Selector) and matching in list(Matching)
    return Explained(
        record,
        host,
        named_port,
        protocol,
        unusable(record, smtp=counted == 25),
        mistakes(Choice.of(usage, selector, matching), counted) if known else (),
    )


def _fields(text: str) -> list[str]:
    lines = [line.partition(";")[0] for line in text.replace("(", " ").replace(")", " ").splitlines()]
    fields = " ".join(lines).split()
    if not fields:
        raise Refused(Problem.EMPTY)
    if sum(field.upper() == "TLSA" for field in fields) > 1:
        raise Refused(Problem.SEVERAL)
    return fields


def _owner(fields: list[str]) -> tuple[str, int, str, list[str]]:
    """The owner name, when there is one, and the fields of the data."""
    match = _OWNER.fullmatch(fields[0])
    upper = [field.upper() for field in fields]
    if "TLSA" in upper:
        rest = fields[upper.index("TLSA") + 1 :]
    elif match or "IN" in upper:
        raise Refused(Problem.OTHER_TYPE)
    else:
        rest = fields
    if match is None:
        return "", 0, "", rest
    return match[3].rstrip(".").lower(), int(match[1]), match[2].lower(), rest


def _rdata(fields: list[str]) -> tuple[int, int, int, bytes]:
    if len(fields) < 4:
        raise Refused(Problem.TOO_SHORT)
    if not all(_NUMBER.fullmatch(field) and int(field) < 256 for field in fields[:3]):
        raise Refused(Problem.NOT_NUMBERS)
    digits = "".join(fields[3:])
    if not _HEX.fullmatch(digits):
        raise Refused(Problem.NOT_HEX)
    if len(digits) % 2:
        raise Refused(Problem.ODD_HEX)
    usage, selector, matching = (int(field) for field in fields[:3])
    return usage, selector, matching, bytes.fromhex(digits)
