"""How firewalls that inspect SMTP write over what they do not want to pass: by it a stripped STARTTLS is recognised."""

from __future__ import annotations

import re

_KEYWORD = re.compile(r"[X*]{4,}[A-Z]?")
_GREETING = re.compile(r"\*{5,}")


def is_masked_keyword(keyword: str) -> bool:
    """An EHLO keyword that was written over, such as ``XXXXXXXA``."""
    return _KEYWORD.fullmatch(keyword) is not None


def is_masked_greeting(line: str) -> bool:
    """A greeting of asterisks."""
    return _GREETING.search(line) is not None
