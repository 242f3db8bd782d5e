"""A measurement as the evaluators read it: look-ups validated again from the stored answers, certificates parsed,
mail hosts chosen. Everything is computed once and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property, partial
from typing import Any, TypeVar

from cryptography import x509

from checks.dnssec import Lookup, Outcome, Security, Validator, replay
from checks.dnssec.contradictions import Contradiction, contradictions
from checks.dnssec.servers import ZoneView, judged_answer, zone_view
from checks.evaluate import caa_search, certificate, dkim, dmarc, nameservers, signed_zones, spf
from checks.evaluate.denial import is_compact_denial
from checks.evaluate.txt import replay as follow
from checks.facts.dns import DnsFailure, Question
from checks.facts.http import WebEndpoint
from checks.facts.measurement import Measurement
from checks.facts.smtp import SmtpSession
from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import TlsScan
from checks.policy.tls_profile import TlsProfile, load
from checks.records.mx import MailHosts, mail_hosts

Made = TypeVar("Made")


class View:
    """Read-only. The clock of every judgement is ``measured_at``."""

    def __init__(
        self,
        measurement: Measurement,
        lookup: Callable[[str, str], Lookup] | None = None,
        *,
        tls_profile: TlsProfile | None = None,
    ) -> None:
        """``lookup`` answers look-ups in place of the stored answers; TLS is judged by ``tls_profile``, or by the one that
        the measurement names.
        """
        self.tls_profile = tls_profile or load(measurement.tls_profile)
        self.measurement = measurement
        self.measured_at = measurement.measured_at
        self.domain = measurement.domain + "."
        self._answers = {answer.question: answer for answer in measurement.dns.answers}
        self._validator = Validator(measurement.dns.anchors, measurement.measured_at)
        self._validate = lookup or partial(replay, self._validator, self._answers)
        self._made: dict[Hashable, Any] = {}
        self._lookups: dict[tuple[str, str], Lookup] = {}
        self._chains: dict[tuple[str, ...], tuple[x509.Certificate | None, ...]] = {}

    def lookup(self, name: str, rdtype: str) -> Lookup:
        """The look-up of an absolute name, validated from the stored answers."""
        key = (name, rdtype)
        if key not in self._lookups:
            self._lookups[key] = self._validate(name, rdtype)
        return self._lookups[key]

    def failure(self, name: str, rdtype: str) -> DnsFailure | None:
        """Why the question itself has no answer, if it has none."""
        answer = self._answers.get(Question(name, rdtype))
        return answer.failure if answer else DnsFailure.NOT_ASKED

    def addresses(self, name: str) -> tuple[Lookup, Lookup]:
        """The A and the AAAA look-up of a host."""
        return self.lookup(name, "A"), self.lookup(name, "AAAA")

    def has_address(self, name: str) -> bool:
        """Whether the host has an address of either family."""
        return any(lookup.outcome is Outcome.FOUND for lookup in self.addresses(name))

    @cached_property
    def mx(self) -> Lookup:
        """The MX look-up of the domain."""
        return self.lookup(self.domain, "MX")

    @cached_property
    def mail_hosts(self) -> MailHosts | None:
        """The mail hosts of the domain, or None when the MX look-up failed or is bogus: then nobody knows them (RFC
        7672 section 2.1.2).
        """
        if self.mx.outcome is Outcome.FAILED or self.mx.security is Security.BOGUS:
            return None
        return mail_hosts(self.domain, self.mx.records, has_address=self.has_address(self.domain))

    @cached_property
    def spf(self) -> spf.Tree:
        """The SPF of the domain with all that it includes."""
        return follow(spf.walk(self.domain), self.lookup)

    @cached_property
    def dmarc(self) -> dmarc.Discovery:
        """The DMARC record that counts for the domain."""

        def exists() -> bool:
            return self.mx.outcome is Outcome.FOUND or self.has_address(self.domain)

        return follow(dmarc.discover(self.domain, exists=exists), self.lookup)

    @cached_property
    def dkim(self) -> dkim.Dkim:
        """The DKIM keys of the domain as far as they can be found."""
        return follow(dkim.discover(self.domain), self.lookup)

    @property
    def name_servers(self) -> nameservers.NameServers:
        """The name servers of the zone that the domain lies in."""
        return self.name_servers_of(self.domain)

    def name_servers_of(self, name: str) -> nameservers.NameServers:
        """The name servers of the zone that a name (absolute) lies in."""
        return follow(nameservers.find(name), self.lookup)

    def caa(self, name: str) -> caa_search.CaaSet:
        """The CAA records that count for a host (absolute name)."""
        return follow(caa_search.find(name), self.lookup)

    @cached_property
    def signed_places(self) -> tuple[signed_zones.Place, ...]:
        """The signed zones that the domain's website or mail rests on."""
        return follow(signed_zones.find(self.domain, self.measurement.suite), self.lookup)

    def servers(self, zone: str) -> ZoneView:
        """The name servers of a zone (its apex) as they showed themselves when they were asked."""
        direct = self.measurement.dns.direct
        return self.once(("servers", zone), lambda: zone_view(zone, self._validator, self._answers, direct))

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made at the first call for this measurement."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def said_directly(self, question: Question) -> Lookup:
        """What name servers answered to a question, by the first whose answer is proven, else by the resolver's."""
        seen = (item.answer for item in self.measurement.dns.direct if item.answer.question == question)
        judged = (judged_answer(self._validator, self._answers, answer) for answer in seen if answer.failure is None)
        return next((found for found in judged if found.secure), None) or self.lookup(question.name, question.rdtype)

    def said_by_servers(self, question: Question) -> tuple[tuple[str, Lookup], ...]:
        """What each name server answered to a question when it was asked itself, by its name and address, validated; those
        that gave no answer are left out.
        """
        return tuple(
            (f"{item.host.rstrip('.')} ({item.address})", judged_answer(self._validator, self._answers, item.answer))
            for item in self.measurement.dns.direct
            if item.answer.question == question and item.answer.failure is None
        )

    def contradictions(self, zone: str) -> tuple[Contradiction, ...]:
        """Where the answers to questions about names in a zone, or below it, contradict each other."""
        answers = (found for question, found in self._answers.items() if f".{question.name}".endswith(f".{zone}"))
        return contradictions(answers, self._validator.message)

    def denies_compactly(self, name: str) -> bool:
        """Whether the answer for a name without TXT is one that its zone gives for every name, existing or not: then it
        tells nothing about what is below.
        """
        answer = self._answers.get(Question(name, "TXT"))
        return answer is not None and is_compact_denial(answer.wire, name)

    @property
    def sessions(self) -> tuple[SmtpSession, ...]:
        """The SMTP sessions, one for each address of each mail host."""
        return self.measurement.smtp

    @property
    def endpoints(self) -> tuple[WebEndpoint, ...]:
        """The web endpoints, one for each address."""
        return self.measurement.web

    def tls_scan(self, host: str, address: str) -> TlsScan | None:
        """What one address accepts of TLS, or None when there was no time to ask."""
        scans = (scan for scan in self.measurement.tls if (scan.host, scan.address) == (host, address))
        return next(scans, None)

    def chain(self, handshake: TlsHandshake) -> tuple[x509.Certificate | None, ...]:
        """The certificates of a handshake, leaf first; None in the place of one that cannot be read."""
        if handshake.chain not in self._chains:
            self._chains[handshake.chain] = tuple(certificate.load(der) for der in handshake.chain)
        return self._chains[handshake.chain]
