"""Two reports of one domain beside each other: what became worse, what became better, and what else is different. From the stored verdicts; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from checks import CATALOGUE
from portal.pictures.lines import sparkline
from portal.scans import words
from portal.scans.report_page import Notice
from portal.scans.verdict import checks_of

Document = Mapping[str, Any]

_WRONG = ("failed", "warning")
_RIGHT = ("passed", "info")
_NAMED = 3  # checks that a notice names

_NEW_WRONG: words.Words = {"nl": "Nieuw niet in orde: {checks}.", "en": "New, not right: {checks}."}
_BETTER: words.Words = {"nl": "Beter geworden: {checks}.", "en": "Better: {checks}."}
_NO_OTHER_VERDICT: words.Words = {
    "nl": "Geen oordeel is beter of slechter geworden.",
    "en": "No verdict became better or worse.",
}
_AND_MORE: words.Words = {"nl": "{named}, en nog {more}", "en": "{named}, and {more} more"}
_LINK: words.Words = {"nl": "Vergelijk de twee rapporten", "en": "Compare the two reports"}
_COURSE: words.Words = {
    "nl": "van {first} naar {last} in {count} rapporten",
    "en": "from {first} to {last} in {count} reports",
}
_NOT_IN_REPORT: words.Words = {"nl": "niet in dit rapport", "en": "not in this report"}
_SAME_SCORE: words.Words = {"nl": "De score is dezelfde als op {day}.", "en": "The score is the same as on {day}."}
_OTHER_SCORE: words.Words = {"nl": "Van {old} naar {new} sinds {day}.", "en": "From {old} to {new} since {day}."}


@dataclass(frozen=True, slots=True)
class Cell:
    """A check in one of the two reports: status and word; ``points`` is what it earned."""

    status: str
    word: str
    points: str


@dataclass(frozen=True, slots=True)
class Line:
    """One check in both reports."""

    id: str
    title: str
    before: Cell
    after: Cell
    sentence: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two reports."""

    score: int | None
    score_text: str
    measured: words.Moment | None
    day: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs, the number of checks that do not, and one sentence about the score."""

    before: Side
    after: Side
    headline: str
    worse: tuple[Line, ...]
    better: tuple[Line, ...]
    other: tuple[Line, ...]
    same: int


def build(before: Document, after: Document, language: str) -> Comparison:
    """The comparison of two documents of one domain and suite."""
    old = {check["id"]: check for check in checks_of(before)}
    new = {check["id"]: check for check in checks_of(after)}
    groups: dict[str, list[Line]] = {"worse": [], "better": [], "other": [], "same": []}
    for check_id in dict.fromkeys([*new, *old]):
        kind = _change(old.get(check_id), new.get(check_id))
        groups[kind].append(_line(check_id, old.get(check_id), new.get(check_id), language))
    sides = _side(before, language), _side(after, language)
    return Comparison(
        before=sides[0],
        after=sides[1],
        headline=_headline(*sides, language),
        worse=tuple(groups["worse"]),
        better=tuple(groups["better"]),
        other=tuple(groups["other"]),
        same=len(groups["same"]),
    )


def notice(found: Comparison, url: str, language: str) -> Notice:
    """What changed since an earlier report, for the head of the newer one."""
    parts = [
        words.say(told, language).format(checks=_titles(lines, language))
        for told, lines in ((_NEW_WRONG, found.worse), (_BETTER, found.better))
        if lines
    ]
    text = " ".join(parts) or words.say(_NO_OTHER_VERDICT, language)
    return Notice("warning" if found.worse else "info", found.headline, text, url, words.say(_LINK, language))


def history(totals: Sequence[int | None], language: str) -> SafeString | str:
    """How the score went, oldest first, as a small line; empty for fewer than two reports with a score."""
    scores = [total for total in totals if total is not None]
    if len(scores) < 2:
        return ""
    label = words.say(_COURSE, language).format(first=scores[0], last=scores[-1], count=len(scores))
    return sparkline(totals, label)


def _change(old: Document | None, new: Document | None) -> str:
    if old is None or new is None:
        return "other"
    before, after = old["status"], new["status"]
    if before == after:
        return "same" if old["points"] == new["points"] and old["outcome"] == new["outcome"] else "other"
    if after in _WRONG and words.rank(after) < words.rank(before) and before != "error":
        return "worse"
    if before in _WRONG and (after in _RIGHT or (before, after) == ("failed", "warning")):
        return "better"
    return "other"


def _line(check_id: str, old: Document | None, new: Document | None, language: str) -> Line:
    entry = CATALOGUE.get(check_id)
    said = new or old
    return Line(
        id=check_id,
        title=entry.texts[language].title if entry else check_id,
        before=_cell(old, language),
        after=_cell(new, language),
        sentence=words.say(said["sentence"], language) if said else "",
    )


def _cell(check: Document | None, language: str) -> Cell:
    if check is None:
        return Cell("not_tested", words.say(_NOT_IN_REPORT, language), "")
    return Cell(
        check["status"],
        words.say(words.STATUS[check["status"]], language),
        words.points(check["points"], check["max_points"], language),
    )


def _side(document: Document, language: str) -> Side:
    at, score = words.parse_time(document["measured_at"]), document["score"]
    return Side(
        score,
        words.score_text(score, language),
        words.moment(at, language) if at else None,
        words.day(at, language) if at else "",
    )


def _headline(before: Side, after: Side, language: str) -> str:
    if before.score == after.score:
        return words.say(_SAME_SCORE, language).format(day=before.day)
    old, new = ("–" if side.score is None else side.score for side in (before, after))
    return words.say(_OTHER_SCORE, language).format(old=old, new=new, day=before.day)


def _titles(lines: Sequence[Line], language: str) -> str:
    named = ", ".join(line.title for line in lines[:_NAMED])
    more = len(lines) - _NAMED
    return words.say(_AND_MORE, language).format(named=named, more=more) if more > 0 else named
