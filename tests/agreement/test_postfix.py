"""What we say a DANE sender does, beside what Postfix does, at Postfix and other servers: good, weak, expired, without chain, with two certificates, slow, on IPv6 only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from dns.dnssectypes import Algorithm

from checks import Options, Report, Suite, Target, scan
from lab import PRACTICE, SCENERY, Lab
from lab.model import (
    CertificateKind,
    Denial,
    DnsFault,
    Domain,
    KeyType,
    MailFault,
    MailHost,
    OverIpv6,
    Tlsa,
    ZoneFault,
    ZoneSpec,
)
from lab.plan import Ports
from tests.agreement.postfix import GREET_WAIT, Listener, finger, postfix, privileged, unbound

pytestmark = pytest.mark.servers

TOP = "voorbeeld.test"
SIGNED = ZoneSpec(algorithm=Algorithm.ECDSAP256SHA256, denial=Denial.NSEC)
WEAK = {"smtpd_tls_protocols": "TLSv1.2", "tls_medium_cipherlist": "AES128-SHA:AES256-SHA"}
CLEAR = {"smtpd_tls_security_level": "none"}
RSA_ONLY = ("-p", "TLSv1.2", "-o", "tls_medium_cipherlist=aRSA")
STRAY = "00" * 32


@dataclass(frozen=True, slots=True)
class Host:
    """A domain with one mail host of Postfix, and what RFC 7672 section 2.2 says a DANE sender does there."""

    name: str
    delivery: str
    tlsa: tuple[Tlsa, ...] = (Tlsa.CURRENT, Tlsa.ISSUER)
    settings: tuple[tuple[str, str], ...] = ()
    certificate: CertificateKind = CertificateKind.VALID
    key: KeyType = KeyType.RSA3072
    zone: ZoneSpec = SIGNED
    records: tuple[str, ...] = ()
    chain: bool = True
    slow: bool = False
    ipv6_only: bool = False

    @property
    def domain(self) -> Domain:
        host = MailHost(
            tlsa=self.tlsa, fault=MailFault.NO_LISTENER, certificate=self.certificate, key=self.key, ipv6=OverIpv6.NONE
        )
        mx = ("10 six",) if self.ipv6_only else None
        return Domain(name=f"{self.name}.{TOP}", zone=self.zone, mail=(host,), mx=mx, records=self.records)

    @property
    def mail_host(self) -> str:
        return f"{'six' if self.ipv6_only else 'mx'}.{self.name}.{TOP}"


HOSTS = (
    Host("pf-good", "authenticated"),
    Host("pf-next", "authenticated", tlsa=(Tlsa.CURRENT, Tlsa.NEXT)),
    Host("pf-issuer", "authenticated", tlsa=(Tlsa.ISSUER,)),
    Host("pf-weak", "authenticated", settings=tuple(WEAK.items())),
    Host("pf-demands", "authenticated", settings=(("smtpd_tls_security_level", "encrypt"),)),
    Host("pf-stale", "deferred", tlsa=(Tlsa.PREVIOUS,)),
    Host("pf-none", "encrypted", tlsa=()),
    Host("pf-unusable", "encrypted", tlsa=(), records=(f"_25._tcp.mx TLSA 1 1 1 {STRAY}",)),
    Host(
        "pf-unusable-clear",
        "deferred",
        tlsa=(),
        records=(f"_25._tcp.mx TLSA 1 1 1 {STRAY}",),
        settings=tuple(CLEAR.items()),
    ),
    Host("pf-unsigned", "encrypted", zone=ZoneSpec(signed=False)),
    Host("pf-unsigned-clear", "clear", zone=ZoneSpec(signed=False), settings=tuple(CLEAR.items())),
    Host("pf-clear", "clear", tlsa=(), settings=tuple(CLEAR.items())),
    Host("pf-stripped", "deferred", settings=tuple(CLEAR.items())),
    Host("pf-expired", "authenticated", tlsa=(Tlsa.CURRENT,), certificate=CertificateKind.EXPIRED),
    Host("pf-expired-issuer", "deferred", tlsa=(Tlsa.ISSUER,), certificate=CertificateKind.EXPIRED),
    Host("pf-name", "authenticated", tlsa=(Tlsa.CURRENT,), certificate=CertificateKind.OTHER_NAME),
    Host("pf-name-issuer", "deferred", tlsa=(Tlsa.ISSUER,), certificate=CertificateKind.OTHER_NAME),
    Host("pf-self", "authenticated", tlsa=(Tlsa.CURRENT,), certificate=CertificateKind.SELF_SIGNED),
    Host("pf-chainless", "deferred", tlsa=(Tlsa.ISSUER,), chain=False),
    Host("pf-chainless-own", "authenticated", chain=False),
    Host(
        "pf-bogus",
        "deferred",
        tlsa=(),
        zone=ZoneSpec(faults=(ZoneFault(DnsFault.MISSING_DENIAL, below="_tcp.mx"),), denial=Denial.NSEC),
    ),
    Host(
        "pf-servfail",
        "deferred",
        zone=ZoneSpec(faults=(ZoneFault(DnsFault.SERVFAIL, rdtype="TLSA"),), denial=Denial.NSEC),
    ),
    Host("pf-slow", "authenticated", slow=True),
    Host("pf-six", "authenticated", tlsa=(), ipv6_only=True, records=("six AAAA ::1",)),
)
DUAL = Domain(
    name=f"pf-dual.{TOP}",
    zone=SIGNED,
    mail=(
        MailHost(fault=MailFault.NO_LISTENER, ipv6=OverIpv6.NONE, key=KeyType.P256, tlsa=(Tlsa.CURRENT,)),
        MailHost(name="rsa", fault=MailFault.NO_LISTENER, ipv6=OverIpv6.NONE, key=KeyType.RSA3072, tlsa=()),
    ),
    mx=("10 mx",),
)
# Postfix would dial what this one names, an address in somebody's internal network; no test of ours does.
INTERNAL = {"mx-prive.voorbeeld.test"}
OTHERS = tuple(domain for domain in PRACTICE if domain.receives and domain.name not in INTERNAL)
UNSEEN = {"weigert.voorbeeld.test"}  # it refuses us all, so nobody sees what it would do


@dataclass(frozen=True)
class Stage:
    """Everything at work: a practice internet on the real ports, Unbound before it, Postfix in it."""

    lab: Lab
    folder: Path
    postfix: Path

    @cache  # noqa: B019 (one stage for the whole module)
    def report(self, name: str) -> Report:
        options = Options.from_env({**self.lab.environment(), "SITE_NAME": "zegel.example"})
        return asyncio.run(scan(Target.parse(name, Suite.MAIL), options))

    def ours(self, name: str, host: str) -> set[str]:
        """The deliveries that we say of a host, at its addresses where it has any."""
        verdict = self.report(name).verdicts["mail_starttls_dane_delivery"]
        return {row.outcome for row in verdict.subjects if row.subject == host}


def _files(lab: Lab, host: Host, folder: Path) -> tuple[Path, ...]:
    path = lab.world.certificates[host.domain.name, "mx"].path
    if host.chain:
        return (path,)
    first = path.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    (folder / f"{host.name}.pem").write_text(first)
    return (folder / f"{host.name}.pem",)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    privileged()
    folder = tmp_path_factory.mktemp("postfix")
    domains = (*SCENERY, *(host.domain for host in HOSTS), DUAL, *OTHERS)
    drawn = Ports.drawn()
    ports = Ports(25, 53, drawn.http, drawn.https)
    with Lab(domains=domains, ports=ports, forward=False) as lab:
        _publish_six(lab)
        listeners = [
            Listener(_address(lab, host), _files(lab, host, folder), dict(host.settings), host.slow) for host in HOSTS
        ]
        two = tuple(lab.world.certificates[DUAL.name, name].path for name in ("rsa", "mx"))
        listeners.append(Listener(_address_of(lab, DUAL.name), two, {}))
        with unbound(folder, lab.directory / "trust-anchors.txt", "127.53.0.53@53"), postfix(listeners) as running:
            yield Stage(lab, folder, running)


def _address(lab: Lab, host: Host) -> str:
    return "::1" if host.ipv6_only else _address_of(lab, host.domain.name)


def _address_of(lab: Lab, name: str) -> str:
    domain = next(found for found in lab.domains if found.name == name)
    return lab.world.plan.mail_host(domain, domain.mail[0])


def _publish_six(lab: Lab) -> None:
    name = f"pf-six.{TOP}"
    lab.publish(
        f"_25._tcp.six.{name}", "TLSA", [lab.world.authority.tlsa(lab.world.certificates[name, "mx"], Tlsa.CURRENT)]
    )


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_postfix_does_what_we_say_a_dane_sender_does(stage: Stage, host: Host) -> None:
    seen = finger(stage.folder, host.mail_host)
    ours = stage.ours(host.domain.name, host.mail_host)
    assert (ours, seen.delivery) == ({host.delivery}, host.delivery), seen.text


@pytest.mark.parametrize("name", [domain.name for domain in OTHERS])
def test_postfix_does_what_we_say_at_every_practice_host(stage: Stage, name: str) -> None:
    domain = next(found for found in stage.lab.domains if found.name == name)
    if stage.report(name).verdicts["mail_starttls_dane_delivery"].outcome == "mx-bogus":
        assert "Host not found, try again" in finger(stage.folder, name, brackets=False).text
        return
    for host in domain.receives:
        seen = finger(stage.folder, host)
        ours = stage.ours(name, host) - {"unknown"}
        assert ours == (set() if name in UNSEEN else {seen.delivery}), seen.text


def test_t31_with_two_certificates_postfix_depends_on_which_one_it_gets(stage: Stage) -> None:
    host = f"mx.{DUAL.name}"
    assert finger(stage.folder, host).delivery == "authenticated"
    assert finger(stage.folder, host, RSA_ONLY).delivery == "deferred"
    verdict = stage.report(DUAL.name).verdicts["mail_starttls_dane_valid"]
    assert (verdict.status, verdict.outcome) == ("failed", "other-certificate")
    [row] = verdict.subjects
    assert len([line for line in row.evidence["advised"] if " 3 1 1 " in line]) == 2


def test_t31_the_advised_records_satisfy_postfix_with_either_certificate(stage: Stage) -> None:
    [row] = stage.report(DUAL.name).verdicts["mail_starttls_dane_valid"].subjects
    owner = f"_25._tcp.mx.{DUAL.name}"
    before = [record["data"] for record in row.evidence["records"]]
    stage.lab.publish(owner, "TLSA", [line.split(" TLSA ")[1] for line in row.evidence["advised"] if " 3 1 1 " in line])
    try:
        options = Options.from_env({**stage.lab.environment(), "SITE_NAME": "zegel.example"})
        again = asyncio.run(scan(Target.parse(DUAL.name, Suite.MAIL), options)).verdicts
        assert again["mail_starttls_dane_valid"].outcome == "ok"
    finally:
        stage.lab.publish(owner, "TLSA", [f"3 1 1 {data}" for data in before])


def test_s05_the_delay_of_postscreen_is_waited_for_and_shown(stage: Stage) -> None:
    verdict = stage.report(f"pf-slow.{TOP}").verdicts["mail_starttls_tls_available"]
    assert verdict.outcome == "ok"
    assert verdict.subjects[0].evidence["greeting_ms"] >= GREET_WAIT * 1000


def test_s27_postfix_that_demands_tls_is_seen_without_beginning_a_mail(stage: Stage) -> None:
    assert stage.report(f"pf-demands.{TOP}").verdicts["mail_starttls_tls_available"].outcome == "tls-demanded"
    assert stage.report(f"pf-good.{TOP}").verdicts["mail_starttls_tls_available"].outcome == "ok"
    assert "MAIL" not in (stage.postfix / "log").read_text()


def test_s13_postfix_forgets_what_came_before_tls(stage: Stage) -> None:
    verdict = stage.report(f"pf-good.{TOP}").verdicts["mail_starttls_injection"]
    assert verdict.outcome == "ok"
    assert verdict.subjects[0].evidence["noop"] == "forgotten"
