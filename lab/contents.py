"""From the description of the domains to the records of their zones: addresses, mail, TLSA, policies, delegations."""

import base64
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

import dns.name
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dns.dnssectypes import Algorithm
from dns.name import Name
from dns.rdatatype import RdataType

from lab.certificates import CertificateAuthority, HostCertificate
from lab.keys import KeyStore
from lab.model import DnsFault, Domain, SenderPolicies, Tlsa
from lab.plan import HTTPS, SMTP, Plan
from lab.signing import ds_record, stray_ds, zone_keys
from lab.zones import TTL, Node, Zone, rdataset

Certificates = Mapping[tuple[str, str], HostCertificate]
"""Certificates by domain name and host: a mail host's name (with SECOND for its other one), "@" for the website."""
Published = TypeVar("Published")
Line = tuple[str, str, str]
"""Owner, type, data; names relative to the zone."""

REFRESH, RETRY, EXPIRE = 3_600, 900, 604_800
WEB = "@"
SECOND = " (second)"
"""Behind the name of a mail host: its other certificate."""


def build_zone(
    domain: Domain, plan: Plan, authority: CertificateAuthority, certificates: Certificates, store: KeyStore
) -> Zone:
    """The unsigned zone of one domain, the delegations to the domains directly below it included."""
    origin = dns.name.from_text(domain.name)
    lines = [
        *_apex(domain, plan),
        *_mail(domain, plan, authority, certificates),
        *_web(domain, plan, authority, certificates),
    ]
    if domain.listed:
        lines += _policies(domain, store)
    lines += (_line(text) for text in domain.records)
    for child in plan.children(domain):
        lines += _delegation(child, plan, store)
    return Zone(origin, _nodes(lines, origin))


def _apex(domain: Domain, plan: Plan) -> Iterable[Line]:
    yield "@", "SOA", f"ns1 hostmaster {int(time.time())} {REFRESH} {RETRY} {EXPIRE} {TTL}"
    yield from _name_servers(domain, plan, "@", "")
    if domain.web or domain.mail:
        yield from (("@", "CAA", record) for record in domain.caa)


def _name_servers(domain: Domain, plan: Plan, owner: str, suffix: str) -> Iterable[Line]:
    servers = zip(("ns1", "ns2"), plan.name_servers(domain), plan.name_servers_ipv6(domain), strict=True)
    for label, address, over_ipv6 in servers:
        yield owner, "NS", f"{label}{suffix}"
        yield f"{label}{suffix}", "A", address
        for other in over_ipv6:
            yield f"{label}{suffix}", "AAAA", other


def _mail(domain: Domain, plan: Plan, authority: CertificateAuthority, certificates: Certificates) -> Iterable[Line]:
    exchanges = domain.mx
    if exchanges is None:
        exchanges = tuple(f"{10 * place} {host.name}" for place, host in enumerate(domain.mail, start=1))
    for exchange in exchanges:
        yield "@", "MX", exchange
    for host in domain.mail:
        yield host.name, "A", plan.mail_host(domain, host)
        for address in plan.mail_host_ipv6(domain, host):
            yield host.name, "AAAA", address
        for alias in host.aliases:
            yield alias, "CNAME", host.name
        yield from _tlsa(f"_{SMTP}._tcp.{host.name}", authority, certificates[domain.name, host.name], host.tlsa)


def _web(domain: Domain, plan: Plan, authority: CertificateAuthority, certificates: Certificates) -> Iterable[Line]:
    if domain.web is None:
        return
    if domain.policy:
        yield from _addresses("mta-sts", domain, plan)
    for owner in ("@", "www"):
        yield from _addresses(owner, domain, plan)
        base = f"_{HTTPS}._tcp" if owner == "@" else f"_{HTTPS}._tcp.{owner}"
        yield from _tlsa(base, authority, certificates[domain.name, WEB], domain.web.tlsa)


def _addresses(owner: str, domain: Domain, plan: Plan) -> Iterable[Line]:
    yield owner, "A", plan.web_host(domain)
    for address in plan.web_host_ipv6(domain):
        yield owner, "AAAA", address


def _tlsa(
    owner: str, authority: CertificateAuthority, certificate: HostCertificate, records: Iterable[Tlsa]
) -> Iterable[Line]:
    for record in records:
        yield owner, "TLSA", authority.tlsa(certificate, record)


def _policies(domain: Domain, store: KeyStore) -> Iterable[Line]:
    """SPF (RFC 7208), DMARC (RFC 7489) and, for those who send mail, DKIM (RFC 6376, RFC 8463); for those who receive it
    MTA-STS (RFC 8461) and TLS reporting (RFC 8460).
    """
    sends = domain.mx != ("0 .",)
    usual = SenderPolicies(
        spf=(f"v=spf1 {'mx ' if sends else ''}-all",),
        dmarc=(f"v=DMARC1; p=reject; rua=mailto:dmarc@{domain.name}" if sends else "v=DMARC1; p=reject",),
        dkim=(("mail", _dkim(domain, store)),) if sends else (),
    )
    chosen = domain.policies
    for text in _published(chosen.spf, usual.spf):
        yield "@", "TXT", f'"{text}"'
    for text in _published(chosen.dmarc, usual.dmarc):
        yield "_dmarc", "TXT", f'"{text}"'
    for selector, text in _published(chosen.dkim, usual.dkim):
        yield f"{selector}._domainkey", "TXT", f'"{text}"'
    if sends and domain.policy:
        yield "_mta-sts", "TXT", '"v=STSv1; id=20260101T000000"'
    if sends and domain.tls_rpt:
        yield "_smtp._tls", "TXT", f'"v=TLSRPTv1; rua=mailto:tlsrpt@{domain.name}"'


def _published(chosen: tuple[Published, ...] | None, usual: tuple[Published, ...] | None) -> tuple[Published, ...]:
    return (usual if chosen is None else chosen) or ()


def _dkim(domain: Domain, store: KeyStore) -> str:
    public = store.private_key(f"dkim-{domain.name}", Algorithm.ED25519).public_key()
    key = base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode("ascii")
    return f"v=DKIM1; k=ed25519; p={key}"


def _delegation(child: Domain, plan: Plan, store: KeyStore) -> Iterable[Line]:
    origin = dns.name.from_text(child.name)
    yield from _name_servers(child, plan, origin.to_text(), f".{origin.to_text()}")
    if child.zone.signed:
        wrong = any(fault.kind is DnsFault.WRONG_DS for fault in child.zone.faults)
        keys = zone_keys(store, origin, child.zone)
        ds = stray_ds(store, origin, child.zone) if wrong else ds_record(origin, keys.key_signing)
        yield origin.to_text(), "DS", ds.to_text()


def _line(text: str) -> Line:
    owner, rdtype, data = text.split(maxsplit=2)
    return owner, rdtype, data


def _nodes(lines: Iterable[Line], origin: Name) -> dict[Name, Node]:
    grouped: dict[tuple[Name, str], list[str]] = defaultdict(list)
    for owner, rdtype, data in lines:
        grouped[dns.name.from_text(owner, origin), rdtype].append(data)
    nodes: dict[Name, Node] = {}
    for (owner_name, rdtype), texts in grouped.items():
        kind = RdataType.from_text(rdtype)
        nodes.setdefault(owner_name, {})[kind] = rdataset(kind, texts, origin)
    return nodes
