"""The one door to the network for TCP: connect, read, write, close, and a clock.

Protocols that ``aio`` implements and ``scripted`` imitates, with the error they raise and the limits on connections at
a time. The policy on addresses is in ``addresses``; DNS has a module of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Protocol

from checks.facts.network import Reason, Unreachable

READ_SIZE = 16384  # bytes that one read returns at most


class Interrupted(Exception):
    """A connection that was not made or did not last; ``why`` is the fact to keep."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.why = Unreachable(reason, detail)


class Connection(Protocol):
    """A byte stream. ``until`` is an instant on the clock of the door; what is not ready by then is a TIMEOUT."""

    async def read(self, until: float) -> bytes:
        """The next bytes, at most READ_SIZE; empty when the other side has closed. Raises Interrupted."""

    async def write(self, data: bytes, until: float) -> None:
        """Sends all of ``data``. Raises Interrupted."""

    async def close(self) -> None:
        """Lets go of the connection; never waits for the other side, never raises. May be called twice."""


class Door(Protocol):
    """Where connections come from."""

    def clock(self) -> float:
        """Now, in seconds on a clock that only goes forward."""

    async def pause(self, seconds: float) -> None:
        """Waits."""

    def connect(self, address: str, port: int, patience: float, end: float) -> AbstractAsyncContextManager[Connection]:
        """A connection to an IP literal, closed on leaving.

        ``patience`` is what connecting may take, in seconds, once there is a place for it; ``end`` the instant at which
        waiting for that place ends too. Raises Interrupted, with FORBIDDEN when policy refuses the address or port.
        """


class Places(Protocol):
    """Places for connections that scans share with each other."""

    def place(self, address: str) -> AbstractAsyncContextManager[None]:
        """Holds one place for a connection to ``address``; waits until there is one."""


class Limits:
    """How many connections are open at a time: to one address, and in all. One for each scan, shared by its probes.
    ``places`` bounds what all scans together have open.
    """

    def __init__(self, per_address: int = 4, total: int = 16, places: Places | None = None) -> None:
        self._places = places
        self._per_address = per_address
        self._total = asyncio.Semaphore(total)
        self._addresses: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def slot(self, address: str) -> AsyncIterator[None]:
        """Holds one place for a connection to ``address``; waits until there is one."""
        # The address first, then what all scans share: a queue before one busy host must not take the places of the others.
        own = self._addresses.setdefault(address, asyncio.Semaphore(self._per_address))
        async with own, self._places.place(address) if self._places else nullcontext(), self._total:
            yield
