"""Everything of the practice internet that exists before a socket is open: plan, keys, certificates, zones."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.name
from dns.rdatatype import RdataType

from lab.answers import SignedZone
from lab.certificates import CertificateAuthority, HostCertificate
from lab.contents import SECOND, WEB, build_zone
from lab.keys import KeyStore
from lab.model import DnsFault, Domain, Tlsa
from lab.plan import SMTP, Plan
from lab.resolver import Zones
from lab.signing import Clock, ds_record, zone_keys
from lab.zones import rdataset


@dataclass(frozen=True, slots=True)
class World:
    """The built practice internet. `old` are copies that stale secondaries serve; `trust_anchor` is the DS record of
    its top, for clients to trust.
    """

    plan: Plan
    authority: CertificateAuthority
    certificates: dict[tuple[str, str], HostCertificate]
    zones: Zones
    old: Zones
    trust_anchor: str

    def zones_of_second(self, domain: Domain) -> Zones:
        """The zones as the second name server of a domain has them."""
        return self.old if _differs(domain) else self.zones


def build(domains: Sequence[Domain], cache: Path, *, ipv6: bool, clock: Clock = time.time) -> World:
    """Build everything; keys and certificates found in `cache` are used again. The first domain is the top of the
    tree.
    """
    plan = Plan(tuple(domains), ipv6)
    store = KeyStore(cache)
    authority = CertificateAuthority(store, cache)
    certificates = {key: made for domain in domains for key, made in _certificates(domain, authority)}
    zones = [
        SignedZone(
            build_zone(domain, plan, authority, certificates, store),
            domain.zone,
            store,
            clock=clock,
            delay=domain.delay,
        )
        for domain in domains
    ]
    old = [
        _copy(domain, zone, authority, certificates)
        for domain, zone in zip(domains, zones, strict=True)
        if _differs(domain)
    ]
    return World(plan, authority, certificates, Zones(zones), Zones(old), _trust_anchor(domains[0], store))


def _differs(domain: Domain) -> bool:
    """Whether the second name server has a copy of its own."""
    return any(fault.kind in (DnsFault.STALE_SECONDARY, DnsFault.OTHER_SECONDARY) for fault in domain.zone.faults)


def _copy(
    domain: Domain,
    zone: SignedZone,
    authority: CertificateAuthority,
    certificates: dict[tuple[str, str], HostCertificate],
) -> SignedZone:
    """The zone as the second name server has it."""
    if all(fault.kind is not DnsFault.OTHER_SECONDARY for fault in domain.zone.faults):
        return zone.as_it_was()
    for host in domain.mail:
        owner = dns.name.from_text(f"_{SMTP}._tcp.{host.name}.{domain.name}")
        former = authority.tlsa(certificates[domain.name, host.name], Tlsa.PREVIOUS)
        zone = zone.replaced(owner, RdataType.TLSA, rdataset(RdataType.TLSA, [former]))
    return zone


def _certificates(domain: Domain, authority: CertificateAuthority) -> list[tuple[tuple[str, str], HostCertificate]]:
    made = []
    if domain.web is not None:
        web_names = (domain.name, f"www.{domain.name}", *((f"mta-sts.{domain.name}",) if domain.policy else ()))
        made.append(((domain.name, WEB), authority.issue(web_names, domain.web.certificate, domain.web.key)))
    for host in domain.mail:
        names = tuple(f"{label}.{domain.name}" for label in (host.name, *host.aliases))
        made.append(((domain.name, host.name), authority.issue(names, host.certificate, host.key)))
        if host.second_key is not None:
            second = authority.issue(names, host.certificate, host.second_key)
            made.append(((domain.name, f"{host.name}{SECOND}"), second))
    return made


def _trust_anchor(top: Domain, store: KeyStore) -> str:
    origin = dns.name.from_text(top.name)
    return f"{origin} IN DS {ds_record(origin, zone_keys(store, origin, top.zone).key_signing)}"
