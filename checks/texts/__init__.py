"""All words of the checks: one Markdown file per check and language, and the loader that reads them.

The form of a file: ``# title``, then one line ``- outcome: sentence`` for each outcome, with named placeholders in
braces; then the four headings of ``HEADINGS`` in order. ``reasons.md`` holds the words of reasons that checks share,
``remarks.md`` the sentences of what is told beside a verdict, ``terminal.md`` the words of reports in plain text, ``evidence.md``
those for evidence: under ``## label`` the names of its keys, under any other heading what the codes mean that stand
under that key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from checks.model import CheckText

LANGUAGES = ("nl", "en")
HEADINGS = {
    "nl": ("Wat wij testen", "Waarom dit telt", "Zo lost u het op", "Achtergrond"),
    "en": ("What we test", "Why it matters", "How to fix it", "Background"),
}
_OUTCOME = re.compile(r"- ([a-z0-9-]+): (.+)")
_CODE = re.compile(r"- ([a-z0-9_-]+): (.+)")


def load(check_id: str) -> Mapping[str, CheckText]:
    """The words of a check by language. Raises FileNotFoundError or ValueError when a file is missing or not of the
    form.
    """
    return {language: parse(_read(language, f"{check_id}.md"), HEADINGS[language]) for language in LANGUAGES}


@cache
def reasons(language: str) -> Mapping[str, str]:
    """The words of the reasons that evidence gives as codes, for use within a sentence: ``reasons.md`` of a language."""
    return _table(language, "reasons.md")


@cache
def remarks(language: str) -> Mapping[str, str]:
    """The sentences of the remarks that evidence gives as codes with values: ``remarks.md`` of a language."""
    return _table(language, "remarks.md")


@cache
def terminal(language: str) -> Mapping[str, str]:
    """The words of reports in plain text: ``terminal.md`` of a language."""
    return _table(language, "terminal.md")


@cache
def evidence(language: str) -> Mapping[str, Mapping[str, str]]:
    """The words for evidence by heading: ``evidence.md`` of a language."""
    _, *parts = re.split(r"^## (.+)$", _read(language, "evidence.md"), flags=re.MULTILINE)
    return {heading: _lines(body) for heading, body in zip(parts[::2], parts[1::2], strict=True)}


def _table(language: str, name: str) -> Mapping[str, str]:
    return _lines(_read(language, name))


def _read(language: str, name: str) -> str:
    return (files(__name__) / language / name).read_text("utf-8")


def _lines(text: str) -> Mapping[str, str]:
    return {match[1]: match[2] for match in map(_CODE.fullmatch, text.splitlines()) if match}


def parse(text: str, headings: tuple[str, ...]) -> CheckText:
    """One file. Raises ValueError with what is out of form."""
    head, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    titles, bodies = tuple(part.strip() for part in parts[::2]), [part.strip() for part in parts[1::2]]
    if titles != headings:
        raise ValueError(f"headings are {titles}, not {headings}")
    title, *lines = [line.strip() for line in head.splitlines() if line.strip()]
    matches = [_OUTCOME.fullmatch(line) for line in lines]
    if not title.startswith("# ") or not all(matches):
        raise ValueError("a file begins with '# title' and '- outcome: sentence' lines")
    return CheckText(title[2:], {match[1]: match[2] for match in matches if match}, *bodies)


_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTHS = {
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def worded(values: Mapping[str, object], language: str) -> Mapping[str, object]:
    """The values as a sentence says them: codes of reasons and causes in words, where we have them, and dates as people write them."""
    known = reasons(language)
    return {
        key: known.get(value, value) if key in ("reason", "cause") else _day(value, language)
        for key, value in values.items()
        if isinstance(value, str)
    }


def _day(value: str, language: str) -> str:
    parts = _DAY.fullmatch(value)
    if parts is None or not 1 <= int(parts[2]) <= 12:
        return value
    return f"{int(parts[3])} {_MONTHS[language][int(parts[2]) - 1]} {parts[1]}"


_SENTENCES = re.compile(r"\{([a-z_]+)\}")
_ABSOLUTE_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.")


def fill(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with its placeholders filled. Measured text goes in as text: bounded, control characters replaced;
    an absolute domain name without its final dot, which reads as the end of a sentence; an unknown placeholder as a dash.
    """
    return _SENTENCES.sub(lambda match: _shown(values.get(match[1], "–")), sentence)


def _shown(value: object) -> str:
    text = "".join(char if char.isprintable() else "�" for char in str(value))
    text = text[:-1] if _ABSOLUTE_NAME.fullmatch(text) else text
    return text if len(text) <= 200 else text[:199] + "…"
