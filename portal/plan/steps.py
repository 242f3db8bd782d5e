"""The steps that a plan can have, read from ``steps.toml``: which checks belong to each, its words, and its remedies. No report is known here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Words = Mapping[str, str]
_FILE = Path(__file__).with_name("steps.toml")


@dataclass(frozen=True, slots=True)
class Remedy:
    """Text to copy: a record, a setting or a command, with names in braces to fill.

    ``suite``, ``when`` (outcomes) and ``checks`` (prefixes) limit where it is shown; empty is no limit. ``each``: once for every host. ``text`` under ``en`` alone is the same in
    every language.
    """

    product: str
    caption: Words
    text: Words
    suite: str
    when: frozenset[str]
    checks: tuple[str, ...]
    each: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """How a step is called, and whose job it is, when one of these outcomes is among its findings."""

    when: frozenset[str]
    title: Words
    role: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One step: what it is called when open and when done, what its standard is for (``why``), whose job it is, and what it takes.

    ``core`` steps are named in every plan, also when they are done. ``also`` takes one outcome of a check over from the step that its prefix says.
    The first of the ``variants`` that fits goes before ``title`` and ``role``.
    """

    id: str
    checks: tuple[str, ...]
    also: frozenset[tuple[str, str]]
    core: bool
    title: Words
    done: Words
    why: Words
    role: str
    variants: tuple[Variant, ...]
    effort: Words
    caution: Words
    remedies: tuple[Remedy, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """All steps, in the order in which they are done."""
    rows: list[dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))["step"]
    remedies = {row["id"]: row.get("remedy", []) for row in rows}
    return tuple(_kind(row, remedies[row.get("remedies_of", row["id"])]) for row in rows)


def kind_of(check_id: str, outcome: str) -> Kind:
    """The step that puts this outcome of a check right."""
    for kind in kinds():
        if (check_id, outcome) in kind.also:
            return kind
    fits = ((len(prefix), kind) for kind in kinds() for prefix in kind.checks if check_id.startswith(prefix))
    return max(fits, key=lambda fit: fit[0])[1]


def _kind(row: dict[str, Any], remedies: list[dict[str, Any]]) -> Kind:
    return Kind(
        id=row["id"],
        checks=tuple(row["checks"]),
        also=frozenset((check, outcome) for check, outcome in row.get("also", ())),
        core=row.get("core", False),
        title=row["title"],
        done=row["done"],
        why=row["why"],
        role=row["role"],
        variants=tuple(
            Variant(frozenset(variant["when"]), variant["title"], variant.get("role", row["role"]))
            for variant in row.get("variant", ())
        ),
        effort=row["effort"],
        caution=row["caution"],
        remedies=tuple(map(_remedy, remedies)),
    )


def _remedy(row: dict[str, Any]) -> Remedy:
    return Remedy(
        product=row["product"],
        caption=row["caption"],
        text=row["text"],
        suite=row.get("suite", ""),
        when=frozenset(row.get("when", ())),
        checks=tuple(row.get("checks", ())),
        each=row.get("each", False),
    )
