"""How far a scan is, told to whoever waits for it: a plain dict after each step, for a callback that stores or prints
it. No verdicts: those come when all is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from checks.catalogue import CATALOGUE
from checks.model import Stage, Suite

Progress = Callable[[dict[str, Any]], None]
LONGEST_LOG = 50  # lines; a domain with very many addresses does not make the page endless
MOST_LANES = 24  # addresses whose way is told stop by stop; the others are counted


class Way:
    """How far each address has been visited, from the events that name one. What was reached stays reached: a second
    try takes nothing back.
    """

    NAMED = frozenset({"reached", "records-found"})  # too many for the log

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, str], dict[str, Any]] = {}
        self._records: dict[str, int | None] = {}
        self._more = 0

    def hear(self, event: str, values: Mapping[str, Any]) -> None:
        """Take an event in; one without an address that is followed changes nothing."""
        if event == "records-found":
            self._records[values["host"]] = values["count"]
        elif event == "endpoint-started":
            self._start(values["host"], values["address"])
        elif lane := self._lanes.get((str(values.get("host")), str(values.get("address")))):
            match event:
                case "reached":
                    facts = {key: value for key, value in values.items() if key not in ("host", "address", "stop")}
                    lane["stops"].setdefault(values["stop"], facts)
                case "endpoint-done" | "endpoint-failed":
                    lane["state"] = "done" if event == "endpoint-done" else "failed"
                case _:
                    lane["why"] = event

    def _start(self, host: str, address: str) -> None:
        if len(self._lanes) < MOST_LANES:
            self._lanes[host, address] = {"host": host, "address": address, "state": "busy", "why": "", "stops": {}}
        else:
            self._more += 1

    def told(self) -> dict[str, Any]:
        """JSON-able, and unchanged by what comes after: ``lanes`` as they were started, each with the facts of the stops
        that it reached and the number of TLSA records of its host (None: not known); ``more`` are not followed.
        """
        return {
            "lanes": [
                {**lane, "stops": dict(lane["stops"]), "records": self._records.get(lane["host"])}
                for lane in self._lanes.values()
            ],
            "more": self._more,
        }


class Reporter:
    """Collects events with their time in milliseconds, and which checks can be judged by now."""

    def __init__(self, suite: Suite, callback: Progress | None) -> None:
        self._checks = CATALOGUE.of(suite)
        self._callback = callback
        self._begun = time.monotonic()
        self._finished: dict[Stage, int] = {}
        self._log: list[dict[str, Any]] = []
        self._way = Way()

    @property
    def ms(self) -> int:
        """Milliseconds since the scan began."""
        return round((time.monotonic() - self._begun) * 1000)

    def event(self, event: str, **values: Any) -> None:
        """Something happened; ``values`` are JSON-able."""
        self._way.hear(event, values)
        if event not in Way.NAMED and len(self._log) < LONGEST_LOG:
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
                "way": self._way.told(),
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
