"""How far a scan is, told to whoever waits for it: a plain dict after each step, for a callback that stores or prints
it. No verdicts: those come when all is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from checks.catalogue import CATALOGUE
from checks.model import Stage, Suite

Progress = Callable[[dict[str, Any]], None]
LONGEST_LOG = 50  # lines; a domain with very many addresses does not make the page endless


class Reporter:
    """Collects events with their time in milliseconds, and which checks can be judged by now."""

    def __init__(self, suite: Suite, callback: Progress | None) -> None:
        self._checks = CATALOGUE.of(suite)
        self._callback = callback
        self._begun = time.monotonic()
        self._finished: dict[Stage, int] = {}
        self._log: list[dict[str, Any]] = []

    @property
    def ms(self) -> int:
        """Milliseconds since the scan began."""
        return round((time.monotonic() - self._begun) * 1000)

    def event(self, event: str, **values: Any) -> None:
        """Something happened; ``values`` are JSON-able."""
        if len(self._log) < LONGEST_LOG:
            self._log.append({"ms": self.ms, "event": event, "values": values})
        self._tell()

    def stage_done(self, stage: Stage) -> None:
        """All facts of a stage are in."""
        self._finished[stage] = self.ms
        self._tell()

    def _tell(self) -> None:
        if self._callback is None:
            return
        done = sum(check.stage in self._finished for check in self._checks)
        names = dict.fromkeys(check.category for check in self._checks)
        self._callback(
            {
                "done": done,
                "total": len(self._checks),
                "categories": [self._category(name) for name in names],
                "log": list(self._log),
            }
        )

    def _category(self, name: str) -> dict[str, Any]:
        stages = {check.stage for check in self._checks if check.category == name}
        finished = stages <= self._finished.keys()
        return {
            "id": name,
            "state": "done" if finished else "busy",
            "ms": max(self._finished[stage] for stage in stages) if finished else self.ms,
        }
