"""The search for a security.txt as it went (RFC 9116 section 3)."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts.network import Unreachable


@dataclass(frozen=True, slots=True)
class SecurityTxtFile:
    """What came from one place. ``urls`` are the address that was asked for and those that redirects led to, in order;
    ``status`` and ``content_type`` those of the last answer, ``body`` its content in base64, bounded.
    """

    urls: tuple[str, ...]
    address: str = ""
    status: int = 0
    content_type: str = ""
    body: str = ""
    truncated: bool = False
    failure: Unreachable | None = None


@dataclass(frozen=True, slots=True)
class SecurityTxtSearch:
    """The file at its place under ``/.well-known/``, and at the old place where it was only looked for when the first
    had none.
    """

    well_known: SecurityTxtFile
    legacy: SecurityTxtFile | None = None
