"""The way of a visit to the website, as people see it: every address as a line with four stops, and a sentence that sums it up.

Derived from the verdicts of the same report, in the form of the mail route; it decides nothing by itself. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.scans.evidence import bounded
from portal.scans.route import OPEN, UNKNOWN, Envelope, Host, Lane, Route, Row, Rows, Stop, by_endpoint, signature
from portal.scans.words import STATUS, Words, rank, say

MOST_LANES = 20
_READABLE = frozenset({"no-https", "silent", "handshake"})  # the visitor may go on without encryption

_OUTCOME: Mapping[str, Envelope] = {
    "open": OPEN,
    "warned": (
        "failed",
        "envelope-broken",
        {"nl": "Waarschuwing", "en": "Warning"},
        {
            "nl": "Browsers waarschuwen hier, in plaats van de website te tonen.",
            "en": "Browsers warn here, instead of showing the website.",
        },
    ),
    "half": (
        "warning",
        "envelope-closed",
        {"nl": "Niet altijd dicht", "en": "Not always closed"},
        {
            "nl": "Versleuteld, maar wie zonder https begint, komt daar niet goed op uit.",
            "en": "Encrypted, but whoever begins without https does not end up there as it should.",
        },
    ),
    "closed": (
        "passed",
        "envelope-closed",
        {"nl": "Dicht", "en": "Closed"},
        {
            "nl": "Versleuteld, en de browser weet dat dit uw website is.",
            "en": "Encrypted, and the browser knows that this is your website.",
        },
    ),
    "none": (
        "failed",
        "envelope-unknown",
        {"nl": "Geen bezoek", "en": "No visit"},
        {"nl": "Hier is de website niet te bereiken.", "en": "The website cannot be reached here."},
    ),
    "unknown": UNKNOWN,
}
# What a stop says, by its status; a stop of which we know nothing says its status alone.
_TEXT: Mapping[str, Mapping[str, Words]] = {
    "http": {
        "passed": {"nl": "verwijst door", "en": "redirects"},
        "failed": {"nl": "verwijst niet goed door", "en": "does not redirect well"},
    },
    "https": {"passed": {"nl": "afgesproken", "en": "agreed"}, "failed": {"nl": "lukt niet", "en": "does not work"}},
    "certificate": {"passed": {"nl": "klopt", "en": "is right"}, "failed": {"nl": "klopt niet", "en": "is wrong"}},
    "hsts": {"passed": {"nl": "aan", "en": "on"}, "failed": {"nl": "niet goed", "en": "not right"}},
}
_CLOSED_PORT: Words = {"nl": "poort is dicht", "en": "port is closed"}
_UNREACHED: Words = {"nl": "niet bereikt", "en": "not reached"}
_CERTIFICATE: Words = {"nl": "Certificaat", "en": "Certificate"}


def build(checks: Mapping[str, Mapping[str, Any]], language: str) -> Route | None:
    """The way from the checks of a website report by id; None when no address was tested."""
    available = checks.get("web_https_http_available")
    rows = [row for row in available["subjects"] if row["address"]] if available else []
    if not rows:
        return None
    seen = {
        part: by_endpoint(checks.get(f"web_https_{part}"))
        for part in ("http_redirect", "cert_chain", "cert_domain", "http_hsts")
    }
    names = list(dict.fromkeys(row["subject"] for row in rows))
    hosts = tuple(
        Host(
            bounded(name, 253),
            "",
            tuple(_lane(row, seen, language) for row in rows[:MOST_LANES] if row["subject"] == name),
        )
        for name in names
    )
    answer = signature(checks.get("web_dnssec_exist"), language)
    return Route(answer, hosts, tuple(bounded(row["address"], 60) for row in rows[MOST_LANES:]))


def _lane(row: Row, seen: Mapping[str, Rows], language: str) -> Lane:
    place = (row["subject"], row["address"])
    redirect, hsts = seen["http_redirect"].get(place), seen["http_hsts"].get(place)
    proofs = [found for part in ("cert_chain", "cert_domain") if (found := seen[part].get(place))]
    proof = min(proofs, key=lambda found: rank(found["status"]), default=None)
    status, sign, word, sentence = _OUTCOME[_kind(row, redirect, proof)]
    reached = row["outcome"] == "ok"
    stops = (
        _stop("HTTP", "http", redirect, "closed", language),
        _stop(_version(row), "https", row, "open", language),
        _stop(say(_CERTIFICATE, language), "certificate", proof, "closed" if reached else "cut", language),
        _stop("HSTS", "hsts", hsts, "closed" if reached else "cut", language),
    )
    family = "IPv6" if ":" in row["address"] else "IPv4"
    return Lane(bounded(row["address"], 60), family, stops, status, sign, say(word, language), say(sentence, language))


def _kind(row: Row, redirect: Row | None, proof: Row | None) -> str:
    if row["status"] == "error":
        return "unknown"
    if row["status"] == "failed":
        return "open" if row["outcome"] in _READABLE else "none"
    if proof and proof["status"] == "failed":
        return "warned"
    return "half" if redirect and redirect["status"] == "failed" else "closed"


def _version(row: Row) -> str:
    version = str(row["evidence"].get("version") or "")
    return bounded(version.replace("TLSv", "TLS "), 12) if version else "HTTPS"


def _stop(name: str, part: str, row: Row | None, line: str, language: str) -> Stop:
    status = row["status"] if row else "not_tested"
    word = say(STATUS[status], language)
    if row and part == "http" and row["outcome"] == "no-http":
        text = say(_CLOSED_PORT, language)
    elif status in _TEXT[part]:
        text = say(_TEXT[part][status], language)
    else:
        text = say(_UNREACHED, language) if status == "not_tested" else word
    return Stop(name, status, word, text, line)
