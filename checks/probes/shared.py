"""Measurements of mail addresses that scans of other domains share: hundreds of domains use the same mail hosts, and each of
those is to be visited once in a few minutes, whoever asks. Where they are kept, and how scans wait for each other, is
the business of whoever injects a ``Commons``; without one, every scan measures for itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from checks.facts.measurement import MailVisit
from checks.facts.tls import TlsHandshake

KEPT = 180.0  # seconds that a measurement with a handshake is shared
RESERVE = 20.0  # seconds of a scan in which it does not wait for others any more: enough to measure for itself
KEPT_FAILURE = 30.0  # and one without: what was refused may be granted soon


class Commons(Protocol):
    """What concurrent scans share. Fails open: when it cannot be reached, nothing is remembered and nothing is capped."""

    async def recall(self, key: str, owner: str, patience: float) -> str | None:
        """What is kept under ``key`` by another than ``owner``; while somebody is measuring it, waits for that, at most
        ``patience`` seconds. None means that the caller is to measure, and to call ``keep`` or ``give_up``.
        """

    async def keep(self, key: str, owner: str, text: str, seconds: float) -> None:
        """Keeps ``text`` for others, and lets those that wait go on."""

    async def give_up(self, key: str) -> None:
        """Nothing came of it: the next may measure."""

    def place(self, address: str) -> AbstractAsyncContextManager[None]:
        """A place for one connection to ``address``, of those that all scans together may have open."""


async def visited(
    commons: Commons | None,
    domain: str,
    endpoint: str,
    now: datetime,
    patience: float,
    measure: Callable[[], Awaitable[MailVisit]],
) -> MailVisit:
    """The visit to ``endpoint``, measured or remembered. A domain is not answered with what was measured for itself: who
    asks again has changed something.
    """
    if commons is None:
        return await measure()
    kept = await commons.recall(endpoint, domain, max(0.0, patience - RESERVE))
    if kept is not None and (visit := _read(kept)) is not None:
        age = max(0, round((now.astimezone(UTC) - visit.at).total_seconds()))
        return replace(visit, session=replace(visit.session, measured_ago=age))
    try:
        visit = await measure()
    except BaseException:
        await commons.give_up(endpoint)
        raise
    seconds = KEPT if isinstance(visit.session.tls, TlsHandshake) else KEPT_FAILURE
    await commons.keep(endpoint, domain, visit.to_text(), seconds)
    return visit


def _read(text: str) -> MailVisit | None:
    try:
        return MailVisit.from_text(text)
    except ValueError:
        return None  # an older engine's form: measure anew
