"""Which characters the fonts of the PDF have. PDF/UA allows no empty boxes, so what the fonts lack is written as its number: ``[U+4E2D]``. Pure."""

from __future__ import annotations

import re

# Latin with its extension A, and the signs that texts here use; a test compares this with the fonts themselves.
_RANGES = "\n -~\u00a0-\u00ac\u00ae-\u017e"
_SIGNS = "ȘșȚțẀẁẂẃẄẅẞ–—‘’‚“”„†•…−€™"
_UNKNOWN = re.compile(f"[^{_RANGES}{_SIGNS}]")


def known(text: object, longest: int = 4000) -> str:
    """The text with only characters that can be shown, and no more than ``longest`` of them. Invisible and direction-changing characters become visible."""
    said = str(text)
    return _UNKNOWN.sub(_number, said if len(said) <= longest else said[: longest - 1] + "…")


def has_all(text: str) -> bool:
    """Whether every character of the text can be shown."""
    return not _UNKNOWN.search(text)


def _number(match: re.Match[str]) -> str:
    return " " if match[0] == "\t" else f"[U+{ord(match[0]):04X}]"
