"""What lies around the endpoints of a scan: the name servers, reached over IPv6, and the website's page over both address
families. Runs beside the survey and shares its look-ups; what was seen so far can be read at any time.
"""

from __future__ import annotations

import asyncio

from checks.dnssec import Outcome, Security
from checks.evaluate import caa_search, nameservers, service_binding, signed_zones
from checks.evaluate.txt import texts_of
from checks.facts.dns import DirectAnswer
from checks.facts.mta_sts import PolicyFile
from checks.facts.page import PagePair
from checks.facts.rpki import RpkiState
from checks.facts.security_txt import SecurityTxtSearch
from checks.model import Suite
from checks.net.dns import ServerDoor
from checks.probes import mta_sts, page, reach, rpki, security_txt
from checks.probes.nameservers import APEX_TYPES, NameServerProbe, patient_door
from checks.probes.survey import Survey
from checks.probes.walks import follow
from checks.records.mta_sts import sts_texts
from checks.records.mx import mail_hosts


class Around:
    """Fills ``name_servers``, ``pages``, ``rpki`` and ``mta_sts`` while it runs."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self.name_servers: tuple[DirectAnswer, ...] = ()
        self.pages: PagePair | None = None
        self.rpki = rpki.nothing_yet(survey.options)
        self.mta_sts: PolicyFile | None = None
        self.security_txt: SecurityTxtSearch | None = None
        self._servers = NameServerProbe(survey.dns, patient_door(survey.options))

    @property
    def direct(self) -> tuple[DirectAnswer, ...]:
        """What the name servers of the signed zones said so far when they were asked themselves."""
        return self._servers.facts()

    async def run(self, suite: Suite) -> None:
        """Everything that the checks of ``suite`` need."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._name_servers())
            group.create_task(self._signed_zones(suite))
            group.create_task(self._caa(suite))
            group.create_task(self._routes(suite))
            if suite is Suite.WEB:
                group.create_task(self._pages())
                group.create_task(self._service_record())
                group.create_task(self._security_txt())
            else:
                group.create_task(self._mail_policies())

    async def _caa(self, suite: Suite) -> None:
        names = [self._survey.domain] if suite is Suite.WEB else await self._mail_hosts()
        await asyncio.gather(*(follow(self._survey.dns, caa_search.find(name)) for name in names))

    async def _routes(self, suite: Suite) -> None:
        """The routes to the addresses of the endpoints and of their name servers. Without tables nothing is asked."""
        survey = self._survey
        if self.rpki.state is RpkiState.NOT_CONFIGURED:
            return
        hosts = [survey.domain] if suite is Suite.WEB else await self._mail_hosts()
        names = {survey.domain, *hosts}
        zones = await asyncio.gather(*(follow(survey.dns, nameservers.find(name)) for name in sorted(names)))
        hosts += dict.fromkeys(server for zone in zones for server in zone.names)
        asks = [(host, rdtype) for host in hosts for rdtype in ("A", "AAAA")]
        lookups = await asyncio.gather(*(survey.dns.lookup(*ask) for ask in asks))
        self.rpki = await rpki.probe((record for lookup in lookups for record in lookup.records), survey.options)

    async def _mail_hosts(self) -> list[str]:
        survey = self._survey
        mx, *own = await asyncio.gather(*(survey.dns.lookup(survey.domain, rdtype) for rdtype in ("MX", "A", "AAAA")))
        if mx.outcome is Outcome.FAILED:
            return []
        has_address = any(lookup.outcome is Outcome.FOUND for lookup in own)
        return [host.name for host in mail_hosts(survey.domain, mx.records, has_address=has_address).exchanges]

    async def _name_servers(self) -> None:
        found = await follow(self._survey.dns, nameservers.find(self._survey.domain))
        lookups = await asyncio.gather(*(self._survey.dns.lookup(name, "AAAA") for name in found.names))
        hosts = [(name, lookup.records) for name, lookup in zip(found.names, lookups, strict=True)]
        self.name_servers = await reach.name_servers(found.zone, hosts, ServerDoor(self._survey.options))

    async def _signed_zones(self, suite: Suite) -> None:
        places = await follow(self._survey.dns, signed_zones.find(self._survey.domain, suite))
        asked = (self._servers.zone(place.zone, place.questions, apex_types=APEX_TYPES) for place in places)
        await asyncio.gather(*asked)

    async def _mail_policies(self) -> None:
        """The records of MTA-STS and TLS reporting; the policy file when a record promises one. A domain that says that
        it receives no mail has none of these.
        """
        survey = self._survey
        mx = await survey.dns.lookup(survey.domain, "MX")
        if mx.outcome is Outcome.FAILED or mx.security is Security.BOGUS or mx.records == ("0 .",):
            return
        record, _ = await asyncio.gather(
            survey.dns.lookup(f"_mta-sts.{survey.domain}", "TXT"),
            survey.dns.lookup(f"_smtp._tls.{survey.domain}", "TXT"),
        )
        if not sts_texts(texts_of(record)):
            return
        host = mta_sts.policy_host(survey.domain)
        self.mta_sts = await mta_sts.fetch(
            host,
            await survey.addresses(host + "."),
            options=survey.options,
            limits=survey.limits,
            now=survey.now,
            seconds=survey.remaining(),
        )

    async def _security_txt(self) -> None:
        survey = self._survey
        if not await survey.addresses(survey.domain):
            return
        self.security_txt = await security_txt.search(
            survey.domain,
            lambda host: survey.addresses(host.rstrip(".") + "."),
            options=survey.options,
            limits=survey.limits,
            now=survey.now,
            seconds=survey.remaining(),
        )

    async def _service_record(self) -> None:
        await follow(self._survey.dns, service_binding.find(self._survey.domain))

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
