"""TLSA records in the shapes that DNS allows, from real answers: behind a wildcard, behind aliases, too large for a datagram. Ids are rows of the house's list of hard cases."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from dns.dnssectypes import Algorithm

from checks import Options, Report, Suite, Target, scan
from lab import SCENERY, Denial, Domain, Lab, MailHost, Tlsa, ZoneSpec

TOP = "voorbeeld.test"
SIGNED = ZoneSpec(algorithm=Algorithm.ECDSAP256SHA256, denial=Denial.NSEC3)
OPT_OUT = ZoneSpec(algorithm=Algorithm.ECDSAP256SHA256, denial=Denial.NSEC3_OPT_OUT)
BARE = MailHost(tlsa=())
DOMAINS = (
    Domain(name=f"wild.{TOP}", zone=SIGNED, mail=(BARE,)),
    Domain(name=f"wild-opt-out.{TOP}", zone=OPT_OUT, mail=(BARE,)),
    Domain(name=f"large.{TOP}", zone=SIGNED, mail=(BARE,)),
    Domain(name=f"led.{TOP}", zone=SIGNED, mail=(BARE,), records=(f"_25._tcp.mx CNAME dane.holder.{TOP}.",)),
    Domain(name=f"led-out.{TOP}", zone=SIGNED, mail=(BARE,), records=(f"_25._tcp.mx CNAME dane.bare.{TOP}.",)),
    Domain(name=f"holder.{TOP}", zone=SIGNED),
    Domain(name=f"bare.{TOP}", zone=ZoneSpec(signed=False)),
)


@pytest.fixture(scope="module")
def internet() -> Iterator[Lab]:
    with Lab(domains=(*SCENERY, *DOMAINS), forward=False) as running:
        running.publish(f"*._tcp.mx.wild.{TOP}", "TLSA", [_current(running, "wild")])
        running.publish(f"*._tcp.mx.wild-opt-out.{TOP}", "TLSA", [_current(running, "wild-opt-out")])
        running.publish(f"dane.holder.{TOP}", "TLSA", [_current(running, "led")])
        running.publish(f"dane.bare.{TOP}", "TLSA", [_current(running, "led-out")])
        running.publish(f"_25._tcp.mx.large.{TOP}", "TLSA", [_whole(running), *(f"3 1 1 {n:064x}" for n in range(40))])
        yield running


def _current(lab: Lab, name: str) -> str:
    return lab.world.authority.tlsa(lab.world.certificates[f"{name}.{TOP}", "mx"], Tlsa.CURRENT)


def _whole(lab: Lab) -> str:
    path: Path = lab.world.certificates[f"large.{TOP}", "mx"].path
    der = subprocess.run(["openssl", "x509", "-in", path, "-outform", "DER"], check=True, capture_output=True).stdout
    return f"3 0 0 {der.hex()}"


def _report(lab: Lab, name: str) -> Report:
    options = Options.from_env({**lab.environment(), "SITE_NAME": "zegel.example"})
    return asyncio.run(scan(Target.parse(f"{name}.{TOP}", Suite.MAIL), options))


def _said(report: Report) -> tuple[str, str, str]:
    checks = (report.verdicts[f"mail_starttls_dane_{name}"] for name in ("exist", "valid", "delivery"))
    exist, valid, delivery = (verdict.outcome for verdict in checks)
    return exist, valid, delivery


def test_t23_a_wildcard_with_its_proof_is_a_record_like_any_other(internet: Lab) -> None:
    assert _said(_report(internet, "wild")) == ("ok", "ok", "authenticated")


def test_t32_a_wildcard_in_an_opt_out_zone_protects_nobody(internet: Lab) -> None:
    assert _said(_report(internet, "wild-opt-out")) == ("insecure", "no-tlsa", "encrypted")


def test_t22_an_alias_of_the_records_is_as_good_as_its_weakest_link(internet: Lab) -> None:
    assert _said(_report(internet, "led")) == ("ok", "ok", "authenticated")
    assert _said(_report(internet, "led-out")) == ("insecure", "no-tlsa", "encrypted")


def test_t38_a_set_too_large_for_a_datagram_is_had_over_tcp_and_its_whole_certificate_matches(internet: Lab) -> None:
    report = _report(internet, "large")
    assert _said(report) == ("ok", "ok", "authenticated")
    row, *_ = report.verdicts["mail_starttls_dane_valid"].subjects
    assert len(row.evidence["records"]) == 41
    assert [record["matching_type"] for record in row.evidence["records"] if record["reason"] == "match"] == [0]
