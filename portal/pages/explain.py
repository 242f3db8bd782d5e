"""The page of one check, from its own text: what, why, how to fix, background, sources, and what each outcome says. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.safestring import SafeString

from checks import CATALOGUE
from portal.scans import explanations, words

_RFC = re.compile(r"RFC (\d{3,5})(?: section (\d+(?:\.\d+)*))?")


@dataclass(frozen=True, slots=True)
class Source:
    """A norm: its name, and where it stands, if we know."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Result:
    """One outcome of the check: what a report then says, with dots for what is measured."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ExplainPage:
    """Everything that the page shows."""

    id: str
    title: str
    suite: str
    category: str
    category_id: str
    requirement: str
    points: str
    what: SafeString
    why: SafeString
    how: SafeString
    background: SafeString
    results: tuple[Result, ...]
    sources: tuple[Source, ...]


def build(check_id: str, language: str) -> ExplainPage | None:
    """The page in a language (``nl`` or ``en``); None when there is no such check."""
    check = CATALOGUE.get(check_id)
    if check is None:
        return None
    text, category = check.texts[language], CATALOGUE.categories[check.category]
    counts = check.requirement.value == "required" and check.weight
    return ExplainPage(
        id=check.id,
        title=text.title,
        suite=words.say(words.SUITE[category.suite.value], language),
        category=words.say(category.name, language),
        category_id=category.id,
        requirement=words.say(words.REQUIREMENT[check.requirement.value], language),
        points=words.worth(check.weight if counts else 0, language),
        what=explanations.html(text.what, language),
        why=explanations.html(text.why, language),
        how=explanations.html(text.how, language),
        background=explanations.html(text.background, language),
        results=tuple(Result(code, re.sub(r"\{[a-z_]+\}", "[…]", said)) for code, said in text.outcomes.items()),
        sources=tuple(map(_source, check.references)),
    )


def _source(name: str) -> Source:
    found = _RFC.fullmatch(name)
    if found is None:
        return Source(name, "")
    section = f"#section-{found[2]}" if found[2] else ""
    return Source(name, f"https://www.rfc-editor.org/rfc/rfc{found[1]}{section}")
