"""The words that all layers share: target, suite, requirement, rating, status, finding, ruling, verdict, report.

Plain data and the two pure rules that belong to it (how a ruling becomes a status, and which subject is the worst).
No I/O, no policy tables, no texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.evaluate.view import View

Evidence = Mapping[str, Any]  # JSON-able values only: str, int, float, bool, None, lists and dicts of the same


class Suite(StrEnum):
    """Which of the two tests of a domain."""

    WEB = "web"
    MAIL = "mail"


class Requirement(StrEnum):
    """How much a check matters: only REQUIRED checks count in the score."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


class Status(StrEnum):
    """What a reader is told about a check, a subject or a category."""

    PASSED = "passed"
    INFO = "info"
    WARNING = "warning"
    FAILED = "failed"
    NOT_TESTED = "not_tested"
    ERROR = "error"


class Rating(StrEnum):
    """What an outcome is worth, before the requirement level is taken into account."""

    PASS = "pass"
    NOTE = "note"
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """The part of the measurement after which a check can be judged; progress is told by stage."""

    DNS = "dns"
    ENDPOINTS = "endpoints"


@dataclass(frozen=True, slots=True)
class Observation:
    """One subject (host, address or zone) as one evaluator saw it: an outcome of the check's enum, and what to show."""

    subject: str
    outcome: StrEnum
    evidence: Evidence = field(default_factory=dict)
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Facts judged: one observation for each subject, and ``outcome`` for when there is no subject to observe.
    ``evidence`` fills the sentence of that outcome.

    Outcome enums are declared best to worst. The worst observation speaks for the check; those that we could not see
    speak only when there is no other.
    """

    outcome: StrEnum
    observations: tuple[Observation, ...] = ()
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """One row of a check's table: what an outcome is worth.

    ``credit`` is the share of the weight that is earned, 0 to 1. ``uncounted`` takes the check out of the score for
    this outcome.
    ``requirement`` replaces the check's own level for this outcome.
    """

    rating: Rating
    credit: float
    uncounted: bool = False
    requirement: Requirement | None = None


def passes(credit: float = 1.0) -> Ruling:
    """The norm is met."""
    return Ruling(Rating.PASS, credit)


def notes(credit: float = 1.0) -> Ruling:
    """Worth knowing; costs nothing."""
    return Ruling(Rating.NOTE, credit)


def warns(credit: float = 1.0) -> Ruling:
    """Attention is needed (phase out); costs nothing by default."""
    return Ruling(Rating.WARN, credit)


def fails(credit: float = 0.0, requirement: Requirement | None = None) -> Ruling:
    """The norm is not met."""
    return Ruling(Rating.FAIL, credit, requirement=requirement)


def not_applicable(credit: float = 0.0, *, uncounted: bool = False) -> Ruling:
    """There is nothing to test here. Counts as ``credit`` unless it is taken out of the score."""
    return Ruling(Rating.NOT_APPLICABLE, credit, uncounted=uncounted)


def unknown() -> Ruling:
    """We could not see it: never counted, and the report is partial."""
    return Ruling(Rating.UNKNOWN, 0.0, uncounted=True)


_STATUS: Mapping[Rating, tuple[Status, Status, Status]] = {
    Rating.PASS: (Status.PASSED, Status.PASSED, Status.PASSED),
    Rating.NOTE: (Status.INFO, Status.INFO, Status.INFO),
    Rating.WARN: (Status.WARNING, Status.WARNING, Status.INFO),
    Rating.FAIL: (Status.FAILED, Status.WARNING, Status.INFO),
    Rating.NOT_APPLICABLE: (Status.NOT_TESTED, Status.NOT_TESTED, Status.NOT_TESTED),
    Rating.UNKNOWN: (Status.ERROR, Status.ERROR, Status.ERROR),
}


def status_of(rating: Rating, requirement: Requirement) -> Status:
    """How a rating shows at a requirement level: the whole rule, one table."""
    return _STATUS[rating][list(Requirement).index(requirement)]


@dataclass(frozen=True, slots=True)
class CheckText:
    """All words of a check in one language. ``outcomes`` maps an outcome to its sentence with named placeholders; the
    rest is Markdown.
    """

    title: str
    outcomes: Mapping[str, str]
    what: str
    why: str
    how: str
    background: str


@dataclass(frozen=True, slots=True)
class Check:
    """One question with a stable id, the function that answers it, what each answer is worth, and its words by
    language (filled in by the catalogue).

    ``weight`` is the number of points of full credit; 0 for a check that is shown and never scored. ``evaluate``
    turns the facts into a finding and does no I/O. ``mean``: the points are the mean over the subjects that count, cut
    off to whole points, in place of those of the worst subject.
    """

    id: str
    category: str
    requirement: Requirement
    weight: int
    stage: Stage
    evaluate: Callable[[View], Finding]
    rulings: Mapping[StrEnum, Ruling]
    references: tuple[str, ...]
    texts: Mapping[str, CheckText] = field(default_factory=dict)
    mean: bool = False


class Scoring(StrEnum):
    """How the points of a category's checks become its score."""

    SUM = "sum"  # points earned of points possible; the worst subject decides check by check
    WORST_ENDPOINT = "worst-endpoint"  # the same for each endpoint by itself, and the lowest of those
    LOWEST = "lowest"  # the check with the smallest share of its points


@dataclass(frozen=True, slots=True)
class Category:
    """A group of checks with one score, and how that is counted.

    ``gate`` is the check that has to be seen at an endpoint before anything there counts.
    """

    id: str
    suite: Suite
    name: Mapping[str, str]
    scoring: Scoring = Scoring.SUM
    gate: str = ""


@dataclass(frozen=True, slots=True)
class SubjectVerdict:
    """The verdict for one subject of a check."""

    subject: str
    address: str | None
    status: Status
    outcome: str
    points: float | None
    sentence: Mapping[str, str]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of a check. ``max_points`` is None when the check does not count here; points are then None too."""

    check_id: str
    status: Status
    requirement: Requirement
    outcome: str
    points: float | None
    max_points: float | None
    sentence: Mapping[str, str]
    subjects: tuple[SubjectVerdict, ...]


@dataclass(frozen=True, slots=True)
class CategoryReport:
    """A category with its verdicts. ``score`` is a whole number 0-100, or None when nothing in it counts here."""

    id: str
    name: Mapping[str, str]
    status: Status
    score: int | None
    verdicts: tuple[Verdict, ...]


class Refusal(StrEnum):
    """Why a text cannot be tested as a domain name."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    BAD_CHARACTER = "bad-character"
    BAD_LABEL = "bad-label"
    IP_ADDRESS = "ip-address"
    SINGLE_LABEL = "single-label"
    PUBLIC_SUFFIX = "public-suffix"
    UNDERSCORE = "underscore"


class Refused(ValueError):
    """A text that cannot be tested; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
