"""The way of a mail to the domain, as people see it: every mail host, every address as a line with four stops, and an envelope that sums it up.

Derived from the verdicts of the same report; it decides nothing by itself. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.scans.evidence import bounded
from portal.scans.words import STATUS, Words, decimal, say

MOST_HOSTS = 10
SLOW_GREETING = 3000  # milliseconds after which a greeting is worth a word
_OFFERED = frozenset({"ok", "handshake"})
_READABLE = frozenset({"no-starttls", "stripped", "rejected", "handshake"})  # the sender may go on without encryption

Envelope = tuple[str, str, Words, Words]  # status, picture, word, sentence

OPEN: Envelope = (
    "failed",
    "envelope-open",
    {"nl": "Open", "en": "Open"},
    {"nl": "Leesbaar voor wie op de route meekijkt.", "en": "Readable for whoever looks along the way."},
)
UNKNOWN: Envelope = (
    "error",
    "envelope-unknown",
    {"nl": "Niet te meten", "en": "Could not test"},
    {"nl": "Wij konden dit adres niet meten.", "en": "We could not test this address."},
)
_ENVELOPE: Mapping[str, Envelope] = {
    "open": OPEN,
    "closed": (
        "warning",
        "envelope-closed",
        {"nl": "Dicht", "en": "Closed"},
        {
            "nl": "Versleuteld, maar de afzender weet niet zeker dat dit uw server is.",
            "en": "Encrypted, but the sender does not know for sure that this is your server.",
        },
    ),
    "sealed": (
        "passed",
        "envelope-sealed",
        {"nl": "Verzegeld", "en": "Sealed"},
        {
            "nl": "Versleuteld, en de afzender weet zeker dat dit uw server is.",
            "en": "Encrypted, and the sender knows for sure that this is your server.",
        },
    ),
    "unsigned": (
        "warning",
        "envelope-closed",
        {"nl": "Dicht", "en": "Closed"},
        {
            "nl": "Versleuteld, en het record past. Maar dat dit uw mailserver is, staat in een antwoord zonder handtekening.",
            "en": "Encrypted, and the record matches. But that this is your mail server stands in an answer without signature.",
        },
    ),
    "broken": (
        "failed",
        "envelope-broken",
        {"nl": "Zegel verbroken", "en": "Seal broken"},
        {
            "nl": "Wie DANE controleert, bezorgt hier niet. Anderen versleutelen, zonder controle.",
            "en": "Whoever checks DANE does not deliver here. Others encrypt, without checking.",
        },
    ),
    "none": (
        "failed",
        "envelope-unknown",
        {"nl": "Geen bezorging", "en": "No delivery"},
        {"nl": "Hier kan geen mail worden bezorgd.", "en": "No mail can be delivered here."},
    ),
    "unknown": UNKNOWN,
}

STOPS: Mapping[str, Words] = {
    "connection": {"nl": "Verbinding", "en": "Connection"},
    "offered": {"nl": "aangeboden", "en": "offered"},
    "not-offered": {"nl": "niet aangeboden", "en": "not offered"},
    "stripped": {"nl": "weggefilterd", "en": "filtered out"},
    "refused": {"nl": "geweigerd", "en": "refused"},
    "agreed": {"nl": "afgesproken", "en": "agreed"},
    "handshake": {"nl": "lukt niet", "en": "does not work"},
    "matches": {"nl": "past", "en": "matches"},
    "no-match": {"nl": "past niet", "en": "does not match"},
    "no-record": {"nl": "geen record", "en": "no record"},
    "unusable": {"nl": "niet bruikbaar", "en": "not usable"},
    "unreached": {"nl": "niet bereikt", "en": "not reached"},
    "unknown": {"nl": "niet te meten", "en": "could not test"},
    "none": {"nl": "geen", "en": "none"},
    "made": {"nl": "gelukt", "en": "made"},
}
_ANSWER: Mapping[str, Words] = {
    "passed": {"nl": "antwoord is ondertekend", "en": "answer is signed"},
    "failed": {"nl": "antwoord is niet ondertekend", "en": "answer is not signed"},
    "error": {"nl": "handtekening niet te meten", "en": "signature could not be tested"},
}
_PREFERENCE: Words = {"nl": "voorkeur {preference}", "en": "preference {preference}"}
_SLOW: Words = {
    "nl": "begroet na {seconds} seconden, dat mag",
    "en": "greets after {seconds} seconds, which is allowed",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop on the line. ``line`` is how the line towards it is drawn: ``closed`` (encrypted), ``open`` or ``cut`` (not reached)."""

    name: str
    status: str
    word: str
    text: str
    line: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One address with its stops, or a host without address with only a sentence."""

    address: str
    family: str
    stops: tuple[Stop, ...]
    status: str
    envelope: str
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Host:
    """One mail host with its addresses, and a remark on its preference and its patience."""

    name: str
    remark: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """All mail hosts; ``others`` are the names of those that are not drawn. ``answer`` is the status and word of the signature over the MX records, or empty."""

    answer: tuple[str, str]
    hosts: tuple[Host, ...]
    others: tuple[str, ...]


Row = Mapping[str, Any]
Rows = Mapping[tuple[str, str | None], Row]


def build(checks: Mapping[str, Mapping[str, Any]], language: str) -> Route | None:
    """The route from the checks of a mail report by id; None when no mail host was tested."""
    available = checks.get("mail_starttls_tls_available")
    rows = [row for row in available["subjects"] if row["outcome"] != "null-mx-with-others"] if available else []
    if not rows:
        return None
    exist = by_endpoint(checks.get("mail_starttls_dane_exist"))
    valid = by_endpoint(checks.get("mail_starttls_dane_valid"))
    names = list(dict.fromkeys(row["subject"] for row in rows))
    answer = signature(checks.get("mail_dnssec_mailto_exist"), language)
    if answer[0] == "failed":
        valid = {key: {**row, "unsigned": True} for key, row in valid.items()}
    preferences = _preferences(checks)
    hosts = tuple(
        _host(name, [row for row in rows if row["subject"] == name], preferences.get(name), exist, valid, language)
        for name in names[:MOST_HOSTS]
    )
    return Route(answer, hosts, tuple(bounded(name, 253) for name in names[MOST_HOSTS:]))


def signature(check: Mapping[str, Any] | None, language: str) -> tuple[str, str]:
    """Status and word of the signature over the answer that names the hosts, or empty; for mail, without it a matching record
    proves less (RFC 7672 section 2.2.1)."""
    if check is None or check["status"] not in _ANSWER:
        return ("", "")
    return check["status"], say(_ANSWER[check["status"]], language)


def _preferences(checks: Mapping[str, Mapping[str, Any]]) -> Mapping[str, int]:
    """The preference of each mail host, from the row about the whole domain; the lowest is tried first (RFC 5321 section 5.1)."""
    check = checks.get("mail_starttls_dane_delivery")
    rows = (host for row in (check["subjects"] if check else ()) for host in row["evidence"].get("hosts") or ())
    return {host["host"]: host["preference"] for host in rows}


def by_endpoint(check: Mapping[str, Any] | None) -> Rows:
    """The rows of a check by name and address; none for a check that is not there."""
    return {(row["subject"], row["address"]): row for row in (check["subjects"] if check else ())}


def _host(name: str, rows: list[Row], preference: int | None, exist: Rows, valid: Rows, language: str) -> Host:
    slowest = max((float(row["evidence"].get("greeting_ms") or 0) for row in rows), default=0.0)
    told = [] if preference is None else [say(_PREFERENCE, language).format(preference=preference)]
    if slowest >= SLOW_GREETING:
        told.append(say(_SLOW, language).format(seconds=decimal(slowest / 1000, language)))
    lanes = (_lane(row, exist.get((name, row["address"])), valid.get((name, row["address"])), language) for row in rows)
    return Host(bounded(name, 253), " · ".join(told), tuple(lanes))


def _lane(row: Row, exist: Row | None, valid: Row | None, language: str) -> Lane:
    kind = _envelope(row, valid)
    status, envelope, word, sentence = _ENVELOPE[kind]
    said = say(row["sentence"], language) if kind in ("none", "unknown") else say(sentence, language)
    address = row["address"] or ""
    family = ("IPv6" if ":" in address else "IPv4") if address else ""
    stops = _stops(row, exist, valid, language) if address else ()
    return Lane(bounded(address, 60), family, stops, status, envelope, say(word, language), said)


def _envelope(row: Row, valid: Row | None) -> str:
    if row["status"] == "error":
        return "unknown"
    if row["status"] == "failed":
        return "open" if row["outcome"] in _READABLE else "none"
    match valid["status"] if valid else "not_tested":
        case "passed":
            return "unsigned" if valid and valid.get("unsigned") else "sealed"
        case "failed":
            return "broken"
        case _:
            return "closed"


def _stops(row: Row, exist: Row | None, valid: Row | None, language: str) -> tuple[Stop, ...]:
    connected, offered = row["evidence"].get("connect_ms") is not None, row["outcome"] in _OFFERED
    secured = row["outcome"] == "ok"
    return (
        _connection(row, language, connected=connected),
        _starttls(row, language, connected=connected),
        _tls(row, language, offered=offered, secured=secured),
        _dane(exist, valid, language, secured=secured),
    )


def _stop(name: str, status: str, text: str, line: str, language: str) -> Stop:
    return Stop(name, status, say(STATUS[status], language), text, line)


def _connection(row: Row, language: str, *, connected: bool) -> Stop:
    name = say(STOPS["connection"], language)
    if connected:
        return _stop(name, "passed", f"{decimal(row['evidence']['connect_ms'], language, 0)} ms", "closed", language)
    if row["outcome"] in _OFFERED:
        return _stop(name, "passed", say(STOPS["made"], language), "closed", language)
    return _stop(name, row["status"], say(STOPS["none"], language), "closed", language)


def _starttls(row: Row, language: str, *, connected: bool) -> Stop:
    if row["outcome"] in _OFFERED:
        return _stop("STARTTLS", "passed", say(STOPS["offered"], language), "open", language)
    if not connected:
        return _stop("STARTTLS", "not_tested", say(STOPS["unreached"], language), "cut", language)
    word = {"stripped": "stripped", "no-starttls": "not-offered", "rejected": "refused", "never-mail": "refused"}.get(
        row["outcome"], "unknown"
    )
    return _stop("STARTTLS", row["status"], say(STOPS[word], language), "open", language)


def _tls(row: Row, language: str, *, offered: bool, secured: bool) -> Stop:
    version = str(row["evidence"].get("version") or "")
    name = bounded(version.replace("TLSv", "TLS "), 12) if version else "TLS"
    if secured:
        return _stop(name, "passed", say(STOPS["agreed"], language), "closed", language)
    if offered:
        return _stop(name, "failed", say(STOPS["handshake"], language), "open", language)
    return _stop(name, "not_tested", say(STOPS["unreached"], language), "cut", language)


def _dane(exist: Row | None, valid: Row | None, language: str, *, secured: bool) -> Stop:
    if not secured or valid is None:
        return _stop("DANE", "not_tested", say(STOPS["unreached"], language), "cut", language)
    if valid["status"] in ("passed", "failed"):
        return _stop(
            "DANE",
            valid["status"],
            say(STOPS["matches" if valid["status"] == "passed" else "no-match"], language),
            "closed",
            language,
        )
    if valid["status"] == "error" or exist is None or exist["status"] == "error":
        return _stop("DANE", "error", say(STOPS["unknown"], language), "closed", language)
    word = "no-record" if exist["outcome"] in ("absent", "host-insecure") else "unusable"
    return _stop("DANE", exist["status"], say(STOPS[word], language), "closed", language)
