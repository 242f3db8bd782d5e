"""What a report document shows of the things that are watched. Pure: no database, no clock but the document's own.

A rule that cannot be judged from a document (not measured, not tested) is left out: an alert then neither opens nor ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.dashboards.models import Rule
from portal.dashboards.standards import Document, certificate_ends, checks_of

LEVELS = (30, 14, 3)  # days before the end of a certificate at which somebody is told
SIGNATURE_LEVELS = (3,)
SCORE_DROP = 5  # points


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether a rule's problem is there; if so with the sentence and the remedy of the check that shows it. ``level``: days left, for what ends."""

    there: bool
    check_id: str = ""
    sentence: dict[str, str] = field(default_factory=dict)
    level: int | None = None


# Rule -> the beginning and the end of the ids of the checks that show it, and the outcomes that count (none: every failure).
_BY_CHECK: dict[Rule, tuple[str, str, tuple[str, ...]]] = {
    Rule.TLSA_MISMATCH: ("mail_starttls_dane_valid", "", ()),
    Rule.STARTTLS_GONE: ("mail_starttls_tls_available", "", ()),
    Rule.DNSSEC_BOGUS: ("", "_valid", ("bogus",)),
}


def watch(document: Document) -> dict[Rule, Seen]:
    """Rule -> what the document shows of it."""
    seen: dict[Rule, Seen] = {}
    for rule, (start, end, outcomes) in _BY_CHECK.items():
        found = _by_check(document, start, end, outcomes, category="_dnssec" if outcomes else "")
        if found:
            seen[rule] = found
    today = measured_on(document)
    if ends := certificate_ends(document):
        seen[Rule.CERTIFICATE_ENDS] = _ending(document, "not_after", ends, today, LEVELS)
    if expires := _earliest(document, "expiration"):
        seen[Rule.SIGNATURES_END] = _ending(document, "expiration", expires, today, SIGNATURE_LEVELS)
    return seen


def _by_check(document: Document, start: str, end: str, outcomes: tuple[str, ...], category: str) -> Seen | None:
    checks = [
        check
        for check in checks_of(document)
        if check["id"].startswith(start) and check["id"].endswith(end) and category in check["id"]
    ]
    bad = [check for check in checks if check["status"] == "failed" and (not outcomes or check["outcome"] in outcomes)]
    if bad:
        return Seen(True, bad[0]["id"], bad[0]["sentence"])
    if any(check["status"] in ("passed", "info", "warning", "failed") for check in checks):
        return Seen(False)
    return None


def _ending(document: Document, name: str, ends: date, today: date, levels: tuple[int, ...]) -> Seen:
    left = (ends - today).days
    level = min((level for level in levels if left <= level), default=None)
    check = next(
        (check for check, evidence in _evidence(document) if str(evidence.get(name, ""))[:10] == ends.isoformat()), None
    )
    sentence = {"nl": f"Eindigt op {ends.isoformat()}.", "en": f"Ends on {ends.isoformat()}."}
    return Seen(level is not None, check["id"] if check else "", sentence, level)


def _earliest(document: Document, name: str) -> date | None:
    days = []
    for _check, evidence in _evidence(document):
        try:
            days.append(date.fromisoformat(str(evidence.get(name, ""))[:10]))
        except ValueError:
            continue
    return min(days, default=None)


def _evidence(document: Document) -> Iterator[tuple[Document, dict[str, Any]]]:
    for check in checks_of(document):
        for subject in check["subjects"]:
            yield check, subject["evidence"]


def measured_on(document: Document) -> date:
    """The day of the measurement."""
    return datetime.fromisoformat(document["measured_at"]).date()


def mail_hosts(document: Document) -> list[str] | None:
    """The names of the mail hosts, sorted; None when they could not be found out, or this is no mail report."""
    for check in checks_of(document):
        if check["id"] == "mail_starttls_tls_available":
            if check["status"] == "error" and not check["subjects"]:
                return None
            return sorted(
                {subject["subject"].lower().rstrip(".") for subject in check["subjects"] if subject["address"]}
            )
    return None
