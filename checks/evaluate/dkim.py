"""DKIM of a domain as far as it shows without a message: does anything exist under ``_domainkey``, and what are the
keys of well-known selectors worth? RFC 6376, RFC 8301.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checks.dnssec import Lookup, Outcome
from checks.evaluate.txt import Steps, texts_of
from checks.policy.dkim import selectors
from checks.records import dkim
from checks.records.dkim import DkimKey, KeyState


class Presence(StrEnum):
    """Whether anything exists under ``_domainkey``."""

    PRESENT = "present"
    ABSENT = "absent"
    WILDCARD = "wildcard"  # the answer is that for any name
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SelectorKey:
    """A selector with a key, and the name that it leads to when it is an alias."""

    selector: str
    key: DkimKey
    alias: str = ""
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Dkim:
    """What is there. ``tried`` are the selectors that were asked."""

    presence: Presence
    keys: tuple[SelectorKey, ...] = ()
    tried: tuple[str, ...] = ()

    @property
    def worst(self) -> KeyState | None:
        """The state of the worst key; None without keys."""
        order = list(KeyState)
        return max((item.key.state for item in self.keys), key=order.index, default=None)


def discover(domain: str) -> Steps[Dkim]:
    """Asks at ``_domainkey`` first: nothing can be below a name that does not exist (RFC 8020), so a domain without DKIM
    costs one question. A secure "no such name" that came as an empty answer counts as such (RFC 9824).
    """
    top = f"_domainkey.{domain}"
    first = (yield frozenset({(top, "TXT")}))[top, "TXT"]
    if first.outcome is Outcome.NO_SUCH_NAME:
        return Dkim(Presence.ABSENT)
    if first.outcome is Outcome.FAILED:
        return Dkim(Presence.UNKNOWN)
    names = {selector: f"{selector}.{top}" for selector in selectors()}
    known = yield frozenset((name, "TXT") for name in names.values())
    found = tuple(item for selector, name in names.items() for item in _keys(selector, known[name, "TXT"]))
    # A wildcard answers the same for ``_domainkey`` as for everything below it; a text of its own is an old policy.
    same = all(known[name, "TXT"].records == first.records for name in names.values())
    presence = Presence.WILDCARD if first.records and same and not found else Presence.PRESENT
    return Dkim(presence, found, tuple(names))


def _keys(selector: str, lookup: Lookup) -> tuple[SelectorKey, ...]:
    alias = lookup.canonical_name.rstrip(".") if lookup.aliases else ""
    return tuple(SelectorKey(selector, key, alias, lookup.secure) for key in dkim.keys(texts_of(lookup)))
