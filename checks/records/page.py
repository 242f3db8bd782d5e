"""How much two pages differ: in words and in their order, whatever their bytes look like. Linear in their size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

# What differs at every visit: nonces of scripts and styles, and the hidden state of some form frameworks.
_NONCE = re.compile(rb"""\bnonce\s?=\s?(?:"[^"<>]*"|'[^'<>]*')""", re.IGNORECASE)
_INPUT = re.compile(rb"<input\b[^<>]*>", re.IGNORECASE)
_WORD = re.compile(rb"[^\s<>\"'=]+")


def distance(one: bytes, other: bytes) -> float:
    """The difference of two pages in percent, 0 to 100: the share of words that only one of them has, or, when the words
    are the same in another order, half the share of neighbouring words that only one of them has (a changed word has two
    neighbours).
    """
    if one == other:
        return 0.0
    first, second = _words(one), _words(other)
    words = _unshared(first, second)
    neighbours = _unshared(list(pairwise(first)), list(pairwise(second)))
    return round(100 * max(words, neighbours / 2), 1)


def _words(page: bytes) -> list[bytes]:
    return _WORD.findall(_INPUT.sub(_without_state, _NONCE.sub(b" ", page)))


def _without_state(field: re.Match[bytes]) -> bytes:
    return b" " if b"__VIEWSTATE" in field[0] else field[0]


def _unshared(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    total = len(one) + len(other)
    shared = sum((Counter(one) & Counter(other)).values())
    return 1 - 2 * shared / total if total else 0.0
