"""What the page of a running scan shows: how far it is, which parts are done, the way stop by stop, and a short log in plain words. No verdicts: those come when they are final.

Pure: made from the row of the scan and what its worker last told; either may be missing, and the page then says less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from checks import CATALOGUE
from portal.scans import underway
from portal.scans.evidence import bounded
from portal.scans.report import display_name
from portal.scans.words import STATUS, SUITE, Words, say, stamp

MOST_LINES = 12  # of the log; newest first

# Event of the engine -> sentence with named places. An event that is not here is skipped.
EVENTS: Mapping[str, Words] = {
    "started": {"nl": "Test gestart.", "en": "Test started."},
    "mail-hosts-found": {
        "nl": "Mailservers gevonden: {hosts}. Adressen: {addresses}.",
        "en": "Mail servers found: {hosts}. Addresses: {addresses}.",
    },
    "no-mail-hosts": {"nl": "Dit domein heeft geen mailservers.", "en": "This domain has no mail servers."},
    "web-addresses-found": {
        "nl": "Adressen van de website gevonden: {count}.",
        "en": "Addresses of the website found: {count}.",
    },
    "endpoint-started": {"nl": "Wij maken verbinding met {host}, {address}.", "en": "We connect to {host}, {address}."},
    "greeting-delayed": {
        "nl": "{host} heeft nog niet gegroet. Sommige servers wachten expres, om spam te weren. Dat is toegestaan. Wij wachten.",
        "en": "{host} has not greeted yet. Some servers wait on purpose, to keep spam out. That is allowed. We wait.",
    },
    "endpoint-done": {"nl": "{host}, {address} is bekeken.", "en": "{host}, {address} has been looked at."},
    "endpoint-failed": {
        "nl": "{host}, {address} was niet te bereiken.",
        "en": "{host}, {address} could not be reached.",
    },
    "retrying": {
        "nl": "{host} vroeg om later terug te komen. Wij proberen het nog een keer.",
        "en": "{host} asked us to come back later. We try once more.",
    },
    "judging": {"nl": "Alles is gemeten. Wij maken het rapport.", "en": "All has been measured. We make the report."},
    "finished": {"nl": "Klaar.", "en": "Done."},
}

_QUEUED: Words = {"nl": "Uw test wacht op een vrije plaats.", "en": "Your test waits for a free worker."}
_QUEUED_MORE: Words = {
    "nl": "Hij begint vanzelf. Er is nog niets gemeten.",
    "en": "It starts by itself. Nothing has been measured yet.",
}
_STARTING: Words = {"nl": "De test is begonnen.", "en": "The test has begun."}
_RUNNING: Words = {"nl": "{done} van {total} controles klaar", "en": "{done} of {total} checks done"}
_FINISHED: Words = {
    "nl": "De test is klaar. Het rapport wordt geladen.",
    "en": "The test is done. The report is loading.",
}
_FAILED: Words = {"nl": "De test is gestopt.", "en": "The test has stopped."}
_AGAIN: Words = {
    "nl": "De machine die deze test deed, is gestopt. Een andere is opnieuw begonnen.",
    "en": "The machine that did this test stopped. Another one has started afresh.",
}


class Running(Protocol):
    """What this page needs of a scan."""

    domain: str
    suite: str
    status: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One category: its sign, and its word or its time."""

    name: str
    status: str
    word: str
    time: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log."""

    time: str
    text: str


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """Everything that the page of a running scan shows. ``total`` is 0 until the worker has told how many checks there are."""

    domain: str
    name: str
    suite: str
    suite_name: str
    state: str
    headline: str
    remark: str
    announcement: str
    done: int
    total: int
    stages: tuple[Stage, ...]
    log: tuple[Line, ...]
    way: underway.Underway | None


def build(scan: Running, progress: Mapping[str, Any] | None, language: str) -> ProgressPage:
    """The page for a scan that waits, runs, or has just ended. ``progress`` is the worker's last word, or None."""
    seen = progress or {}
    headline = _headline(scan, seen, language)
    log = _log(seen.get("log") or (), language)
    last = log[0].text if log and scan.status == "running" else ""
    return ProgressPage(
        domain=scan.domain,
        name=display_name(scan.domain),
        suite=scan.suite,
        suite_name=say(SUITE[scan.suite], language),
        state=scan.status,
        headline=headline,
        remark=_remark(scan, language),
        announcement=f"{headline.rstrip('.')}. {last}".strip(),
        done=int(seen.get("done") or 0),
        total=int(seen.get("total") or 0),
        stages=tuple(_stage(category, language) for category in seen.get("categories") or ()),
        log=log,
        way=underway.build(seen.get("way"), scan.suite, language),
    )


def _headline(scan: Running, seen: Mapping[str, Any], language: str) -> str:
    match scan.status:
        case "queued":
            return say(_QUEUED, language)
        case "finished":
            return say(_FINISHED, language)
        case "failed":
            return say(_FAILED, language)
    if not seen.get("total"):
        return say(_STARTING, language)
    return say(_RUNNING, language).format(done=int(seen.get("done") or 0), total=int(seen["total"]))


def _remark(scan: Running, language: str) -> str:
    if scan.status == "queued":
        return say(_QUEUED_MORE, language)
    return say(_AGAIN, language) if scan.attempts > 1 else ""


def _stage(category: Mapping[str, Any], language: str) -> Stage:
    state = category["state"] if category["state"] in ("waiting", "busy", "done") else "waiting"
    known = CATALOGUE.categories.get(category["id"])
    name = say(known.name, language) if known else str(category["id"])
    time = stamp(float(category.get("ms") or 0), language) if state == "done" else ""
    return Stage(name, state, say(STATUS[state], language), time)


def _log(entries: Sequence[Mapping[str, Any]], language: str) -> tuple[Line, ...]:
    """The newest lines first."""
    lines = (_line(entry, language) for entry in reversed(entries))
    return tuple(line for line in lines if line is not None)[:MOST_LINES]


def _line(entry: Mapping[str, Any], language: str) -> Line | None:
    """A line of the log; None for an event that we have no words for, or that lacks a value."""
    words = EVENTS.get(str(entry.get("event")))
    if words is None:
        return None
    values = {key: bounded(_joined(value), 120) for key, value in (entry.get("values") or {}).items()}
    try:
        return Line(stamp(float(entry["ms"]), language), say(words, language).format(**values))
    except KeyError:
        return None


def _joined(value: Any) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
