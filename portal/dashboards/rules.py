"""What a report document shows of the things that are watched. Pure: no database, no clock but the document's own.

A rule that cannot be judged from a document (not measured, not tested) is left out: an alert then neither opens nor ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.dashboards.models import Rule
from portal.dashboards.standards import Document, checks_of

LEVELS = (30, 14, 3)  # days before the end of a certificate at which somebody is told
SIGNATURE_LEVELS = (3,)
SCORE_DROP = 5  # points
MOST_RECORDS = 10  # lines to publish that one alert carries

# What each lowers the score by itself, so that a score that falls with it is no event of its own.
EXPLAIN_A_DROP = (Rule.TLSA_MISMATCH, Rule.TLSA_NEXT_ONLY, Rule.DNSSEC_BOGUS, Rule.STARTTLS_GONE)

_DANE = "mail_starttls_dane_valid"
_ROLLOVER = "mail_starttls_dane_rollover"
_STARTTLS = "mail_starttls_tls_available"
_NO_MATCH = "no-match"
_SHOWS = ("passed", "info", "warning", "failed")  # statuses of a check that was measured
_NO_MAIL = ("no-hosts", "null-mx")
_ALSO_NULL_MX = "null-mx-with-others"  # the row about the domain itself, beside those of its hosts

# Address -> what it served, and what was published for it, when that fitted last: the lines of zone files.
Sealed = Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether a rule's problem is there; if so with the sentence, the check whose remedy helps, and the records to publish as lines of a zone file.
    ``level``: days left, for what ends."""

    there: bool
    check_id: str = ""
    sentence: dict[str, str] = field(default_factory=dict)
    level: int | None = None
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _ByCheck:
    """The checks that show a rule's problem, and the outcomes that count (none: every failure). ``over``: the outcomes of a check that was not tested
    because there is nothing left to be wrong. ``elsewhere``: the failures that another rule tells."""

    ids: tuple[str, ...]
    outcomes: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


_BY_CHECK = {
    Rule.TLSA_MISMATCH: _ByCheck((_DANE,), over=("no-tlsa", *_NO_MAIL), elsewhere=("no-tls",)),
    Rule.STARTTLS_GONE: _ByCheck((_STARTTLS,), ("handshake", "rejected", "no-starttls", "stripped"), over=_NO_MAIL),
    Rule.DNSSEC_BOGUS: _ByCheck(
        ("mail_dnssec_mailto_valid", "mail_dnssec_mx_valid", "web_dnssec_valid"),
        ("bogus",),
        over=("insecure", *_NO_MAIL),
    ),
}


def watch(document: Document, sealed: Sealed) -> dict[Rule, Seen]:
    """Rule -> what the document shows of it. ``sealed``: how TLSA records and certificates stood when they fitted last (``seals``)."""
    checks = {check["id"]: check for check in checks_of(document)}
    seen = {rule: found for rule, how in _BY_CHECK.items() if (found := _by_check(checks, how))}
    if mismatch := seen.get(Rule.TLSA_MISMATCH):
        early = _next_only(checks[_DANE], sealed) if mismatch.there else None
        seen[Rule.TLSA_NEXT_ONLY] = early or Seen(False)
        if early:
            seen[Rule.TLSA_MISMATCH] = Seen(False)
    today = measured_on(document)
    for rule, ending in _ENDINGS.items():
        if found := _first_end(document, ending, today):
            seen[rule] = found
    return seen


def _by_check(checks: Mapping[str, Document], how: _ByCheck) -> Seen | None:
    judged = False
    for check in (checks[check_id] for check_id in how.ids if check_id in checks):
        rows = [row for row in check["subjects"] if row["status"] == "failed"]
        outcomes = {row["outcome"] for row in rows} or {check["outcome"]}
        if check["status"] == "failed":
            if outcomes <= set(how.elsewhere):
                continue
            if not how.outcomes or outcomes & set(how.outcomes):
                return Seen(True, check["id"], check["sentence"], records=_advised(rows))
        judged = judged or check["status"] in _SHOWS or check["outcome"] in how.over
    return Seen(False) if judged else None


def _advised(rows: list[Document]) -> tuple[str, ...]:
    """The records that fit what is served now, each once."""
    lines = [line for row in rows for line in row["evidence"].get("advised", [])]
    return tuple(dict.fromkeys(lines))[:MOST_RECORDS]


# --- TLSA records beside certificates --------------------------------------------------------------------------------------------------------------


