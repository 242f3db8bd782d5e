"""Not asking a server that was just found away: one visitor waits for the time-out, the next ones do not."""

from __future__ import annotations

import time

PAUSE = 15.0  # seconds


class Breaker:
    """Closed until ``trip`` is called; then open for ``PAUSE`` seconds. One for each way to a server, in each process."""

    def __init__(self) -> None:
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether to leave the server alone for now."""
        return time.monotonic() < self._until

    def trip(self) -> None:
        """The server did not answer."""
        self._until = time.monotonic() + PAUSE

    def reset(self) -> None:
        """Forget what was found."""
        self._until = 0.0
