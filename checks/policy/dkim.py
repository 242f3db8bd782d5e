"""The selectors that are tried."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def selectors() -> tuple[str, ...]:
    """Selectors in the order of the data file."""
    text = (files("checks.policy") / "dkim_selectors.txt").read_text("utf-8")
    return tuple(name for line in text.splitlines() if (name := line.partition(";")[0].strip()))
