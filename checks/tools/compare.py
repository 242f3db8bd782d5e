"""What is published beside what is proposed: which records stay, which come, which go, and when. Nobody's mail may be
without a matching record in between, so what goes waits for what comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from checks.records.tlsa import Matching, Tlsa, unusable


class Act(StrEnum):
    """What to do with a record."""

    KEEP = "keep"
    ADD = "add"
    REMOVE = "remove"


class When(StrEnum):
    """When to do it."""

    NOW = "now"
    AFTER_NEW_IS_SEEN = "after-new-is-seen"  # every name server gives the new set, and two TTLs have passed
    AFTER_SWITCH = "after-switch"  # the server shows the new certificate at every address, and two TTLs have passed


class Caution(StrEnum):
    """What to know before doing it."""

    DIGEST_CHANGES = "digest-changes"  # a stronger digest makes clients pass over the weaker (RFC 7671 section 9)
    MAY_BE_NEXT = "may-be-next"  # it fits nothing shown now; it may have been put there for the next certificate


@dataclass(frozen=True, slots=True)
class Change:
    """One record, what to do with it, when, and what to know."""

    record: Tlsa
    act: Act
    when: When | None
    caution: Caution | None = None


def compare(
    present: Sequence[Tlsa], proposed: Sequence[Tlsa], in_use: Iterable[Tlsa], *, smtp: bool
) -> tuple[Change, ...]:
    """The changes that lead from ``present`` to ``proposed``. ``in_use`` are the present records that match what the
    server shows now, as a client that validates sees it.
    """
    wanted = {_key(record) for record in proposed}
    there = {_key(record) for record in present}
    used = {_key(record) for record in in_use}
    stronger = _outdone(present, proposed, used)
    adds = [
        Change(record, Act.ADD, When.NOW, Caution.DIGEST_CHANGES if _key(record) in stronger else None)
        for record in proposed
        if _key(record) not in there
    ]
    stays = [Change(record, Act.KEEP, None) for record in present if _key(record) in wanted]
    goes = [_removal(record, _key(record) in used, smtp=smtp) for record in present if _key(record) not in wanted]
    return (*stays, *adds, *goes)


def _key(record: Tlsa) -> tuple[int, int, int, bytes]:
    return record.usage, record.selector, record.matching, record.data


def _removal(record: Tlsa, used: bool, *, smtp: bool) -> Change:
    if unusable(record, smtp=smtp) is not None:
        return Change(record, Act.REMOVE, When.AFTER_NEW_IS_SEEN)
    if used:
        return Change(record, Act.REMOVE, When.AFTER_SWITCH)
    return Change(record, Act.REMOVE, When.AFTER_NEW_IS_SEEN, Caution.MAY_BE_NEXT)


def _outdone(
    present: Sequence[Tlsa], proposed: Sequence[Tlsa], used: set[tuple[int, int, int, bytes]]
) -> set[tuple[int, int, int, bytes]]:
    """Proposed records whose digest is stronger than that of every record in use, when they are about something else: a
    client with digest agility then no longer counts the record in use.
    """
    found = set()
    for record in proposed:
        same = [item for item in present if (item.usage, item.selector) == (record.usage, record.selector)]
        weaker = [item for item in same if _key(item) in used and Matching.FULL < item.matching < record.matching]
        covered = any(item.matching == record.matching and _key(item) in used for item in same)
        if weaker and not covered:
            found.add(_key(record))
    return found
