"""A report for a terminal: the score, what needs attention with what to publish, every check in a line, and for DANE the
transcript of each address.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.catalogue import CATALOGUE
from checks.model import CategoryReport, Status, SubjectVerdict, Verdict
from checks.report import Report
from checks.texts import fill, terminal
from checks.transcript import printable

_SIGNS = {
    Status.PASSED: "✔",
    Status.INFO: "i",
    Status.WARNING: "!",
    Status.FAILED: "✖",
    Status.NOT_TESTED: "–",
    Status.ERROR: "?",
}
_COLOURS = {
    Status.PASSED: 32,
    Status.INFO: 34,
    Status.WARNING: 33,
    Status.FAILED: 31,
    Status.NOT_TESTED: 90,
    Status.ERROR: 35,
}
# What needs attention, gravest first.
_ATTENTION = (Status.FAILED, Status.WARNING, Status.ERROR)
_BAR = 20  # characters of a score's bar


@dataclass(frozen=True, slots=True)
class Style:
    """How it is printed: in which language, how many columns wide, with or without colours."""

    language: str
    width: int = 100
    colour: bool = False

    def sign(self, status: Status) -> str:
        """The sign of a status, which says the same without its colour."""
        return f"\x1b[{_COLOURS[status]}m{_SIGNS[status]}\x1b[0m" if self.colour else _SIGNS[status]

    def strong(self, text: str) -> str:
        """A heading."""
        return f"\x1b[1m{text}\x1b[0m" if self.colour else text

    def wrapped(self, text: str, indent: int) -> Iterator[str]:
        """Text in lines of the width, each with the indent. A name or record that is longer stays whole."""
        margin = " " * indent
        yield from textwrap.wrap(
            printable(text),
            self.width,
            initial_indent=margin,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
        )


def render(report: Report, style: Style) -> str:
    """The whole report as text. Measured text in it is bounded, and printable."""
    return "\n".join(_lines(report, style))


def _lines(report: Report, style: Style) -> Iterator[str]:
    yield from _head(report, style)
    if report.failure:
        yield ""
        yield from style.wrapped(terminal(style.language)[report.failure.value], 0)
        return
    yield ""
    yield from (_bar(category, style) for category in report.categories)
    yield from _attention(report, style)
    yield from _all(report, style)
    yield from _delivery(report.verdicts, style)
    if lines := Report.dane_transcript(report.to_json(), style.language):
        yield f"\n{style.strong(terminal(style.language)['dane'])}\n"
        yield textwrap.indent(lines, "  ", lambda line: bool(line.strip()))


def _head(report: Report, style: Style) -> Iterator[str]:
    words, facts = terminal(style.language), report.measurement
    score = words["none"] if report.score is None else fill(words["score"], {"score": report.score})
    provisional = f" ({words['provisional']})" if report.partial else ""
    yield style.strong(f"{facts.domain} · {words[facts.suite.value]} · {score}{provisional}")
    at = facts.measured_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    yield fill(words["took"], {"at": at, "seconds": f"{facts.duration_ms / 1000:.1f}"})


def _bar(category: CategoryReport, style: Style) -> str:
    name = category.name[style.language]
    if category.score is None:
        return f"  {style.sign(category.status)} {name:<28} {'–':>4}"
    return f"  {style.sign(category.status)} {name:<28} {category.score:>4}  {'━' * (category.score * _BAR // 100)}"


def _attention(report: Report, style: Style) -> Iterator[str]:
    """The checks that need attention, gravest first, each with the places where it is so and the records to publish."""
    words = terminal(style.language)
    found = [verdict for verdict in report.verdicts.values() if verdict.status in _ATTENTION]
    heading = fill(words["attention"], {"count": len(found)}) if found else words["nothing"]
    yield f"\n{style.strong(heading)}"
    for verdict in sorted(found, key=lambda verdict: _ATTENTION.index(verdict.status)):
        yield f"\n  {_title(verdict, style)}"
        for sentence in _sentences(verdict, style):
            yield from style.wrapped(sentence, 6)
        yield from _publish(verdict, style)


def _sentences(verdict: Verdict, style: Style) -> Iterator[str]:
    """What was seen: for each outcome that is not in order the sentence of one place and the names of the others, then what
    is told beside it.
    """
    rows = [row for row in verdict.subjects if row.status in _ATTENTION]
    if not rows:
        yield verdict.sentence[style.language]
    for outcome in dict.fromkeys(row.outcome for row in rows):
        first, *others = (row for row in rows if row.outcome == outcome)
        yield first.sentence[style.language]
        if others:
            yield fill(terminal(style.language)["also"], {"places": ", ".join(map(_place, others))})
    yield from (f"· {remark}" for remark in _remarks(verdict, style.language))


def _remarks(verdict: Verdict, language: str) -> Iterator[str]:
    told = (remark for row in verdict.subjects for remark in row.evidence.get("remarks", ()))
    yield from dict.fromkeys(CATALOGUE.remark(remark, language) for remark in told if isinstance(remark, Mapping))


def _publish(verdict: Verdict, style: Style) -> Iterator[str]:
    advised = (line for row in verdict.subjects if row.status in _ATTENTION for line in row.evidence.get("advised", ()))
    if lines := list(dict.fromkeys(map(printable, advised))):
        yield f"      {terminal(style.language)['publish']}"
        yield from (f"        {line}" for line in lines)


def _all(report: Report, style: Style) -> Iterator[str]:
    """Every check in a line; where there is something to know that needs no attention, with its sentence."""
    yield f"\n{style.strong(terminal(style.language)['all'])}"
    for category in report.categories:
        yield f"\n  {category.name[style.language]}"
        told = ""
        for verdict in category.verdicts:
            yield f"  {_title(verdict, style)}"
            sentence = verdict.sentence[style.language]
            if verdict.status in (Status.INFO, Status.NOT_TESTED) and sentence != told:
                yield from style.wrapped(sentence, 6)
                told = sentence
            if verdict.status not in _ATTENTION:
                for remark in _remarks(verdict, style.language):
                    yield from style.wrapped(f"· {remark}", 6)


def _title(verdict: Verdict, style: Style) -> str:
    title = f"{style.sign(verdict.status)} {CATALOGUE[verdict.check_id].texts[style.language].title}"
    if verdict.points is None or verdict.max_points is None:
        return title
    values = {"points": f"{verdict.points:g}", "most": f"{verdict.max_points:g}"}
    return f"{title} ({fill(terminal(style.language)['points'], values)})"


def _delivery(verdicts: Mapping[str, Verdict], style: Style) -> Iterator[str]:
    """What a DANE sender does: the domain first, then every host and address."""
    rows = next((verdict.subjects for check, verdict in verdicts.items() if check.endswith("_dane_delivery")), ())
    if not rows:
        return
    yield f"\n{style.strong(terminal(style.language)['delivery'])}\n"
    domain, *others = rows[-1], *rows[:-1]
    yield f"  {_delivered(domain, style.language)}"
    yield from (f"    {_delivered(row, style.language)}" for row in others)


def _delivered(row: SubjectVerdict, language: str) -> str:
    said = CATALOGUE.meaning("delivery", row.outcome, language) or row.outcome
    because = CATALOGUE.meaning("because", str(row.evidence.get("because")), language)
    return f"{printable(_place(row))}: {said}" + (f" ({because})" if because else "")


def _place(row: SubjectVerdict) -> str:
    return f"{row.subject} [{row.address}]" if row.address else row.subject
