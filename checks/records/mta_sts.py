"""MTA-STS: the TXT record and the policy file (RFC 8461 section 3), text to dataclass; fetching is done elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_MX = 100  # patterns of a policy that are kept
LONGEST_AGE = 31_557_600  # seconds; RFC 8461 section 3.2 allows no more


class Mode(StrEnum):
    """What a sender does with a host that does not fit the policy."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


class Why(StrEnum):
    """Why a text is no record or no policy."""

    NO_ID = "no-id"
    BAD_FIELD = "bad-field"
    VERSION = "version"
    MODE = "mode"
    MAX_AGE = "max-age"
    NO_MX = "no-mx"
    BAD_MX = "bad-mx"
    NOT_TEXT = "not-text"


@dataclass(frozen=True, slots=True)
class Malformed:
    """The piece of text, and why."""

    term: str
    why: Why


@dataclass(frozen=True, slots=True)
class StsRecord:
    """The record: ``id`` changes when the policy does."""

    id: str


@dataclass(frozen=True, slots=True)
class StsPolicy:
    """The policy. ``max_age`` in seconds; ``mx`` host names or patterns, lower case; ``others`` keys that mean nothing."""

    mode: Mode
    max_age: int
    mx: tuple[str, ...]
    others: tuple[str, ...] = ()


_BEGIN = re.compile(r"v=STSv1[ \t]*(;|$)")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x21-\x3a\x3c\x3e-\x7e]*)")
_TERM = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*(.*?)[ \t]*")
_MX = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?")


def sts_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Those of the TXT texts that are records of MTA-STS; all others are passed over (RFC 8461 section 3.1)."""
    return tuple(text for text in texts if _BEGIN.match(text))


def parse_record(text: str) -> StsRecord | Malformed:
    """One record (RFC 8461 section 3.1). Fields that mean nothing are passed over."""
    found = ""
    for part in text.split(";")[1:]:
        if not part.strip(" \t"):
            continue
        match = _FIELD.fullmatch(part.strip(" \t"))
        if match is None:
            return Malformed(part.strip()[:100], Why.BAD_FIELD)
        if match[1] == "id":
            found = found or match[2]
    return StsRecord(found) if _ID.fullmatch(found) else Malformed(found, Why.NO_ID)


def parse_policy(body: bytes) -> StsPolicy | Malformed:
    """A policy file (RFC 8461 section 3.2): lines end with CRLF or LF; of a key that may stand once the first counts;
    unknown keys are passed over.
    """
    try:
        lines = body.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        return Malformed("", Why.NOT_TEXT)
    once: dict[str, str] = {}
    mx: list[str] = []
    for line in lines:
        if not line.strip(" \t"):
            continue
        match = _TERM.fullmatch(line)
        if match is None:
            return Malformed(line[:100], Why.BAD_FIELD)
        if match[1] == "mx":
            mx.append(match[2].lower())
        else:
            once.setdefault(match[1], match[2])
    return _policy(once, mx)


def _policy(once: dict[str, str], mx: Sequence[str]) -> StsPolicy | Malformed:
    version, mode, age = (once.get(key, "") for key in ("version", "mode", "max_age"))
    if version != "STSv1":
        return Malformed(version[:100], Why.VERSION)
    if mode not in list(Mode):
        return Malformed(mode[:100], Why.MODE)
    if not re.fullmatch(r"[0-9]{1,10}", age):
        return Malformed(age[:100], Why.MAX_AGE)
    if bad := next((name for name in mx if not _MX.fullmatch(name)), None):
        return Malformed(bad[:100], Why.BAD_MX)
    if not mx and mode != Mode.NONE:
        return Malformed("", Why.NO_MX)
    others = tuple(key for key in once if key not in ("version", "mode", "max_age"))
    return StsPolicy(Mode(mode), min(int(age), LONGEST_AGE), tuple(name.rstrip(".") for name in mx[:MOST_MX]), others)


def covers(policy: StsPolicy, host: str) -> bool:
    """Whether the policy names the host: by its name, or by a pattern that stands for exactly one leftmost label (RFC
    8461 section 4.1).
    """
    name = host.rstrip(".").lower()
    return name in policy.mx or f"*.{name.partition('.')[2]}" in policy.mx
