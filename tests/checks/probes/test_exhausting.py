"""Zones that are built to exhaust validators, scanned as any other: we stop, say why, and hold nothing against anybody (row D22)."""

from __future__ import annotations

from ipaddress import ip_network

import dns.message
import dns.rrset

from checks.engine import scan
from checks.model import Suite
from checks.options import Options, PortMap
from checks.report import Report
from checks.target import Target
from tests.checks.dnssec.cast import GOOD, Stage
from tests.checks.dnssec.world import Nsec3
from tests.checks.probes.name_server import LOOPBACK, NameServer

LOOPBACKS = ip_network("127.0.0.0/8")


async def scanned(stage: Stage, name: str, suite: Suite) -> Report:
    """The report on a name of the stage, as a resolver would show it now."""
    async with NameServer(stage.world).at_work() as resolver:
        options = Options(
            ((LOOPBACK, resolver.port),),
            tuple(stage.world.anchors()),
            "",
            allowed_networks=(LOOPBACKS,),
            port_maps=(PortMap(LOOPBACKS, {53: resolver.port, 25: 1, 80: 1, 443: 1}),),
            dns_timeout=0.5,
            deadline=20.0,
        )
        return await scan(Target(name.rstrip("."), suite), options)


def fresh(nsec3: Nsec3 | None = None) -> Stage:
    """The cast, its host at this machine, signed around the moment of the test."""
    stage = Stage(nsec3)
    stage.good.add(GOOD, "A", LOOPBACK)
    return stage


async def test_d22_keytrap_ends_in_an_error_that_names_the_zone_and_counts_for_nothing() -> None:
    stage = fresh()

    def flood(message: dns.message.Message) -> None:
        good = message.answer[1][0]
        message.answer[1] = dns.rrset.from_rdata_list(
            message.answer[1].name, 60, [good.replace(signature=bytes([n]) * 64) for n in range(60)]
        )

    stage.tweak(GOOD, "A", flood)
    found = await scanned(stage, GOOD, Suite.WEB)
    verdict = found.verdicts["web_dnssec_valid"]
    assert (verdict.outcome, verdict.status, verdict.points) == ("exhausts", "error", None)
    assert "more work" in verdict.sentence["en"]
    assert found.partial


async def test_d22_an_nsec3_flood_ends_in_an_error_at_the_mail_host_alone() -> None:
    stage = fresh(Nsec3())
    stage.good.drop(GOOD, "MX").add(GOOD, "MX", f"10 {'a.' * 90}{GOOD}")
    found = await scanned(stage, GOOD, Suite.MAIL)
    assert found.verdicts["mail_dnssec_mailto_valid"].outcome == "secure"
    assert found.verdicts["mail_dnssec_mx_valid"].outcome == "exhausts"
    assert found.verdicts["mail_dnssec_mx_valid"].points is None


async def test_d22_aliases_without_end_are_followed_only_so_far() -> None:
    stage = fresh()
    for number in range(60):
        stage.good.add(f"c{number}.{GOOD}", "CNAME", f"c{number + 1}.{GOOD}")
    found = await scanned(stage, f"c0.{GOOD}", Suite.WEB)
    assert found.verdicts["web_dnssec_valid"].outcome == "bogus"
    (row,) = found.verdicts["web_dnssec_valid"].subjects
    assert row.evidence["reason"] == "alias-loop"
    assert len(found.measurement.dns.answers) < 120


async def test_d22_no_check_crashes_on_a_mail_domain_of_endless_aliases() -> None:
    stage = fresh()
    for number in range(60):
        stage.good.add(f"c{number}.{GOOD}", "CNAME", f"c{number + 1}.{GOOD}")
    found = await scanned(stage, f"c0.{GOOD}", Suite.MAIL)
    assert found.verdicts["mail_dnssec_mailto_valid"].outcome == "bogus"
    assert "crashed" not in {verdict.outcome for verdict in found.verdicts.values()}
