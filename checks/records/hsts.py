"""Strict-Transport-Security (RFC 6797 section 6.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIRECTIVE = re.compile(
    r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[!#$%&\'*+.^_`|~0-9A-Za-z-]+))?\s*'
)
_MOST_DIGITS = 18  # of max-age; more is nonsense and would only cost memory


@dataclass(frozen=True, slots=True)
class Hsts:
    """A valid policy. ``max_age`` in seconds."""

    max_age: int
    include_subdomains: bool
    preload: bool


@dataclass(frozen=True, slots=True)
class Malformed:
    """A field that is no policy: where the parser stopped, and why."""

    at: int
    why: str


def parse(text: str) -> Hsts | Malformed:
    """The policy in one field value. Names compare without case, values may be quoted, no directive may occur twice,
    unknown ones are passed over.
    """
    seen: dict[str, str] = {}
    at = 0
    for part in text.split(";"):
        if part.strip():
            match = _DIRECTIVE.fullmatch(part)
            if not match:
                return Malformed(at, "not a directive")
            name, value = match[1].lower(), (match[2] or "").strip('"')
            if name in seen:
                return Malformed(at, "directive given twice")
            seen[name] = value
        at += len(part) + 1
    age = seen.get("max-age")
    if age is None:
        return Malformed(0, "no max-age")
    if not age.isascii() or not age.isdigit() or len(age) > _MOST_DIGITS:
        return Malformed(text.lower().find("max-age"), "max-age is not a number of seconds")
    return Hsts(int(age), "includesubdomains" in seen, "preload" in seen)
