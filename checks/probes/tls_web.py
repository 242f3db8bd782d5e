"""The plan of a website: connections cost two round trips there, so each question has its own, and the list of suites is
completed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks.facts.tls_scan import Ask
from checks.policy.tls_names import TLS1_2, suite_name
from checks.policy.tls_profile import Level
from checks.probes.tls_questions import WEAK, Questions, Told


@dataclass(slots=True)
class WebQuestions(Questions):
    """``request`` is sent in the handshake that is carried to its end: servers give tickets when they hear something."""

    request: bytes = b""

    async def run(self) -> None:
        """All questions: what is independent at once, then what follows from it, then what was unclear by itself."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._whole())
            if self.known.version == "TLSv1.3":
                group.create_task(self.ask(Ask.TLS13_SUITES, self.hello_13(*WEAK)))
                group.create_task(self.ask(Ask.TLS13_GROUPS, self.hello_13(*Level, groups=self.other_groups_13())))
            group.create_task(self._tls12())
            group.create_task(self.old())
            group.create_task(self.ssl2())
        await self.again()
        if version := self.highest_below_13():
            await asyncio.gather(self.renegotiate(), self.list_suites(version))
        if self.renegotiation is None or self.renegotiation.failure is not None:
            await self.alive()

    async def _whole(self) -> None:
        """A handshake of TLS 1.3 to its end, for the tickets."""
        hello = self.hello_13(*Level)
        answer, self.tickets = await self.asker.ask_whole(Ask.TLS13, hello, self.request)
        self.told.append(Told(answer, hello))

    async def _tls12(self) -> None:
        strong, weak = self.strong(), self.suites(*WEAK)
        by_key = {
            ask: tuple(code for code in strong if f"_{key}_" in suite_name(code))
            for ask, key in ((Ask.TLS12_ECDSA, "ECDSA"), (Ask.TLS12_RSA, "RSA"))
        }
        *strong_found, found = await asyncio.gather(
            *(self.ask(ask, self.hello(TLS1_2, suites)) for ask, suites in by_key.items()),
            self.ask(Ask.TLS12_WEAK_SUITES, self.hello(TLS1_2, weak)),
        )
        strong_too = any(answer.version == TLS1_2 for answer in strong_found)
        if not strong_too and found.version != TLS1_2:
            return
        elliptic = tuple(code for code in strong + weak if "_ECDHE_" in suite_name(code))
        await asyncio.gather(
            self.ask(Ask.TLS12_GROUPS, self.hello(TLS1_2, elliptic, self.bad_curves())),
            self.hashes(),
            self.apart(found, strong_too=strong_too) if found.version == TLS1_2 else self.finite(strong),
        )