def seals(document: Document, before: Sealed) -> dict[str, dict[str, list[str]]]:
    """What fits now, beside what is remembered of the addresses of which the document does not say. For ``watch`` of the next document."""
    check = next((check for check in checks_of(document) if check["id"] == _DANE), None)
    rows = [row for row in check["subjects"] if row["address"]] if check else []
    known = {address: dict(seal) for address, seal in before.items()}
    here = {_address(row) for row in rows}
    found = {_address(row): _seal(row) for row in rows if row["status"] in ("passed", "info", "warning")}
    return {address: seal for address, seal in {**known, **found}.items() if not rows or address in here}


def _address(row: Document) -> str:
    return f"{row['subject']} {row['address']}"


def _seal(row: Document) -> dict[str, list[str]]:
    evidence = row["evidence"]
    return {"served": list(evidence.get("advised", [])), "published": _published(evidence)}


def _published(evidence: Mapping[str, Any]) -> list[str]:
    return sorted(
        f"{record['usage']} {record['selector']} {record['matching_type']} {record['data']}"
        for record in evidence.get("records", [])
    )


def _next_only(check: Document, sealed: Sealed) -> Seen | None:
    """The roll-over that went one step too fast (RFC 7671 section 8.1): every address that fails shows the certificate that fitted, and what was published
    for it has been replaced. None when anything else is the matter with one of them."""
    rows = [row for row in check["subjects"] if row["status"] == "failed"]
    if not rows or not all(row["outcome"] == _NO_MATCH and _withdrawn(row, sealed.get(_address(row))) for row in rows):
        return None
    hosts = ", ".join(sorted({row["subject"] for row in rows}))
    sentence = {
        "nl": f"Het TLSA-record van het certificaat dat {hosts} nu gebruikt, is uit DNS gehaald. Alleen een ander record staat er nog. "
        "Afzenders die DANE controleren, bezorgen daar nu niet. Zet het record van het huidige certificaat terug, naast het nieuwe. "
        "Haal het pas weg als het nieuwe certificaat in gebruik is.",
        "en": f"The TLSA record of the certificate that {hosts} uses now was taken out of DNS. Only another record is there. "
        "Senders that check DANE do not deliver there now. Put the record of the current certificate back, beside the new one. "
        "Remove it only when the new certificate is in use.",
    }
    return Seen(True, _ROLLOVER, sentence, records=_advised(rows))


def _withdrawn(row: Document, seal: Mapping[str, list[str]] | None) -> bool:
    if not seal or not seal["served"]:
        return False
    now = _seal(row)
    return now["served"] == seal["served"] and bool(now["published"]) and now["published"] != seal["published"]


# --- What ends -------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ending:
    """A date in the evidence, the days before it at which somebody is told, and the words."""

    name: str
    levels: tuple[int, ...]
    nl: str
    en: str


_ENDINGS = {
    Rule.CERTIFICATE_ENDS: _Ending(
        "not_after",
        LEVELS,
        "Het certificaat van {whose} loopt af op {day}.",
        "The certificate of {whose} ends on {day}.",
    ),
    Rule.SIGNATURES_END: _Ending(
        "expiration",
        SIGNATURE_LEVELS,
        "De DNSSEC-handtekeningen van {whose} lopen af op {day}.",
        "The DNSSEC signatures of {whose} end on {day}.",
    ),
}


def _first_end(document: Document, ending: _Ending, today: date) -> Seen | None:
    """What ends first; None when no such date was seen."""
    found = sorted(_ends(document, ending.name), key=lambda row: row[0])
    if not found:
        return None
    day, check, whose = found[0]
    left = (day - today).days
    level = min((level for level in ending.levels if left <= level), default=None)
    sentence = {
        language: words.format(whose=whose or document["domain"], day=day.isoformat())
        for language, words in (("nl", ending.nl), ("en", ending.en))
    }
    return Seen(level is not None, check["id"], sentence, level)


def _ends(document: Document, name: str) -> Iterator[tuple[date, Document, str]]:
    for check in checks_of(document):
        for row in check["subjects"]:
            try:
                yield date.fromisoformat(str(row["evidence"].get(name, ""))[:10]), check, row["subject"]
            except ValueError:
                continue


def measured_on(document: Document) -> date:
    """The day of the measurement."""
    return datetime.fromisoformat(document["measured_at"]).date()


def mail_hosts(document: Document) -> list[str] | None:
    """The names of the mail hosts, sorted; None when they could not be found out, or this is no mail report. A host whose addresses could not be looked up
    is one all the same."""
    for check in checks_of(document):
        if check["id"] == _STARTTLS:
            if not check["subjects"] and check["outcome"] not in _NO_MAIL:
                return None
            hosts = [row["subject"] for row in check["subjects"] if row["outcome"] != _ALSO_NULL_MX]
            return sorted({host.lower().rstrip(".") for host in hosts})
    return None
