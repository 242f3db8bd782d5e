"""Which TLSA records to publish for a certificate, key or request, what each choice of the three numbers means, and when
it is a mistake (RFC 6698 section 2.1, RFC 7671 section 10, RFC 7672 section 3.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from checks.records.tlsa import Matching, Selector, Tlsa, Usage
from checks.tools.material import Item

MAIL_PORT = 25


@dataclass(frozen=True, slots=True)
class Choice:
    """The three numbers of a record."""

    usage: Usage
    selector: Selector
    matching: Matching

    @classmethod
    def of(cls, usage: int, selector: int, matching: int) -> Choice:
        """Raises ValueError for a number that has no meaning (RFC 7218)."""
        return cls(Usage(usage), Selector(selector), Matching(matching))

    @property
    def text(self) -> str:
        """``3 1 1`` and the like."""
        return f"{self.usage:d} {self.selector:d} {self.matching:d}"


LEAF = Choice(Usage.DANE_EE, Selector.SPKI, Matching.SHA2_256)
ISSUER = Choice(Usage.DANE_TA, Selector.SPKI, Matching.SHA2_256)
RECOMMENDED = {"leaf": (LEAF,), "both": (LEAF, ISSUER)}


class Mistake(StrEnum):
    """What is wrong, or weak, about a choice."""

    PKIX_FOR_MAIL = "pkix-for-mail"  # senders pass usages 0 and 1 over (RFC 7672 section 3.1.3)
    WHOLE_CERTIFICATE = "whole-certificate"  # changes with every renewal, also when the key stays
    FULL_DATA = "full-data"  # a large answer, and no gain (RFC 7671 section 10.1.2)
    SHA512 = "sha512"  # not every client has to know it (RFC 6698 section 6)
    NEEDS_NAME = "needs-name"  # usages other than 3 also compare the name and the dates
    NO_ISSUER = "no-issuer"  # nothing was given that usage 0 or 2 could be about
    NEEDS_CERTIFICATE = "needs-certificate"  # selector 0 of a key or a request: there is no certificate yet


@dataclass(frozen=True, slots=True)
class Made:
    """A record that was made, and from which item (its place in the list)."""

    record: Tlsa
    about: int


def mistakes(choice: Choice, port: int) -> tuple[Mistake, ...]:
    """What is wrong with a choice for a service, gravest first."""
    found = []
    if choice.usage in (Usage.PKIX_TA, Usage.PKIX_EE) and port == MAIL_PORT:
        found.append(Mistake.PKIX_FOR_MAIL)
    if choice.selector == Selector.CERT:
        found.append(Mistake.WHOLE_CERTIFICATE)
    if choice.matching == Matching.FULL:
        found.append(Mistake.FULL_DATA)
    if choice.matching == Matching.SHA2_512:
        found.append(Mistake.SHA512)
    if choice.usage != Usage.DANE_EE:
        found.append(Mistake.NEEDS_NAME)
    return tuple(found)


def make(items: Sequence[Item], choices: Sequence[Choice]) -> tuple[tuple[Made, ...], tuple[Mistake, ...]]:
    """The records for each choice, and why there is none for some. Usages 1 and 3 are about the first item, 0 and 2 about
    the authority that issued it (by name), else about the first authority there is.
    """
    made: list[Made] = []
    missing: list[Mistake] = []
    for choice in choices:
        place = _place(items, choice.usage)
        if place is None:
            missing.append(Mistake.NO_ISSUER)
        elif choice.selector == Selector.CERT and not items[place].der:
            missing.append(Mistake.NEEDS_CERTIFICATE)
        else:
            made.append(Made(record(items[place], choice), place))
    return tuple(made), tuple(dict.fromkeys(missing))


def record(item: Item, choice: Choice) -> Tlsa:
    """The record of an item that has what the selector asks for."""
    content = item.der if choice.selector == Selector.CERT else item.spki
    digest = {Matching.SHA2_256: hashlib.sha256, Matching.SHA2_512: hashlib.sha512}.get(choice.matching)
    data = digest(content).digest() if digest else content
    return Tlsa(choice.usage, choice.selector, choice.matching, data, f"{choice.text} {data.hex()}")


def _place(items: Sequence[Item], usage: Usage) -> int | None:
    if not items:
        return None
    if usage in (Usage.DANE_EE, Usage.PKIX_EE):
        return 0
    authorities = [place for place, item in enumerate(items) if item.authority]
    issuers = [place for place in authorities if items[place].subject == items[0].issuer and place]
    return next(iter([*issuers, *authorities]), None)
