"""What lies around the endpoints of a scan: the name servers, reached over IPv6, and the website's page over both address
families. Runs beside the survey and shares its look-ups; what was seen so far can be read at any time.
"""

from __future__ import annotations

import asyncio

from checks.dnssec import Outcome
from checks.evaluate import nameservers
from checks.facts.dns import DirectAnswer
from checks.facts.page import PagePair
from checks.model import Suite
from checks.net.dns import ServerDoor
from checks.probes import page, reach
from checks.probes.survey import Survey
from checks.probes.walks import follow


class Around:
    """Fills ``name_servers`` and ``pages`` while it runs."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self.name_servers: tuple[DirectAnswer, ...] = ()
        self.pages: PagePair | None = None

    async def run(self, suite: Suite) -> None:
        """Everything that the checks of ``suite`` need."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._name_servers())
            if suite is Suite.WEB:
                group.create_task(self._pages())

    async def _name_servers(self) -> None:
        found = await follow(self._survey.dns, nameservers.find(self._survey.domain))
        lookups = await asyncio.gather(*(self._survey.dns.lookup(name, "AAAA") for name in found.names))
        hosts = [(name, lookup.records) for name, lookup in zip(found.names, lookups, strict=True)]
        self.name_servers = await reach.name_servers(found.zone, hosts, ServerDoor(self._survey.options))

    async def _pages(self) -> None:
        survey = self._survey
        lookups = await asyncio.gather(*(survey.dns.lookup(survey.domain, rdtype) for rdtype in ("A", "AAAA")))
        if any(lookup.outcome is not Outcome.FOUND for lookup in lookups):
            return
        ipv4, ipv6 = (lookup.records[0] for lookup in lookups)
        self.pages = await page.compare(
            survey.domain,
            ipv4,
            ipv6,
            options=survey.options,
            limits=survey.limits,
            now=survey.now,
            seconds=survey.remaining(),
        )
