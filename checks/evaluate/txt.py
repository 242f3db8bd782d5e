"""TXT records as texts: the character strings of a record joined without anything between them (RFC 7208 section 3.3,
RFC 6376 section 3.6.2.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

from checks.dnssec import Lookup

Ask = tuple[str, str]
"""An absolute name and a type mnemonic: what is looked up next."""
Result = TypeVar("Result")
Steps = Generator[frozenset[Ask], Mapping[Ask, Lookup], Result]
"""Logic that asks for look-ups and is sent them, without doing any itself."""

LONGEST = 4096  # characters of a record that are shown
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9]{3}|.)", re.DOTALL)


def text_of(record: str) -> str:
    """The text of a TXT record in presentation format. Bytes beyond ASCII are Latin-1 characters."""
    return "".join(_ESCAPE.sub(_unescaped, string) for string in _STRING.findall(record))


def texts_of(lookup: Lookup) -> tuple[str, ...]:
    """The texts of all records that were found."""
    return tuple(text_of(record) for record in lookup.records)


def _unescaped(match: re.Match[str]) -> str:
    return chr(min(int(match[1]), 255)) if len(match[1]) == 3 else match[1]


def replay(steps: Steps[Result], lookup: Callable[[str, str], Lookup]) -> Result:
    """Drives the logic over look-ups that are there already."""
    try:
        batch = next(steps)
        while True:
            batch = steps.send({ask: lookup(*ask) for ask in batch})
    except StopIteration as stop:
        result: Result = stop.value
        return result
