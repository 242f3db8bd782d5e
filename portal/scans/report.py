"""A stored report document joined with today's texts, as plain data that the report page loops over.

Verdicts, points and sentences are those given then; titles and explanations are today's.
Pure: reads what it is given, asks no database and no clock. A check that no longer exists keeps its stored sentence, and shows its id as title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.utils.safestring import SafeString

from checks import CATALOGUE, Report, Suite, Target
from portal.pictures import seal
from portal.plan import build as plan
from portal.scans import (
    anatomy,
    certificates,
    chain,
    chain_picture,
    coverage,
    evidence,
    explanations,
    report_words,
    route,
    share,
    visit,
    words,
)
from portal.scans.report_page import CategoryCard, CheckRow, Notice, ReportPage, Subject, Tab
from portal.scans.shown import ATTENTION, Asked, age_notice, select
from portal.scans.verdict import causes, checks_of, verdict

LONGEST_HEAD = 260  # characters of the sentences under the score
MOST_SUBJECTS = 60  # rows of one check; the rest is in report.json

Document = Mapping[str, Any]
_FIRST = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")  # between two sentences


class Sibling(Protocol):
    """The scan of the other suite, asked for together with this one."""

    suite: str
    total: int | None

    @property
    def is_active(self) -> bool:
        """Whether it still waits or runs."""

    def get_absolute_url(self) -> str:
        """Its permalink."""


class Reported(Protocol):
    """What a page needs of a finished scan."""

    domain: str
    suite: str
    document: Any

    @property
    def sibling(self) -> Sibling | None:
        """The scan of the other suite, if there is one."""

    def get_absolute_url(self) -> str:
        """The permalink."""


def build(scan: Reported, language: str, asked: Asked | None = None) -> ReportPage:
    """The page of a finished scan in a language (``nl`` or ``en``); ``asked`` is what this request wants of it.
    Raises KeyError for a document that is none."""
    document, asked = scan.document, asked or Asked()
    suite = document["suite"]
    categories = tuple(
        sorted((_category(document, category, language) for category in document["categories"]), key=_worst_first)
    )
    zones = chain.build(_chains(document), language)
    measured = words.parse_time(document["measured_at"])
    failure = document.get("failure") or ""
    return ReportPage(
        domain=scan.domain,
        name=display_name(scan.domain),
        suite=suite,
        suite_name=words.say(words.SUITE[suite], language),
        score=document["score"],
        score_text=words.score_text(document["score"], language),
        partial=bool(document["partial"]),
        seal=_seal(document, categories, language),
        verdict=verdict(document, language) if categories else _failed_verdict(failure, language),
        detail=_detail(categories, causes(document), language, full=document["score"] == 100)
        if categories
        else words.say(report_words.FAILURE.get(failure, report_words.NO_FAILURE), language),
        failure=failure,
        measured=words.moment(measured, language) if measured else None,
        duration=words.seconds(float(document["duration_ms"]), language),
        counts=_counts(categories, language),
        tabs=_tabs(scan, language),
        notices=(
            *([asked.changes] if asked.changes and categories else []),
            *_notices(document, language),
            *(note for note in [age_notice(measured, asked, language)] if note),
        ),
        categories=categories,
        shown=select(categories, asked),
        plan=plan.build(document, language, asked.address),
        route=route.build({check["id"]: check for check in checks_of(document)}, language),
        visit=visit.build({check["id"]: check for check in checks_of(document)}, language),
        chain=zones,
        chain_whole=all(zone.status == "passed" for zone in zones),
        chain_drawing=chain_picture.draw(document, language),
        anatomy=anatomy.build(checks_of(document), language),
        transcript=Report.dane_transcript(document, language),
        certificates=certificates.build(checks_of(document), language),
        missing=coverage.missing(suite, (check["id"] for check in checks_of(document)), language) if categories else (),
        short_text=share.short_text(document, language, asked.address),
        snippet=share.snippet(scan.domain, asked.address),
        engine=str(document.get("engine", "")),
        catalogue=str(document.get("catalogue", "")),
        guidelines=str(document.get("tls_profile", {}).get("name", "")),
    )


def display_name(domain: str) -> str:
    """The name as people write it, with its own letters (IDN); the A-label when it cannot be turned back."""
    try:
        return Target.parse(domain, Suite.MAIL).display
    except Target.Refused:
        return domain


def _failed_verdict(failure: str, language: str) -> str:
    unknown = failure == "no-such-domain"
    return words.say(report_words.NO_SUCH_DOMAIN if unknown else report_words.NOT_MEASURED, language)


def _worst_first(category: CategoryCard) -> tuple[int, int]:
    return words.rank(category.status), category.score if category.score is not None else 101


def _category(document: Document, category: Mapping[str, Any], language: str) -> CategoryCard:
    rows = sorted(
        (_check(document, check, language) for check in category["checks"]), key=lambda row: words.rank(row.status)
    )
    score = category["score"]
    return CategoryCard(
        id=category["id"],
        name=words.say(category["name"], language),
        status=category["status"],
        word=words.say(words.STATUS[category["status"]], language),
        score=score,
        score_text=words.score_text(score, language)
        if score is not None
        else words.say(words.STATUS[category["status"]], language),
        sentence=_category_sentence(rows, language),
        checks=tuple(rows),
    )


def _category_sentence(rows: Sequence[CheckRow], language: str) -> str:
    """The first sentence of the worst check; when nothing asks for attention, that everything is right."""
    if rows and (rows[0].status in ("failed", "error", "warning") or all(row.status == "not_tested" for row in rows)):
        return _FIRST.split(rows[0].sentence, maxsplit=1)[0]
    return words.say(report_words.ALL_IN_ORDER, language)


def _check(document: Document, check: Mapping[str, Any], language: str) -> CheckRow:
    entry = CATALOGUE.get(check["id"])
    text = entry.texts[language] if entry else None
    subjects = check["subjects"]
    return CheckRow(
        id=check["id"],
        title=text.title if text else check["id"],
        status=check["status"],
        word=words.say(words.STATUS[check["status"]], language),
        sentence=words.say(check["sentence"], language),
        extent=_extent(check, language),
        open=check["status"] == "failed",
        requirement=words.say(words.REQUIREMENT[check["requirement"]], language),
        points=_points(check, language),
        references=entry.references if entry else (),
        subjects=tuple(
            _subject(row, language, told=len(subjects) == 1 and row["sentence"] == check["sentence"])
            for row in _ordered(subjects)[:MOST_SUBJECTS]
        ),
        unshown=max(0, len(subjects) - MOST_SUBJECTS),
        by_address=any(row["address"] for row in subjects),
        publish=_publish(subjects),
        what=explanations.html(text.what if text and check["status"] in ATTENTION else "", language),
        why=explanations.html(text.why if text and check["status"] in ATTENTION else "", language),
        how=explanations.remedy(
            text.how if text and check["status"] in (*ATTENTION, "info") else "",
            language,
            explanations.own_of(document, check),
        ),
        explained=text is not None,
    )


def _extent(check: Mapping[str, Any], language: str) -> str:
    """For how many of the addresses or names that were tested the sentence holds; empty when it is about all there is."""
    rows = check["subjects"]
    alike = sum(row["outcome"] == check["outcome"] for row in rows)
    if len(rows) < 2 or not alike:
        return ""
    unit = "addresses" if all(row["address"] for row in rows) else "rows"
    return words.extent(alike, len(rows), unit, language)


def _points(check: Mapping[str, Any], language: str) -> str:
    """A check that is required and brings no points shows what others cause."""
    if check["requirement"] == "required" and not check["max_points"]:
        return words.say(report_words.NO_POINTS_OF_ITS_OWN, language)
    return words.points(check["points"], check["max_points"], language)


def _ordered(subjects: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(subjects, key=lambda row: words.rank(row["status"]))


def _subject(row: Mapping[str, Any], language: str, *, told: bool) -> Subject:
    """One row; without its sentence when the check itself has ``told`` it just above."""
    return Subject(
        name=evidence.bounded(row["subject"], 253),
        address=evidence.bounded(row["address"] or "", 60),
        status=row["status"],
        word=words.say(words.STATUS[row["status"]], language),
        sentence="" if told else words.say(row["sentence"], language),
        details=evidence.render(row["evidence"], language),
    )


def _publish(subjects: Iterable[Mapping[str, Any]]) -> str:
    """The records to publish for the subjects that are not in order, each once, ready to be pasted."""
    lines = dict.fromkeys(
        str(line)
        for row in subjects
        if row["status"] in ("failed", "warning")
        for line in row["evidence"].get("advised") or ()
    )
    return "\n".join(evidence.bounded(line, 400) for line in list(lines)[:20])


def _detail(categories: Sequence[CategoryCard], named: frozenset[str], language: str, *, full: bool) -> str:
    """The sentences of what is worst, first of what the verdict names: at most two, so that the head stays a head.

    What is no fault, or leaves a ``full`` score, is told as something to mind.
    """
    checks = sorted((row for category in categories for row in category.checks), key=lambda row: row.id not in named)
    rows = [row for row in checks if row.status == "failed"]
    rows = rows or [row for row in checks if row.status in ("error", "warning")]
    first, *others = dict.fromkeys(row.sentence for row in rows[:2]) or [""]
    said = " ".join([first, *others]) if sum(map(len, (first, *others))) <= LONGEST_HEAD else first
    minded = bool(rows) and (full or rows[0].status == "warning")
    return words.say(report_words.MIND, language).format(sentence=said) if minded else said


def _counts(categories: Sequence[CategoryCard], language: str) -> str:
    total = sum(len(category.checks) for category in categories)
    if not total:
        return words.say(report_words.NO_CHECKS, language)
    wrong = sum(row.status == "failed" for category in categories for row in category.checks)
    told = report_words.SOME_FAILED if wrong else report_words.NONE_FAILED
    return words.say(told, language).format(total=total, wrong=wrong)


def _tabs(scan: Reported, language: str) -> tuple[Tab, ...]:
    """This report, and the one that was asked for with it."""
    shown = Tab(
        words.say(words.SUITE[scan.suite], language),
        "" if scan.document["score"] is None else str(scan.document["score"]),
        "",
    )
    sibling = scan.sibling
    if sibling is None:
        return (shown,)
    running = words.say(report_words.STILL_RUNNING, language)
    note = running if sibling.is_active else "" if sibling.total is None else str(sibling.total)
    other = Tab(words.say(words.SUITE[sibling.suite], language), note, sibling.get_absolute_url())
    return (other, shown) if sibling.suite == "web" else (shown, other)


def _notices(document: Document, language: str) -> Iterable[Notice]:
    if document["partial"] and document["categories"]:
        yield _notice("warning", report_words.PARTIAL, language)
    outcomes = {row["outcome"] for category in document["categories"] for row in category["checks"]}
    if "null-mx" in outcomes:
        yield _notice("info", report_words.NULL_MX, language)


def _notice(kind: str, told: tuple[words.Words, words.Words], language: str) -> Notice:
    title, text = told
    return Notice(kind, words.say(title, language), words.say(text, language))


def _chains(document: Document) -> Iterable[Mapping[str, Any]]:
    """The evidence of every subject that carries a chain."""
    for category in document["categories"]:
        for check in category["checks"]:
            yield from (row["evidence"] for row in check["subjects"] if row["evidence"].get("chain"))


def _seal(document: Document, categories: Sequence[CategoryCard], language: str) -> SafeString:
    """Arcs for the categories that have a score or should have had one; dotted arcs for all when there is no score at all."""
    score, partial = document["score"], bool(document["partial"])
    scored = [category for category in categories if category.score is not None or category.status == "error"]
    arcs = [seal.Arc(category.status, category.score) for category in scored or categories] or [
        seal.Arc("not_tested", None)
    ]
    parts = ", ".join(
        f"{category.name} {category.score_text if category.score is None else category.score}" for category in scored
    )
    told = words.score_text(score, language)
    if score is None:
        under, label = told, told.capitalize()
    else:
        under = words.say(report_words.PROVISIONAL if partial else report_words.OF_100, language)
        label = f"Score {told}. {parts}"
    return seal.draw(
        seal.Seal(label, "–" if score is None else str(score), under, arcs, full=score == 100 and not partial)
    )
