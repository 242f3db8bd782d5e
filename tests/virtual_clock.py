"""An event loop whose clock stands still while anybody works, and jumps to the next timer when everybody waits.

With the practice internet and the engine in one such loop, computing costs nothing and a round trip costs exactly what
it is set to, so that waiting in a row can be counted on any machine.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
GRACE = 0.004  # real seconds in which what was sent over loopback arrives, also on a machine that is busy


class _JumpingSelector(selectors.DefaultSelector):
    """Where a loop would sleep until a timer, ``jump`` is called with the seconds until it."""

    def __init__(self, jump: Callable[[float], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(GRACE)
        if not ready:
            self._jump(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time`` begins at 0. Threads are not waited for: nothing in the loop may use them."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_JumpingSelector(self._jump))

    def time(self) -> float:
        return self._now

    def _jump(self, seconds: float) -> None:
        self._now += seconds


def run(main: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run`` in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
