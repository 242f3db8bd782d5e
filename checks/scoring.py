"""From verdicts to scores. Pure.

A category's score is the share of the points that its counted checks earn; its ``Scoring`` says over what. The total
is the plain mean of the categories in which anything counts.
Shares are exact fractions and are cut off, never rounded up: 100 means everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from checks.model import Category, CategoryReport, Scoring, Status, Verdict

Endpoint = tuple[str, str | None]  # host and address

_SEVERITY = (Status.FAILED, Status.ERROR, Status.WARNING, Status.PASSED, Status.INFO, Status.NOT_TESTED)


def category_report(category: Category, verdicts: Sequence[Verdict]) -> CategoryReport:
    """A category with its score and its status."""
    share = _share(category, verdicts)
    score = None if share is None else int(share * 100)
    return CategoryReport(category.id, category.name, category_status(verdicts), score, tuple(verdicts))


def category_status(verdicts: Iterable[Verdict]) -> Status:
    """The worst status that asks for attention; where nothing does, passed if anything passed."""
    found = {verdict.status for verdict in verdicts}
    return next((status for status in _SEVERITY if status in found), Status.NOT_TESTED)


def total(categories: Iterable[CategoryReport]) -> int | None:
    """The mean of the category scores, cut off; None when nothing counts."""
    scores = [category.score for category in categories if category.score is not None]
    return int(Fraction(sum(scores), len(scores))) if scores else None


def is_partial(verdicts: Iterable[Verdict]) -> bool:
    """Whether there is anything that we could not see: then the score is provisional."""
    return any(Status.ERROR in (verdict.status, *(row.status for row in verdict.subjects)) for verdict in verdicts)


def _share(category: Category, verdicts: Sequence[Verdict]) -> Fraction | None:
    counted = [verdict for verdict in verdicts if verdict.max_points]
    if category.scoring is Scoring.WORST_ENDPOINT:
        return _worst_endpoint(counted, _unseen(category.gate, verdicts))
    shares = [_ratio([(verdict.points, verdict.max_points)]) for verdict in counted]
    if category.scoring is Scoring.LOWEST:
        return min((share for share in shares if share is not None), default=None)
    return _ratio([(verdict.points, verdict.max_points) for verdict in counted])


def _unseen(gate: str, verdicts: Iterable[Verdict]) -> frozenset[Endpoint]:
    """The endpoints that could not be tested: nothing there counts, for or against."""
    rows = (row for verdict in verdicts if verdict.check_id == gate for row in verdict.subjects)
    return frozenset((row.subject, row.address) for row in rows if row.status is Status.ERROR)


def _ratio(points: Iterable[tuple[float | None, float | None]]) -> Fraction | None:
    earned, possible = Fraction(0), Fraction(0)
    for got, most in points:
        if got is not None and most is not None:
            earned, possible = (
                earned + Fraction(got).limit_denominator(100),
                possible + Fraction(most).limit_denominator(100),
            )
    return earned / possible if possible else None


def _worst_endpoint(counted: Sequence[Verdict], unseen: frozenset[Endpoint]) -> Fraction | None:
    """Each endpoint earns the points of its own rows.

    What could not be seen there does not count there; what does not apply there, while it counts elsewhere, earns
    nothing. A failed row without an address (a host that has none) is an endpoint of its own.
    """
    rows = [(verdict, row) for verdict in counted for row in verdict.subjects]
    endpoints = dict.fromkeys((row.subject, row.address) for _, row in rows if row.address)
    if not endpoints:
        return _ratio([(verdict.points, verdict.max_points) for verdict in counted])
    shares = [
        _ratio(_earned(verdict, endpoint) for verdict in counted) for endpoint in endpoints if endpoint not in unseen
    ]
    shares += [
        _ratio([(row.points, verdict.max_points)])
        for verdict, row in rows
        if not row.address and row.status is Status.FAILED
    ]
    return min((share for share in shares if share is not None), default=None)


def _earned(verdict: Verdict, endpoint: Endpoint) -> tuple[float | None, float | None]:
    row = next((row for row in verdict.subjects if (row.subject, row.address) == endpoint), None)
    if row is None:
        return verdict.points, verdict.max_points
    if row.status is Status.ERROR:
        return None, None
    return row.points or 0.0, verdict.max_points


def shown(score: int | None, *, partial: bool) -> int | None:
    """What may be shown: 100 means that all was seen, and was right."""
    return min(score, 99) if partial and score is not None else score
