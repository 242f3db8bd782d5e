"""The door's twin for tests: what each server says is written down beforehand.

Time passes only when a script says so. No sockets, no waiting. The policy on addresses is not applied here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from checks.facts.network import Reason
from checks.net.transport import Connection, Interrupted


@dataclass(frozen=True, slots=True)
class After:
    """The next step comes this many seconds later."""

    seconds: float


Answer = Callable[[bytes], bytes]  # from what was written since the last read to what comes back; empty means closed
Step = bytes | Reason | After | Answer  # bytes: they send this (empty: they close); a Reason: the connection ends so
Script = Sequence[Step] | Reason  # a Reason: no connection is made


@dataclass(slots=True)
class ScriptedConnection:
    """One connection: plays its steps, one a read; silent when they are used up. ``written`` is what it was sent."""

    door: ScriptedDoor
    steps: list[Step]
    written: bytearray = field(default_factory=bytearray)
    closed: bool = False
    ended: Reason | None = None
    _heard: int = 0

    async def read(self, until: float) -> bytes:
        """The next step."""
        if self.ended:
            raise Interrupted(self.ended)
        while self.steps and isinstance(step := self.steps[0], After):
            if self.door.now + step.seconds > until:
                self.steps[0] = After(self.door.now + step.seconds - until)
                raise self._timeout(until)
            self.door.now += step.seconds
            self.steps.pop(0)
        if not self.steps:
            raise self._timeout(until)
        heard, self._heard = bytes(self.written[self._heard :]), len(self.written)
        step = self.steps.pop(0)
        if isinstance(step, Reason):
            self.ended, self.steps = step, []
            raise Interrupted(step)
        if isinstance(step, bytes):
            return step
        assert not isinstance(step, After)
        return step(heard)

    async def write(self, data: bytes, until: float) -> None:
        """Keeps ``data``; fails once a read has told that the connection ended."""
        if self.ended:
            raise Interrupted(self.ended)
        self.written += data

    async def close(self) -> None:
        """Notes it."""
        self.closed = True

    def _timeout(self, until: float) -> Interrupted:
        self.door.now = max(self.door.now, until)
        return Interrupted(Reason.TIMEOUT)


class ScriptedDoor:
    """``scripts`` gives for each (address, port) the scripts of its connections, in order; then the port is closed.

    ``connections`` are all that were made, ``now`` is the clock.
    """

    def __init__(self, scripts: Mapping[tuple[str, int], Sequence[Script]]) -> None:
        self._scripts = {endpoint: list(entries) for endpoint, entries in scripts.items()}
        self.connections: list[ScriptedConnection] = []
        self.now = 1000.0

    def clock(self) -> float:
        """The time in the script."""
        return self.now

    async def pause(self, seconds: float) -> None:
        """Time passes at once."""
        self.now += seconds

    @asynccontextmanager
    async def connect(self, address: str, port: int, patience: float, end: float) -> AsyncIterator[Connection]:
        """The next script of the endpoint."""
        waiting = self._scripts.get((address, port))
        script = waiting.pop(0) if waiting else Reason.REFUSED
        if isinstance(script, Reason):
            if script is Reason.TIMEOUT:
                self.now = max(self.now, min(end, self.now + patience))
            raise Interrupted(script)
        connection = ScriptedConnection(self, list(script))
        self.connections.append(connection)
        try:
            yield connection
        finally:
            await connection.close()
