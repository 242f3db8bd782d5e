"""The texts of checks as HTML: ids of checks become links to their pages, and in a remedy the names of the examples become the reader's own.

The examples of our texts stand in ``example.nl``, with ``mx1.example.nl`` for a mail server, and documentation addresses (RFC 5737).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from checks import CATALOGUE
from portal.scans import markdown, words

_CHECK = re.compile(r"<code>((?:mail|web)_[a-z0-9_]+)</code>")
_REASON = re.compile(r"<code>([a-z]+(?:-[a-z]+)+)</code>")
_NAME = re.compile(r"((?:[A-Za-z0-9_-]+\.)*)example\.nl\b(?!\.example)")
_ADDRESS = re.compile(r"\b192\.0\.2\.(?:25|80)\b")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_SAFE = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_SERVICE = re.compile(r"(?:(?:_[A-Za-z0-9-]+|mta-sts)\.)+")  # labels that stand before a domain, whoever has it
_RECORD = re.compile(r" IN TLSA ([23] 1 1) ([0-9a-f]{64})")
# The fingerprints in our examples, by the kind of record that they stand for. The others are of keys to come.
_EXAMPLES: Mapping[str, str] = {
    "258db352e5905a7e1705418c6cb093d956ea72f5b727d95de1d65c4f74a99d70": "3 1 1",
    "b0604461d91e8f337c6724d10b30138b1fbe8b1fe51617b4d1f9dcb867937087": "3 1 1",
    "57171ffdbd229ca7871cd24d7d7d02d0f7568e6e8f7263d9ca410a68c1e5389b": "2 1 1",
}
_FINGERPRINT: words.Words = {"nl": "<vingerafdruk>", "en": "<fingerprint>"}


@dataclass(frozen=True, slots=True)
class Own:
    """What stands for the examples; empty when there is nothing of the reader's to put there. ``digests`` are by kind of TLSA record."""

    domain: str = ""
    host: str = ""
    address: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)


def html(text: str, language: str) -> SafeString:
    """A text as HTML: checks by their titles, and reasons in words, as reports say them."""
    found = _CHECK.sub(lambda match: _link(match, language), markdown.render(text))
    return mark_safe(_REASON.sub(lambda match: _reason(match, language), found))


def remedy(text: str, language: str, own: Own) -> SafeString:
    """A remedy as HTML, filled in with the reader's own names."""
    found = _NAME.sub(lambda match: _name(match, own), html(text, language))
    if own.address:
        found = _ADDRESS.sub(lambda _: own.address, found)
    return mark_safe(_DIGEST.sub(lambda match: _digest(match, own, language), found) if own.host else found)


def own_of(document: Mapping[str, Any], check: Mapping[str, Any]) -> Own:
    """The names for the remedy of a check: those of its first row that is not right. Names that HTML or a shell would read stay out."""
    rows = [row for row in check["subjects"] if row["status"] in ("failed", "warning", "info")]
    row = next((row for row in rows if row["status"] == check["status"]), rows[0] if rows else None)
    domain = _safe(document["domain"])
    if row is None:
        return Own(domain)
    advised = [match for line in row["evidence"].get("advised") or () if (match := _RECORD.search(str(line)))]
    return Own(
        domain,
        _safe(row["subject"]),
        _ipv4(str(row["address"] or "")),
        {match[1]: match[2] for match in reversed(advised)},
    )


def _safe(name: str) -> str:
    return name if _SAFE.fullmatch(name) else ""


def _ipv4(address: str) -> str:
    """Ours are IPv4: an IPv6 address is written otherwise in a command."""
    try:
        return str(IPv4Address(address))
    except ValueError:
        return ""


def _link(match: re.Match[str], language: str) -> str:
    check = CATALOGUE.get(match[1])
    if check is None:
        return match[0]
    return f'<a class="nl-link" href="{reverse("explain", args=[check.id])}">{escape(check.texts[language].title)}</a>'


def _reason(match: re.Match[str], language: str) -> str:
    said = CATALOGUE.reasons(language).get(match[1])
    return f"<strong>{escape(said)}</strong>" if said else match[0]


def _digest(match: re.Match[str], own: Own, language: str) -> str:
    """Their own fingerprint, or that one is to be filled in: never one of ours beside a name of theirs."""
    return own.digests.get(_EXAMPLES.get(match[0], ""), "") or escape(words.say(_FINGERPRINT, language))


def _name(match: re.Match[str], own: Own) -> str:
    before = match[1]
    if before.endswith("mx1."):
        return (
            before[:-4] + own.host if own.host and (before == "mx1." or _SERVICE.fullmatch(before[:-4])) else match[0]
        )
    return before + own.domain if own.domain and (not before or _SERVICE.fullmatch(before)) else match[0]
