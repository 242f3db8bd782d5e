"""Two reports of one domain beside each other: what became worse, what became better, and what else is different. From the stored verdicts; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    english = language == "en"
    parts = []
    if found.worse:
        parts.append(("New, not right: " if english else "Nieuw niet in orde: ") + _titles(found.worse, language))
    if found.better:
        parts.append(("Better: " if english else "Beter geworden: ") + _titles(found.better, language))
    if not parts:
        parts.append("No verdict became better or worse." if english else "Geen oordeel is beter of slechter geworden.")
    link = "Compare the two reports" if english else "Vergelijk de twee rapporten"
    return Notice("warning" if found.worse else "info", found.headline, " ".join(parts), url, link)


def history(totals: Sequence[int | None], language: str) -> SafeString | str:
    """How the score went, oldest first, as a small line; empty for fewer than two reports with a score."""
    scores = [total for total in totals if total is not None]
    if len(scores) < 2:
        return ""
    first, last, count = scores[0], scores[-1], len(scores)
    label = (
        f"from {first} to {last} in {count} reports"
        if language == "en"
        else f"van {first} naar {last} in {count} rapporten"
    )
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
        return Cell("not_tested", "not in this report" if language == "en" else "niet in dit rapport", "")
    return Cell(
        check["status"],
        words.say(words.STATUS[check["status"]], language),
        words.points(check["points"], check["max_points"], language),
    )


def _side(document: Document, language: str) -> Side:
    at, score = words.parse_time(document["measured_at"]), document["score"]
    none = "no score" if language == "en" else "geen score"
    return Side(
        score,
        none if score is None else words.out_of_100(score, language),
        words.moment(at, language) if at else None,
        words.day(at, language) if at else "",
    )


def _headline(before: Side, after: Side, language: str) -> str:
    english = language == "en"
    if before.score == after.score:
        return f"The score is the same as on {before.day}." if english else f"De score is dezelfde als op {before.day}."
    old, new = ("–" if side.score is None else side.score for side in (before, after))
    return f"From {old} to {new} since {before.day}." if english else f"Van {old} naar {new} sinds {before.day}."


def _titles(lines: Sequence[Line], language: str) -> str:
    named: Iterable[str] = (line.title for line in lines[:_NAMED])
    more = len(lines) - _NAMED
    rest = (f", and {more} more" if language == "en" else f", en nog {more}") if more > 0 else ""
    return f"{', '.join(named)}{rest}."
