"""One service judged: its records, whether they may be believed, what every address shows, and how the two fit. The
document that comes out holds plain values only; pages and the command line draw from it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from checks.dnssec import Lookup, Outcome, Security
from checks.dnssec.message import Message, read_wire
from checks.evaluate import certificate, dane
from checks.evaluate.dane import Fit, Match, Peer, authenticate
from checks.evaluate.tlsa import TlsaSet, endpoint_tlsa, tlsa_bases
from checks.evaluate.tlsa import owner as owner_of
from checks.evaluate.view import View
from checks.facts.dns import Answer, DnsFailure, Question
from checks.facts.measurement import Measurement
from checks.facts.service import Opening, Service, ServiceSession
from checks.facts.tls import TlsHandshake
from checks.model import Suite
from checks.net.addresses import SERVICE_PORTS
from checks.options import Options
from checks.probes import service as probe
from checks.records.tlsa import Tlsa, parse
from checks.target import Target
from checks.tools.make import MAIL_PORT, RECOMMENDED, make
from checks.tools.material import from_chain
from checks.tools.rollover import kinds

SCHEMA = 1
MOST_RECORDS = 64  # of one set that are shown
MOST_HEX = 20_000  # characters of the data of one record
MOST_CERTIFICATES = 8  # of one chain that are handed on, in base64, to make records from
OPENINGS: Mapping[int, Opening] = {
    25: Opening.SMTP,
    587: Opening.SMTP,
    143: Opening.IMAP,
    110: Opening.POP3,
    465: Opening.DIRECT,
    993: Opening.DIRECT,
    995: Opening.DIRECT,
    443: Opening.DIRECT,
}


class Verdict(StrEnum):
    """What a client that does DANE makes of the service; declared from good to bad."""

    MATCHES = "matches"
    UNKNOWN = "unknown"  # we could not see enough
    NO_ADDRESS = "no-address"
    NO_RECORDS = "no-records"
    INSECURE = "insecure"  # records, in a zone that is not signed
    UNUSABLE = "unusable"
    NO_TLS = "no-tls"
    NO_MATCH = "no-match"
    BOGUS = "bogus"


class AddressVerdict(StrEnum):
    """What one address makes of it; declared from good to bad."""

    MATCHES = "matches"
    NO_RECORDS = "no-records"  # TLS works, there is nothing to compare with
    UNREACHED = "unreached"
    NO_TLS = "no-tls"
    NO_MATCH = "no-match"


@dataclass(frozen=True, slots=True)
class Asked:
    """A service to look at: a host name in A-labels, a port that the tools know, and how TLS begins there."""

    host: str
    port: int
    opening: Opening

    @classmethod
    def parse(cls, host: str, port: int, starttls: str = "") -> Asked:
        """Raises ``Target.Refused`` for what is no host name, ValueError for a port or protocol that is not looked at.
        Without ``starttls`` the port decides.
        """
        name = Target.parse(host, Suite.WEB).domain
        if port not in SERVICE_PORTS:
            raise ValueError(f"port {port} is none of {', '.join(map(str, sorted(SERVICE_PORTS)))}")
        if starttls and starttls not in ("smtp", "imap", "pop3"):
            raise ValueError(f"STARTTLS of {starttls!r} is not known")
        return cls(name, port, Opening(starttls) if starttls else OPENINGS[port])


async def check(asked: Asked, options: Options) -> dict[str, Any]:
    """Measure a service and judge it: the document. Takes half a minute at most."""
    return document(await probe.measure(asked.host, asked.port, asked.opening, options))


def document(service: Service) -> dict[str, Any]:
    """The verdict on what was measured, with all that it rests on. Pure."""
    return _Judged(service).document()


class _Judged:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._view = View(Measurement(service.host, Suite.WEB, service.measured_at, dns=service.dns))
        self._smtp = service.port == MAIL_PORT
        self._tlsa: TlsaSet = endpoint_tlsa(self._view, service.host, service.port, smtp=self._smtp)
        self._addresses = self._view.addresses(service.host + ".")

    def document(self) -> dict[str, Any]:
        service, lookup = self._service, self._tlsa.lookup
        addresses = [self._address(session) for session in service.sessions]
        handshakes = [handshake for address in addresses for handshake in address["handshakes"]]
        return {
            "schema": SCHEMA,
            "host": service.host,
            "port": service.port,
            "opening": service.opening.value,
            "measured_at": service.measured_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "duration_ms": service.duration_ms,
            "verdict": self._verdict(addresses).value,
            "owner": lookup.name,
            "asked": owner_of(service.host, service.port),
            "canonical": lookup.canonical_name,
            "bases": list(tlsa_bases(self._addresses, service.host)),
            "aliases": next((list(found.aliases) for found in self._addresses if found.aliases), []),
            "zone": lookup.zone,
            "dnssec": lookup.security.value,
            "reason": lookup.reason.value,
            "where": lookup.where,
            "found": lookup.outcome.value,
            "ttl": self._ttl(),
            "chain": lookup.chain_json(),
            "soa": self._soa(),
            "records": self._records(addresses),
            "kinds": sorted(kinds(self._tlsa.usable)),
            "addresses": addresses,
            "servers": list(self._servers()),
            # Every certificate that is shown needs its record: they differ between addresses and between key types.
            "advised": {
                name: list(dict.fromkeys(text for handshake in handshakes for text in handshake["sets"][name]))
                for name in RECOMMENDED
            },
        }

    def _verdict(self, addresses: list[dict[str, Any]]) -> Verdict:
        lookup = self._tlsa.lookup
        if lookup.security is Security.BOGUS:
            return Verdict.BOGUS
        if lookup.outcome is Outcome.FAILED or lookup.security is Security.INDETERMINATE:
            return Verdict.UNKNOWN
        if not addresses:
            failed = any(found.outcome is Outcome.FAILED for found in self._addresses)
            return Verdict.UNKNOWN if failed else Verdict.NO_ADDRESS
        if lookup.outcome is not Outcome.FOUND:
            return Verdict.NO_RECORDS
        if not self._tlsa.secure:
            return Verdict.INSECURE
        if not self._tlsa.usable:
            return Verdict.UNUSABLE
        seen = {address["verdict"] for address in addresses}
        order = (AddressVerdict.NO_MATCH, Verdict.NO_MATCH), (AddressVerdict.NO_TLS, Verdict.NO_TLS)
        for worst, verdict in order:
            if worst.value in seen:
                return verdict
        return Verdict.MATCHES if AddressVerdict.MATCHES.value in seen else Verdict.UNKNOWN

    def _address(self, session: ServiceSession) -> dict[str, Any]:
        shown = [tls for tls in (session.tls, session.other) if isinstance(tls, TlsHandshake)]
        handshakes = [self._handshake(tls) for tls in shown]
        failed = session.tls if not shown else None
        return {
            "address": session.address,
            "verdict": self._address_verdict(session, handshakes).value,
            "failure": session.failure.reason.value if session.failure else "",
            "detail": session.failure.detail if session.failure else "",
            "alert": getattr(failed, "alert", ""),
            "dialogue": list(session.transcript),
            "handshakes": handshakes,
        }

    def _address_verdict(self, session: ServiceSession, handshakes: list[dict[str, Any]]) -> AddressVerdict:
        if not handshakes:
            reached = session.tls is not None or (session.failure is None and bool(session.transcript))
            return AddressVerdict.NO_TLS if reached else AddressVerdict.UNREACHED
        if not self._tlsa.usable:
            return AddressVerdict.NO_RECORDS
        # A client may be shown either certificate: both have to fit.
        fit = all(handshake["matches"] for handshake in handshakes)
        return AddressVerdict.MATCHES if fit else AddressVerdict.NO_MATCH

    def _handshake(self, tls: TlsHandshake) -> dict[str, Any]:
        matches = authenticate(self._tlsa.usable, self._peer(tls))
        return {
            "version": tls.version,
            "cipher": tls.cipher,
            "trusted": certificate.trust(tls).value,
            "matches": any(match.fit is Fit.MATCH for match in matches),
            "records": [_match(match) for match in matches],
            "certificates": certificate.describe_chain(self._view, tls),
            "der": list(tls.chain[:MOST_CERTIFICATES]),
            "sets": {
                name: [made.record.text for made in make(self._chain_items(tls), set_)[0]]
                for name, set_ in RECOMMENDED.items()
            },
        }

    def _peer(self, tls: TlsHandshake) -> Peer:
        host = self._service.host
        chain = self._view.chain(tls)
        bases = (base.rstrip(".") for base in tlsa_bases(self._addresses, host))
        named = bool(chain) and chain[0] is not None and certificate.matches(certificate.dns_names(chain[0]), host)
        trusted = certificate.trust(tls) is certificate.Trust.OK and named
        return Peer(chain, frozenset({host, *bases}), self._view.measured_at, trusted)

    def _records(self, addresses: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Every published record, whether it can be used, and how many of the certificates that are shown fit it."""
        shown = [handshake for address in addresses for handshake in address["handshakes"]]
        return [
            {
                **dane.describe_record(record),
                "text": _text(record),
                "unusable": why.value if why else "",
                "matched": sum(
                    any(
                        item["text"] == _text(record) and item["fit"] == Fit.MATCH.value
                        for item in handshake["records"]
                    )
                    for handshake in shown
                ),
                "of": len(shown),
            }
            for record, why in self._tlsa.records[:MOST_RECORDS]
        ]

    def _ttl(self) -> int:
        """How long a cache may keep the set: what its signature says, or a name server. What is left of it in the cache of
        our own resolver says nothing.
        """
        lookup = self._tlsa.lookup
        given = [
            rrset.ttl for message in self._direct().values() for rrset in message.answer.values() if _is_tlsa(rrset)
        ]
        return max([lookup.ttl, lookup.signed_ttl, *given])

    def _soa(self) -> dict[str, int]:
        """Refresh, retry, expire and minimum of the zone of the records, in seconds; empty when not known."""
        zone = self._tlsa.lookup.zone
        found: Lookup | None = self._view.lookup(zone, "SOA") if zone else None
        if found is None or found.outcome is not Outcome.FOUND:
            return {}
        fields = found.records[0].split()
        return dict(zip(("refresh", "retry", "expire", "minimum"), map(int, fields[3:7]), strict=True))

    def _servers(self) -> Iterator[dict[str, Any]]:
        """What every name server of the zone gives for the owner name; ``records`` is None when it gave no answer."""
        for (host, address), message in self._direct().items():
            failure = message.failure
            yield {
                "host": host.rstrip("."),
                "address": address,
                "failure": failure.value if failure else "",
                "records": None if failure else sorted(_texts(message)),
            }

    def _direct(self) -> dict[tuple[str, str], Message]:
        """The answer of each name server to the question for the records; the one over TCP where UDP was cut short."""
        question = Question(self._tlsa.lookup.canonical_name, "TLSA")
        found: dict[tuple[str, str], Message] = {}
        for direct in self._service.dns.direct:
            if direct.answer.question == question:
                message = _message(direct.answer)
                key = (direct.host, direct.address)
                if key not in found or message.failure is None:
                    found[key] = message
        return found

    def _chain_items(self, tls: TlsHandshake) -> tuple[Any, ...]:
        chain = self._view.chain(tls)
        return from_chain([item.public_bytes(Encoding.DER) for item in chain if item is not None])


def _message(answer: Answer) -> Message:
    """A direct answer taken apart, or the failure to get one."""
    if answer.failure is not None:
        return Message(answer.failure)
    try:
        return read_wire(answer.question, base64.b64decode(answer.wire, validate=True))
    except ValueError:
        return Message(DnsFailure.MALFORMED)


def _texts(message: Message) -> list[str]:
    return [
        _text(record) for rrset in message.answer.values() if _is_tlsa(rrset) for record in map(parse, rrset.texts())
    ][:MOST_RECORDS]


def _is_tlsa(rrset: Any) -> bool:
    return bool(rrset.rdtype == 52)  # RFC 6698 section 7.1


def _text(record: Tlsa) -> str:
    """The record, cut where nobody reads on; the same everywhere, so that texts can be compared."""
    return f"{record.parameters} {record.data.hex()[:MOST_HEX]}"


def _match(match: Match) -> dict[str, Any]:
    record: Tlsa = match.record
    return {
        "text": _text(record),
        "parameters": record.parameters,
        "fit": match.fit.value,
        "depth": match.depth,
        "caution": match.caution.value if match.caution else "",
    }
