"""The report: verdicts and scores of one measurement, and the JSON document that the command line prints, the
database stores and the pages draw from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum
from typing import Any

from checks.assumed import score_if
from checks.facts.earlier import Earlier
from checks.facts.measurement import Measurement, earlier_to_json
from checks.model import CategoryReport, SubjectVerdict, Verdict
from checks.policy.tls_profile import TlsProfile, load
from checks.transcript import transcript

SCHEMA = 1


class Failure(StrEnum):
    """Why a target has no verdicts at all."""

    NO_SUCH_DOMAIN = "no-such-domain"
    NO_ANSWER = "no-answer"  # the domain's name servers gave our resolver nothing
    RESOLVER_UNFIT = "resolver-unfit"  # our own resolver strips DNSSEC or does not answer


@dataclass(frozen=True, slots=True)
class Report:
    """What a measurement is worth. ``failure`` is set, and there are no categories, when the target could not be
    measured at all.

    ``score`` is None when nothing counts; ``partial`` when there is anything that we could not see: the score is then
    provisional, and never 100. ``tls_profile`` is what TLS was judged by; ``digest`` what the next measurement of the same
    target has to know of this one.
    """

    measurement: Measurement
    catalogue: str
    categories: tuple[CategoryReport, ...] = ()
    score: int | None = None
    partial: bool = False
    failure: Failure | None = None
    tls_profile: TlsProfile = field(default_factory=load)
    digest: Earlier | None = None

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """All verdicts by check id."""
        return {verdict.check_id: verdict for category in self.categories for verdict in category.verdicts}

    @staticmethod
    def score_if(document: Mapping[str, Any], passed: Collection[str]) -> int | None:
        """What a stored report document would score if the checks of these ids passed; see ``checks.assumed``."""
        return score_if(document, passed)

    @staticmethod
    def dane_transcript(document: Mapping[str, Any], language: str) -> str:
        """DANE at each address of a stored report document, as lines for specialists; see ``checks.transcript``."""
        return transcript(document, language)

    def to_json(self) -> dict[str, Any]:
        """The report document, schema 1."""
        facts = self.measurement
        return {
            "schema": SCHEMA,
            "domain": facts.domain,
            "suite": facts.suite.value,
            "measured_at": facts.measured_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "duration_ms": facts.duration_ms,
            "engine": facts.engine,
            "catalogue": self.catalogue,
            "tls_profile": {"id": self.tls_profile.id, "name": self.tls_profile.name},
            "score": self.score,
            "partial": self.partial,
            "failure": self.failure.value if self.failure else None,
            "categories": [_category(category) for category in self.categories],
            "digest": earlier_to_json(self.digest) if self.digest else None,
            "measurement": facts.to_json(),
        }


def _category(category: CategoryReport) -> dict[str, Any]:
    return {
        "id": category.id,
        "name": dict(category.name),
        "status": category.status.value,
        "score": category.score,
        "checks": [_check(verdict) for verdict in category.verdicts],
    }


def _check(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.check_id,
        "status": verdict.status.value,
        "requirement": verdict.requirement.value,
        "outcome": verdict.outcome,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "sentence": dict(verdict.sentence),
        "subjects": [_subject(row) for row in verdict.subjects],
    }


def _subject(row: SubjectVerdict) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "address": row.address,
        "status": row.status.value,
        "outcome": row.outcome,
        "sentence": dict(row.sentence),
        "evidence": dict(row.evidence),
    }
