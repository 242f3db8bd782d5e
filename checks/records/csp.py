"""Content-Security-Policy: the policies of a response, their directives and sources (W3C CSP level 3, section 2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

MOST_DIRECTIVES = 60  # of one policy that are read
MOST_SOURCES = 200  # of one directive

_NAME = re.compile(r"[A-Za-z0-9-]+")
_NONCE_OR_HASH = re.compile(
    r"'(?:nonce-[A-Za-z0-9+/_-]+={0,2}|sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOST = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*|\*)://)?"
    r"(?P<host>\*|(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)"
    r"(?P<port>:(?:[0-9]+|\*))?(?P<path>/[^ ;,]*)?"
)


class Kind(Enum):
    """What a source expression is."""

    KEYWORD = auto()
    NONCE_OR_HASH = auto()
    SCHEME = auto()
    HOST = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Source:
    """One source expression. ``word`` is a keyword without quotes, or a scheme, in lower case; ``scheme`` and ``host``
    are those of a host expression, ``scheme`` empty where none is given.
    """

    text: str
    kind: Kind
    word: str = ""
    scheme: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: its directives by name in lower case. Of a directive given twice the first counts (section 2.2.1)."""

    directives: Mapping[str, tuple[Source, ...]]

    def sources(self, name: str, *fallbacks: str) -> tuple[Source, ...] | None:
        """The sources of a directive, or of the first fallback that is there; None when none is."""
        return next((self.directives[given] for given in (name, *fallbacks) if given in self.directives), None)


def parse(values: Iterable[str]) -> tuple[Policy, ...]:
    """The policies of all field values; a comma separates policies (RFC 9110 section 5.6.1). Empty ones are left out."""
    policies = (_policy(text) for value in values for text in value.split(","))
    return tuple(policy for policy in policies if policy.directives)


def _policy(text: str) -> Policy:
    found: dict[str, tuple[Source, ...]] = {}
    for part in text.split(";")[:MOST_DIRECTIVES]:
        name, *sources = part.split()[: MOST_SOURCES + 1] or [""]
        if _NAME.fullmatch(name):
            found.setdefault(name.lower(), tuple(map(_source, sources)))
    return Policy(found)


def _source(text: str) -> Source:
    if _NONCE_OR_HASH.fullmatch(text):
        return Source(text, Kind.NONCE_OR_HASH)
    if len(text) > 2 and text[0] == text[-1] == "'":
        return Source(text, Kind.KEYWORD, text[1:-1].lower())
    if match := _SCHEME.fullmatch(text):
        return Source(text, Kind.SCHEME, match[1].lower())
    if match := _HOST.fullmatch(text):
        return Source(text, Kind.HOST, "", (match["scheme"] or "").lower(), match["host"].rstrip(".").lower())
    return Source(text, Kind.UNKNOWN)
