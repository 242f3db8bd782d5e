"""DMARC records (RFC 9989 sections 4.7 and 4.8, RFC 9990 section 3): text to tags. Discovery is not done here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

MOST_URIS = 20  # of one tag; receivers need not honour more than two


class Policy(StrEnum):
    """What receivers are asked to do, weak to strong."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class Why(StrEnum):
    """Why a text is no DMARC record that can be used."""

    VERSION = "version"
    NOT_A_TAG = "not-a-tag"
    TWICE = "twice"
    BAD_POLICY = "bad-policy"
    BAD_VALUE = "bad-value"
    BAD_URI = "bad-uri"


@dataclass(frozen=True, slots=True)
class Malformed:
    """Where (offset from 0), the piece of text, and why."""

    at: int
    term: str
    why: Why


@dataclass(frozen=True, slots=True)
class Dmarc:
    """A record. ``p``, ``sp`` and ``np`` are None when absent. ``rua`` and ``ruf`` are URIs without their size limit.

    ``others`` are tags that mean nothing to DMARC: they are passed over (RFC 9989 section 4.7).
    """

    p: Policy | None = None
    sp: Policy | None = None
    np: Policy | None = None
    psd: str = "u"
    testing: bool = False
    pct: int = 100
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


_STARTS = re.compile(r"v[ \t]*=[ \t]*dmarc1(?![A-Za-z0-9])", re.IGNORECASE)
_VERSION = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)", re.IGNORECASE)
_TAG = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9_-]*)[ \t]*=(.*)", re.DOTALL)
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:[^!,;\s]+)(?:![0-9]+[kmgtKMGT]?)?")
_VALUES: Mapping[str, re.Pattern[str]] = {
    "psd": re.compile(r"[ynu]", re.IGNORECASE),
    "t": re.compile(r"[yn]", re.IGNORECASE),
    "adkim": re.compile(r"[rs]", re.IGNORECASE),
    "aspf": re.compile(r"[rs]", re.IGNORECASE),
    "fo": re.compile(r"[01ds](?:[ \t]*:[ \t]*[01ds])*", re.IGNORECASE),
    "pct": re.compile(r"100|[0-9]{1,2}|0[0-9]{2}"),
    "ri": re.compile(r"[0-9]{1,10}"),
    "rf": re.compile(r"[A-Za-z0-9-]+(?:[ \t]*:[ \t]*[A-Za-z0-9-]+)*"),
}


def dmarc_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Those of the TXT texts that mean to be DMARC records."""
    return tuple(text for text in texts if _STARTS.match(text))


def parse(text: str) -> Dmarc | Malformed:
    """The tags of a record. Tag names and policies compare without case; the version is ``DMARC1`` in capitals.

    Receivers pass over what they cannot read, so that a mistake stays unseen; it is named here instead.
    """
    version = _VERSION.match(text)
    if version is None or "DMARC1" not in version[0]:
        return Malformed(0, text[:20], Why.VERSION)
    seen: dict[str, tuple[int, str]] = {}
    at = version.end()
    rest = text[at:].rstrip(" \t")
    pieces = rest.removesuffix(";").split(";") if rest.strip(" \t;") else []
    for piece in pieces:
        match = _TAG.fullmatch(piece)
        if match is None:
            return Malformed(at, piece[:60], Why.NOT_A_TAG)
        name = match[1].lower()
        if name in seen:
            return Malformed(at, piece.strip(), Why.TWICE)
        seen[name] = (at, match[2].strip(" \t"))
        at += len(piece) + 1
    return _record(seen)


def _record(seen: Mapping[str, tuple[int, str]]) -> Dmarc | Malformed:
    for name, (at, value) in seen.items():
        if why := _fault(name, value):
            return Malformed(at, f"{name}={value}"[:60], why)

    def policy(name: str) -> Policy | None:
        return Policy(seen[name][1].lower()) if name in seen else None

    def plain(name: str, default: str) -> str:
        return seen[name][1].lower() if name in seen else default

    known = {"v", "p", "sp", "np", "rua", "ruf", *_VALUES}
    return Dmarc(
        policy("p"),
        policy("sp"),
        policy("np"),
        plain("psd", "u"),
        plain("t", "n") == "y",
        int(plain("pct", "100")),
        _uris(seen["rua"][1]) if "rua" in seen else (),
        _uris(seen["ruf"][1]) if "ruf" in seen else (),
        {name: value for name, (_, value) in seen.items()},
        tuple(name for name in seen if name not in known),
    )


def _fault(name: str, value: str) -> Why | None:
    if name in ("p", "sp", "np"):
        return None if value.lower() in list(Policy) else Why.BAD_POLICY
    if name in ("rua", "ruf"):
        items = value.split(",")
        right = len(items) <= MOST_URIS and all(_URI.fullmatch(item.strip(" \t")) for item in items)
        return None if right else Why.BAD_URI
    if name in _VALUES and not _VALUES[name].fullmatch(value):
        return Why.BAD_VALUE
    return None


def _uris(value: str) -> tuple[str, ...]:
    matches = (_URI.fullmatch(item.strip(" \t")) for item in value.split(","))
    return tuple(match[1] for match in matches if match)


def report_host(uri: str) -> str:
    """The host that a report address belongs to, in lower case without a trailing dot; empty when there is none."""
    try:
        url = urlsplit(uri)
        host = url.hostname or ""
    except ValueError:
        return ""
    if url.scheme.lower() == "mailto":
        host = unquote(url.path).rpartition("@")[2]
    return host.rstrip(".").lower()
