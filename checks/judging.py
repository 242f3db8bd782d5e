"""From findings to verdicts: each outcome is looked up in the check's table of rulings, the worst subject speaks for
the check, and the sentence is filled in both languages. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction

from checks.model import (
    Check,
    Evidence,
    Finding,
    Observation,
    Rating,
    Ruling,
    Status,
    SubjectVerdict,
    Verdict,
    status_of,
)
from checks.texts import fill, worded


def judge(check: Check, finding: Finding) -> Verdict:
    """The verdict on a finding. Raises KeyError when the evaluator gave an outcome that the catalogue has no ruling
    for.
    """
    worst = _worst(check, finding)
    outcome = worst.outcome if worst else finding.outcome
    ruling = check.rulings[outcome]
    requirement = ruling.requirement or check.requirement
    counted = check.requirement == "required" and check.weight > 0 and _counts(check, finding, ruling)
    return Verdict(
        check_id=check.id,
        status=status_of(ruling.rating, requirement),
        requirement=requirement,
        outcome=outcome.value,
        points=_earned(check, finding, ruling) if counted else None,
        max_points=float(check.weight) if counted else None,
        sentence=_sentence(check, outcome, _values(check, finding, worst)),
        subjects=tuple(_subject(check, row) for row in finding.observations),
    )


def _counts(check: Check, finding: Finding, ruling: Ruling) -> bool:
    """Whether the check counts for anybody: as soon as it does for one subject, the others earn what they earn beside it."""
    rulings = [check.rulings[row.outcome] for row in finding.observations] or [ruling]
    return any(not found.uncounted for found in rulings)


def _earned(check: Check, finding: Finding, ruling: Ruling) -> float:
    """The points of the worst subject that counts, or the mean of all that count."""
    counted = [row for row in finding.observations if not check.rulings[row.outcome].uncounted]
    if not counted:
        return ruling.credit * check.weight
    if not check.mean:
        return check.rulings[max(counted, key=lambda row: _rank(row.outcome)).outcome].credit * check.weight
    shares = [Fraction(check.rulings[row.outcome].credit).limit_denominator(100) for row in counted]
    return float(int(sum(shares) * check.weight / len(shares)))


def crashed(check: Check) -> Verdict:
    """The verdict when our own code failed: could not test, never counted, never held against the domain."""
    words = {
        "nl": "Deze controle is bij ons misgegaan. Dat ligt aan ons, niet aan uw domein.",
        "en": "This check went wrong on our side. It is our fault, not your domain's.",
    }
    return Verdict(check.id, Status.ERROR, check.requirement, "crashed", None, None, words, ())


def _worst(check: Check, finding: Finding) -> Observation | None:
    """The worst of what we could see; what we could not see speaks only when there is nothing else."""
    rows = finding.observations
    seen = [row for row in rows if check.rulings[row.outcome].rating is not Rating.UNKNOWN]
    return max(seen or rows, key=lambda row: _rank(row.outcome), default=None)


def _rank(outcome: StrEnum) -> int:
    return list(type(outcome)).index(outcome)


def _values(check: Check, finding: Finding, worst: Observation | None) -> Evidence:
    if worst is None:
        return finding.evidence
    alike = sum(row.outcome is worst.outcome for row in finding.observations)
    return {**_row_values(worst), "count": alike, "total": len(finding.observations)}


def _row_values(row: Observation) -> Evidence:
    return {
        "at": f"{row.subject} ({row.address})" if row.address else row.subject,
        "subject": row.subject,
        "address": row.address or "",
        **row.evidence,
    }


def _sentence(check: Check, outcome: StrEnum, values: Evidence) -> Mapping[str, str]:
    return {
        language: fill(text.outcomes[outcome.value], {**values, **worded(values, language)})
        for language, text in check.texts.items()
    }


def _subject(check: Check, row: Observation) -> SubjectVerdict:
    ruling = check.rulings[row.outcome]
    return SubjectVerdict(
        subject=row.subject,
        address=row.address,
        status=status_of(ruling.rating, ruling.requirement or check.requirement),
        outcome=row.outcome.value,
        points=points_of(check, ruling),
        sentence=_sentence(check, row.outcome, {**_row_values(row), "count": 1, "total": 1}),
        evidence=row.evidence,
    )


def points_of(check: Check, ruling: Ruling) -> float | None:
    """What a row is worth. An uncounted row with credit keeps it, for where the check does count elsewhere."""
    return None if ruling.uncounted and not ruling.credit else ruling.credit * check.weight
