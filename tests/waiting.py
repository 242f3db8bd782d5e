"""How often a scan waits in a row, counted in virtual time: a round trip costs one, a greeting what it is set to, and
computing nothing. The practice internet and the engine share one event loop.

Over IPv4 alone: each host has one address, so that connections to a host are those to its address.
"""

from __future__ import annotations

import asyncio

from checks import Options, Report, Suite, Target, scan
from lab import SCENERY, Domain, Lab, MailHost, WebHost
from tests import virtual_clock

ROUND_TRIP = 0.01
HEALTHY = Domain(name="gezond.test", web=WebHost(), mail=(MailHost(name="mx1"), MailHost(name="mx2")))
SLOW = Domain(name="traag.test", mail=(MailHost(greeting_delay=6.0),))


class Waited:
    """Reports, and what they took: ``seconds`` in virtual time, and connections to the first mail host."""

    def __init__(self, domain: Domain, *suites: Suite, round_trip: float = ROUND_TRIP) -> None:
        self.domain, self.suites, self.round_trip = domain, suites, round_trip
        self.seconds = 0.0
        self.connections = self.at_once = 0
        self.reports = virtual_clock.run(self._run())

    async def _run(self) -> list[Report]:
        loop = asyncio.get_running_loop()
        domains = (*SCENERY, self.domain)
        async with Lab(domains=domains, forward=False, ipv6=False, round_trip=self.round_trip) as lab:
            options = Options.from_env({**lab.environment(), "SITE_NAME": "zegel.example"})
            begun = loop.time()
            targets = [Target.parse(self.domain.name, suite) for suite in self.suites]
            reports = await asyncio.gather(*(scan(target, options) for target in targets))
            self.seconds = loop.time() - begun
            endpoint = lab.world.plan.mail_host(self.domain, self.domain.mail[0]), 25
            self.connections, self.at_once = lab.counters.connections[endpoint], lab.counters.most_open[endpoint]
            return list(reports)

    @property
    def in_a_row(self) -> int:
        """Round trips that waited for each other."""
        return round(self.seconds / self.round_trip)
