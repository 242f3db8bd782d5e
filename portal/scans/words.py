"""Small words and numbers of the pages in both languages: statuses, requirements, dates, durations, points. Pure; knows no report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Words = Mapping[str, str]  # language -> text

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

STATUS: Mapping[str, Words] = {
    "passed": {"nl": "in orde", "en": "passed"},
    "info": {"nl": "ter informatie", "en": "for information"},
    "warning": {"nl": "let op", "en": "attention"},
    "failed": {"nl": "niet in orde", "en": "failed"},
    "not_tested": {"nl": "niet getest", "en": "not tested"},
    "error": {"nl": "niet te meten", "en": "could not test"},
    "busy": {"nl": "bezig", "en": "running"},
    "waiting": {"nl": "wacht", "en": "waiting"},
    "done": {"nl": "klaar", "en": "done"},
}

# Worst first. What we could not see comes after what is wrong, and before what only asks for attention.
SEVERITY = ("failed", "error", "warning", "info", "passed", "not_tested")

REQUIREMENT: Mapping[str, Words] = {
    "required": {"nl": "Verplicht", "en": "Required"},
    "recommended": {"nl": "Aanbevolen", "en": "Recommended"},
    "optional": {"nl": "Optioneel", "en": "Optional"},
}

SUITE: Mapping[str, Words] = {"mail": {"nl": "Mail", "en": "Mail"}, "web": {"nl": "Website", "en": "Website"}}

_UNIT: Mapping[str, Words] = {
    "addresses": {"nl": "adressen", "en": "addresses"},
    "rows": {"nl": "onderdelen", "en": "parts"},
}

_MILLISECONDS: Words = {"nl": "{amount} milliseconden", "en": "{amount} milliseconds"}
_SECONDS: Words = {"nl": "{amount} seconden", "en": "{amount} seconds"}

_POINTS: Words = {"nl": "{points} punten", "en": "{points} points"}
_POINTS_OF: Words = {"nl": "{earned} van {possible} punten", "en": "{earned} out of {possible} points"}
_DOES_NOT_COUNT: Words = {"nl": "telt niet mee", "en": "does not count"}
_SCORE: Words = {"nl": "{score} van 100", "en": "{score} out of 100"}
_NO_SCORE: Words = {"nl": "geen score", "en": "no score"}

_HOLDS_FOR_SOME: Words = {
    "nl": "Dit geldt voor {alike} van de {total} {unit}.",
    "en": "This holds for {alike} of the {total} {unit}.",
}
_HOLDS_FOR_BOTH: Words = {"nl": "Dit geldt voor beide {unit}.", "en": "This holds for both {unit}."}
_HOLDS_FOR_ALL: Words = {"nl": "Dit geldt voor alle {total} {unit}.", "en": "This holds for all {total} {unit}."}

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "nl": (
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: for the ``datetime`` attribute in UTC, and in words of Amsterdam."""

    iso: str
    text: str


def say(words: Words, language: str) -> str:
    """The text in a language; Dutch for a language that we do not speak."""
    return words.get(language, words["nl"])


def rank(status: str) -> int:
    """How bad a status is: 0 is the worst. An unknown status ranks last."""
    return SEVERITY.index(status) if status in SEVERITY else len(SEVERITY)


def parse_time(text: object) -> datetime | None:
    """An ISO 8601 time in UTC, or None when the text is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def day(at: datetime, language: str) -> str:
    """``23 november 2026`` / ``23 November 2026``, as it is in Amsterdam."""
    local = at.astimezone(AMSTERDAM)
    return f"{local.day} {_MONTHS.get(language, _MONTHS['nl'])[local.month - 1]} {local.year}"


def moment(at: datetime, language: str) -> Moment:
    """``23 november 2026, 9.41 uur`` / ``23 November 2026, 09:41``."""
    local = at.astimezone(AMSTERDAM)
    clock = f"{local.hour:02d}:{local.minute:02d}" if language == "en" else f"{local.hour}.{local.minute:02d} uur"
    return Moment(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), f"{day(at, language)}, {clock}")


def decimal(number: float, language: str, digits: int = 1) -> str:
    """A number with a comma in Dutch and a point in English; whole numbers carry no decimals."""
    text = f"{number:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{number:.0f}"
    return text if language == "en" else text.replace(".", ",")


def seconds(milliseconds: float, language: str) -> str:
    """``8,2 seconden`` / ``8.2 seconds``; what is shorter than a tenth of a second in milliseconds."""
    if milliseconds < 100:
        return say(_MILLISECONDS, language).format(amount=f"{milliseconds:.0f}")
    return say(_SECONDS, language).format(amount=_tenths(milliseconds, language))


def stamp(milliseconds: float, language: str) -> str:
    """``8,2 s``: a short time for lists."""
    return f"{_tenths(milliseconds, language)} s"


def _tenths(milliseconds: float, language: str) -> str:
    """Seconds with one decimal, also where it is a zero."""
    amount = f"{milliseconds / 1000:.1f}"
    return amount if language == "en" else amount.replace(".", ",")


def points(earned: float | None, possible: float | None, language: str) -> str:
    """``0 van 10 punten`` / ``0 out of 10 points``; a check without points does not count."""
    if earned is None or not possible:
        return say(_DOES_NOT_COUNT, language)
    got, most = decimal(earned, language), decimal(possible, language)
    return say(_POINTS_OF, language).format(earned=got, possible=most)


def worth(weight: int, language: str) -> str:
    """``10 punten`` / ``10 points`` for full marks, or that a check does not count."""
    if not weight:
        return points(None, None, language)
    return say(_POINTS, language).format(points=weight)


def score_text(score: int | None, language: str) -> str:
    """``76 van 100`` / ``76 out of 100``, or that there is no score."""
    return say(_NO_SCORE if score is None else _SCORE, language).format(score=score)


def extent(alike: int, total: int, unit: str, language: str) -> str:
    """``Dit geldt voor 1 van de 4 adressen.``, or for all of them; ``unit`` is addresses or rows."""
    told = _HOLDS_FOR_SOME if alike < total else _HOLDS_FOR_BOTH if total == 2 else _HOLDS_FOR_ALL
    return say(told, language).format(alike=alike, total=total, unit=say(_UNIT[unit], language))
