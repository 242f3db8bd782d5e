"""What a report would score when some of its checks passed: the same scoring over the verdicts of a stored document, so
that a plan can say what each step brings. Measures nothing, judges nothing anew, and needs no measurement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from checks import judging, scoring
from checks.catalogue import CATALOGUE
from checks.model import Category, CategoryReport, Requirement, Status, SubjectVerdict, Verdict

Json = Mapping[str, Any]


def score_if(document: Json, passed: Collection[str]) -> int | None:
    """The score of a report document (schema 1) if the checks of these ids passed at every subject that we could see;
    None when nothing counts.

    Nothing assumed gives the score of the document, as long as the catalogue is the one that made it. At an endpoint
    where an assumed gate opens, what could not be tested for want of it does not count: nobody has seen it yet. A
    partial document stays partial, so it gives at most 99.
    """
    categories = tuple(_category(category, passed) for category in document["categories"])
    return scoring.shown(scoring.total(categories), partial=bool(document["partial"]))


def _category(stored: Json, passed: Collection[str]) -> CategoryReport:
    """A category scored again; one that the catalogue no longer has keeps its stored score."""
    category = CATALOGUE.categories.get(stored["id"])
    if category is None:
        return CategoryReport(stored["id"], stored["name"], Status(stored["status"]), stored["score"], ())
    verdicts = [_verdict(check) for check in stored["checks"]]
    opened = _opened(category, verdicts, passed)
    assumed = [
        _passed(verdict) if verdict.check_id in passed else _unseen_at(verdict, opened, whole=not verdict.max_points)
        for verdict in verdicts
    ]
    return scoring.category_report(category, assumed)


def _opened(category: Category, verdicts: Iterable[Verdict], passed: Collection[str]) -> frozenset[scoring.Endpoint]:
    """The endpoints at which the gate of the category failed, and is assumed to pass."""
    gates = (verdict for verdict in verdicts if verdict.check_id == category.gate and category.gate in passed)
    return frozenset(
        (row.subject, row.address) for gate in gates for row in gate.subjects if row.status is Status.FAILED
    )


def _unseen_at(verdict: Verdict, opened: frozenset[scoring.Endpoint], *, whole: bool) -> Verdict:
    if whole or not opened:
        return verdict
    rows = tuple(
        replace(row, status=Status.ERROR)
        if (row.subject, row.address) in opened and row.status is Status.NOT_TESTED
        else row
        for row in verdict.subjects
    )
    return replace(verdict, subjects=rows)


def _passed(verdict: Verdict) -> Verdict:
    """Full marks, at every subject but those that we could not see; a check that is never scored stays so."""
    check = CATALOGUE.get(verdict.check_id)
    if check is None or verdict.status is Status.ERROR:
        return verdict
    counts = check.requirement is Requirement.REQUIRED and check.weight > 0
    points = float(check.weight) if counts else None
    rows = tuple(
        row if row.status is Status.ERROR else replace(row, status=Status.PASSED, points=points)
        for row in verdict.subjects
    )
    return replace(verdict, status=Status.PASSED, points=points, max_points=points, subjects=rows)


def _verdict(stored: Json) -> Verdict:
    return Verdict(
        check_id=stored["id"],
        status=Status(stored["status"]),
        requirement=Requirement(stored["requirement"]),
        outcome=stored["outcome"],
        points=stored["points"],
        max_points=stored["max_points"],
        sentence=stored["sentence"],
        subjects=tuple(_row(stored["id"], row) for row in stored["subjects"]),
    )


def _row(check_id: str, stored: Json) -> SubjectVerdict:
    """A row with the points that its outcome is worth: the document does not hold those."""
    check = CATALOGUE.get(check_id)
    rulings = {outcome.value: ruling for outcome, ruling in check.rulings.items()} if check else {}
    ruling = rulings.get(stored["outcome"])
    return SubjectVerdict(
        subject=stored["subject"],
        address=stored["address"],
        status=Status(stored["status"]),
        outcome=stored["outcome"],
        points=judging.points_of(check, ruling) if check and ruling else None,
        sentence=stored["sentence"],
        evidence={},
    )
