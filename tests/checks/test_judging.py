"""From outcomes to verdicts."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import pytest

from checks import judging
from checks.dnssec import Why
from checks.model import (
    Check,
    CheckText,
    Finding,
    Observation,
    Rating,
    Requirement,
    Stage,
    Status,
    fails,
    not_applicable,
    notes,
    passes,
    status_of,
    unknown,
    warns,
)
from checks.texts import LANGUAGES, reasons


class Colour(StrEnum):
    """Best to worst."""

    GREEN = "green"
    GREY = "grey"
    FOG = "fog"
    RED = "red"
    CRIMSON = "crimson"


WORDS = CheckText(
    "Title",
    {colour.value: f"{{at}} is {colour.value}, {{count}} of {{total}}, {{shade}}" for colour in Colour},
    "",
    "",
    "",
    "",
)


def a_check(requirement: Requirement = Requirement.REQUIRED, weight: int = 10) -> Check:
    rulings = {
        Colour.GREEN: passes(),
        Colour.GREY: not_applicable(uncounted=True),
        Colour.FOG: unknown(),
        Colour.RED: fails(credit=0.2),
        Colour.CRIMSON: fails(requirement=Requirement.REQUIRED),
    }
    return Check(
        "an_id",
        "a_category",
        requirement,
        weight,
        Stage.DNS,
        lambda view: Finding(Colour.GREY),
        rulings,
        (),
        {"nl": WORDS, "en": WORDS},
    )


def judged(*colours: Colour, requirement: Requirement = Requirement.REQUIRED) -> judging.Verdict:
    rows = tuple(Observation(f"host{number}", colour, {"shade": "deep"}) for number, colour in enumerate(colours))
    return judging.judge(a_check(requirement), Finding(Colour.GREY, rows))


@pytest.mark.parametrize(
    ("rating", "required", "recommended", "optional"),
    [
        (Rating.PASS, Status.PASSED, Status.PASSED, Status.PASSED),
        (Rating.NOTE, Status.INFO, Status.INFO, Status.INFO),
        (Rating.WARN, Status.WARNING, Status.WARNING, Status.INFO),
        (Rating.FAIL, Status.FAILED, Status.WARNING, Status.INFO),
        (Rating.NOT_APPLICABLE, Status.NOT_TESTED, Status.NOT_TESTED, Status.NOT_TESTED),
        (Rating.UNKNOWN, Status.ERROR, Status.ERROR, Status.ERROR),
    ],
)
def test_how_a_rating_shows_at_each_level(
    rating: Rating, required: Status, recommended: Status, optional: Status
) -> None:
    assert [status_of(rating, level) for level in Requirement] == [required, recommended, optional]


def test_the_worst_subject_decides() -> None:
    verdict = judged(Colour.GREEN, Colour.RED, Colour.GREEN)
    assert (verdict.status, verdict.outcome, verdict.points, verdict.max_points) == (Status.FAILED, "red", 2.0, 10.0)
    assert [row.status for row in verdict.subjects] == [Status.PASSED, Status.FAILED, Status.PASSED]


def test_what_could_not_be_seen_speaks_only_when_nothing_else_does() -> None:
    assert judged(Colour.GREEN, Colour.FOG).status is Status.PASSED
    assert judged(Colour.FOG, Colour.RED).status is Status.FAILED
    blind = judged(Colour.FOG, Colour.FOG)
    assert (blind.status, blind.points, blind.max_points) == (Status.ERROR, None, None)


def test_only_required_checks_have_points() -> None:
    assert judged(Colour.GREEN, requirement=Requirement.RECOMMENDED).max_points is None
    assert judged(Colour.RED, requirement=Requirement.OPTIONAL).status is Status.INFO


def test_a_ruling_may_name_its_own_level() -> None:
    verdict = judged(Colour.CRIMSON, requirement=Requirement.OPTIONAL)
    assert (verdict.status, verdict.max_points) == (Status.FAILED, None)


def test_no_subjects_gives_the_outcome_of_the_check() -> None:
    verdict = judging.judge(a_check(), Finding(Colour.GREY, (), {"shade": "pale"}))
    assert (verdict.status, verdict.sentence["en"]) == (Status.NOT_TESTED, "– is grey, – of –, pale")


def test_the_sentence_names_the_subject_and_how_many_share_its_outcome() -> None:
    assert judged(Colour.RED, Colour.GREEN, Colour.RED).sentence["nl"] == "host0 is red, 2 of 3, deep"


def test_hostile_evidence_stays_text_bounded_and_without_control_characters() -> None:
    row = Observation("host", Colour.RED, {"shade": "{subject}\x1b[31m" + "x" * 500})
    sentence = judging.judge(a_check(), Finding(Colour.GREY, (row,))).sentence["en"]
    assert "{subject}" in sentence
    assert "\x1b" not in sentence
    assert len(sentence) < 300


def test_a_reason_that_evidence_gives_as_a_code_is_told_in_words() -> None:
    words = replace(WORDS, outcomes={**WORDS.outcomes, "red": "because {reason}"})
    check = replace(a_check(), texts={"nl": words, "en": words})
    rows = (Observation("host", Colour.RED, {"reason": "signature-expired"}),)
    sentence = judging.judge(check, Finding(Colour.GREY, rows)).sentence
    assert sentence == {"nl": "because de handtekening is verlopen", "en": "because the signature has expired"}


def test_a_cause_is_told_in_words_and_a_day_as_people_write_it() -> None:
    words = replace(WORDS, outcomes={**WORDS.outcomes, "red": "{cause}, until {not_after}, not {shade}"})
    check = replace(a_check(), texts={"nl": words, "en": words})
    row = Observation("host", Colour.RED, {"cause": "refused", "not_after": "2026-03-09", "shade": "2026-99-99"})
    assert judging.judge(check, Finding(Colour.GREY, (row,))).sentence == {
        "nl": "de poort is dicht, until 9 maart 2026, not 2026-99-99",
        "en": "the port is closed, until 9 March 2026, not 2026-99-99",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_dnssec_has_its_words(language: str) -> None:
    assert set(Why) - {Why.OK} <= set(reasons(language))


def test_a_crash_of_ours_is_an_error_that_does_not_count() -> None:
    verdict = judging.crashed(a_check())
    assert (verdict.status, verdict.points, verdict.max_points) == (Status.ERROR, None, None)


def test_ratings_have_the_credit_of_the_house_table() -> None:
    assert [make().credit for make in (passes, notes, warns, fails, not_applicable, unknown)] == [1, 1, 1, 0, 0, 0]
