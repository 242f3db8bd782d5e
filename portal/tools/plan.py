"""A roll-over plan in words: the list, the picture, and the calendar file (RFC 5545). Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.safestring import SafeString

from checks.tlsa_tools import Plan, Step, StepId
from portal.pictures import timeline
from portal.scans.words import AMSTERDAM, Moment, Words, moment, say
from portal.tools import words

_ROWS: tuple[Words, Words, Words] = (
    {"nl": "Record oud", "en": "Old record"},
    {"nl": "Record nieuw", "en": "New record"},
    {"nl": "Certificaat", "en": "Certificate"},
)
_OLD: Words = {"nl": "huidig", "en": "present"}
_NEW: Words = {"nl": "nieuw", "en": "new"}
_WAIT: Words = {"nl": "minstens 2 × TTL wachten", "en": "wait two TTLs at least"}
_LABEL: Words = {
    "nl": "Tijdlijn: nieuw record op {publish}, nieuw certificaat op {switch}, oud record weg op {remove}.",
    "en": "Time line: new record on {publish}, new certificate on {switch}, old record gone on {remove}.",
}
_MONTHS: dict[str, str] = {
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
_LASTS = timedelta(minutes=30)  # of an entry in the calendar


@dataclass(frozen=True, slots=True)
class Row:
    """A step in words."""

    number: int
    at: Moment
    what: str
    notes: tuple[str, ...]
    can_check: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The plan as its page shows it."""

    rows: tuple[Row, ...]
    picture: SafeString | None
    moved: Moment | None
    changes: bool
    covered: bool


def page(made: Plan, language: str) -> PlanPage:
    """The steps, and a picture when records change."""
    rows = tuple(_row(number, step, language) for number, step in enumerate(made.steps, 1))
    switch = made.step(StepId.SWITCH)
    moved = moment(switch.at, language) if made.moved and switch else None
    return PlanPage(rows, _picture(made, language), moved, made.changes, made.covered)


def _row(number: int, step: Step, language: str) -> Row:
    what, note = words.STEP[step.id.value]
    notes = [say(note, language)] if say(note, language) else []
    if step.id in (StepId.SWITCH, StepId.REMOVE) and step.not_before:
        notes.append(say(words.EARLIEST, language).format(at=moment(step.not_before, language).text))
    if step.certain:
        notes.append(say(words.CERTAIN, language).format(at=moment(step.certain, language).text))
    checked = step.id in (StepId.SEEN, StepId.VERIFY, StepId.REMOVE)
    return Row(number, moment(step.at, language), say(what, language), tuple(notes), checked)


def _picture(made: Plan, language: str) -> SafeString | None:
    steps = [made.step(which) for which in (StepId.PUBLISH, StepId.SWITCH, StepId.REMOVE)]
    publish, switch, remove = steps
    if publish is None or switch is None or remove is None:
        return None
    numbers = {step.id: number for number, step in enumerate(made.steps, 1)}
    return timeline.draw(
        timeline.Timeline(
            say(_LABEL, language).format(
                publish=moment(publish.at, language).text,
                switch=moment(switch.at, language).text,
                remove=moment(remove.at, language).text,
            ),
            (say(_ROWS[0], language), say(_ROWS[1], language), say(_ROWS[2], language)),
            say(_OLD, language),
            say(_NEW, language),
            say(_WAIT, language),
            (_short(publish.at, language), _short(switch.at, language), _short(remove.at, language)),
            (numbers[publish.id], numbers[switch.id], numbers[remove.id]),
        )
    )


def _short(at: datetime, language: str) -> str:
    """``2 feb, 10.00`` / ``2 Feb, 10:00``."""
    local = at.astimezone(AMSTERDAM)
    month = _MONTHS.get(language, _MONTHS["nl"]).split()[local.month - 1]
    return f"{local.day} {month}, {local.hour}{':' if language == 'en' else '.'}{local.minute:02d}"


def ics(made: Plan, service: tuple[str, int], now: datetime, language: str) -> str:
    """The steps as entries of a calendar. An entry keeps its identity when the plan of the same service is made again, so
    that importing it again moves what was there.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zegel//TLSA roll-over//EN", "METHOD:PUBLISH"]
    for number, step in enumerate(made.steps, 1):
        lines += _entry(_row(number, step, language), step, service, now)
    return "".join(folded + "\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


def _entry(row: Row, step: Step, service: tuple[str, int], now: datetime) -> list[str]:
    host, port = service
    identity = hashlib.sha256(f"{host}:{port}:{step.id.value}".encode()).hexdigest()[:32]
    return [
        "BEGIN:VEVENT",
        f"UID:{identity}@zegel",
        f"DTSTAMP:{_utc(now)}",
        f"SEQUENCE:{int(now.timestamp()) // 60 % 1_000_000_000}",
        f"DTSTART:{_utc(step.at)}",
        f"DTEND:{_utc(step.at + _LASTS)}",
        f"SUMMARY:{_escaped(f'{host}: {row.number}. {row.what}')}",
        f"DESCRIPTION:{_escaped(' '.join([row.what, *row.notes]))}",
        "END:VEVENT",
    ]


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """RFC 5545 section 3.3.11."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 bytes, never through a character (section 3.1)."""
    part = ""
    for char in line:
        if len((part + char).encode()) > 75:
            yield part
            part = " "
        part += char
    yield part
