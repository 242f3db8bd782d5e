"""SMTP TLS reporting: where senders send their reports (RFC 8460 section 3), text to dataclass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

MOST_URIS = 20


class Why(StrEnum):
    """Why a text is no record that can be used."""

    NO_RUA = "no-rua"
    BAD_FIELD = "bad-field"
    BAD_SCHEME = "bad-scheme"
    BAD_URI = "bad-uri"


@dataclass(frozen=True, slots=True)
class Malformed:
    """The piece of text, and why."""

    term: str
    why: Why


@dataclass(frozen=True, slots=True)
class TlsRpt:
    """The record: mail addresses and web addresses that take reports."""

    rua: tuple[str, ...]


_BEGIN = re.compile(r"v=TLSRPTv1[ \t]*(;|$)")
_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=(.*)", re.DOTALL)
_MAILBOX = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def rpt_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """Those of the TXT texts that are records of TLS reporting."""
    return tuple(text for text in texts if _BEGIN.match(text))


def parse(text: str) -> TlsRpt | Malformed:
    """One record. Every address has to be ``mailto:`` or ``https:``; unknown fields are passed over."""
    rua = ""
    for part in text.split(";")[1:]:
        stripped = part.strip(" \t")
        match = _FIELD.fullmatch(stripped)
        if stripped and match is None:
            return Malformed(stripped[:100], Why.BAD_FIELD)
        if match and match[1] == "rua":
            rua = rua or match[2]
    uris = [uri.strip(" \t") for uri in rua.split(",") if uri.strip(" \t")]
    if not uris:
        return Malformed("", Why.NO_RUA)
    wrong = next((Malformed(uri[:100], why) for uri in uris if (why := _wrong(uri))), None)
    return wrong or TlsRpt(tuple(uris[:MOST_URIS]))


def _wrong(uri: str) -> Why | None:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return Why.BAD_URI
    match parts.scheme.lower():
        case "mailto":
            return None if _MAILBOX.fullmatch(parts.path) else Why.BAD_URI
        case "https":
            return None if parts.hostname else Why.BAD_URI
        case _:
            return Why.BAD_SCHEME
