"""Certificates and TLSA records of the mail hosts and websites, as OpenSSL's own DANE code judges them (RFC 6698, RFC 7671)."""

from __future__ import annotations

import subprocess

import pytest

from lab import Lab
from lab.plan import HTTPS, SMTP
from tests.lab.tools import PATIENCE, ask, domain, texts, tool

pytestmark = pytest.mark.servers

MATCHING = {
    "goed.voorbeeld.test": "mx",
    "dubbele-tlsa.voorbeeld.test": "mx",
    "zelfondertekend.voorbeeld.test": "mx",
    "alias.voorbeeld.test": "post",
    "twee-mx.voorbeeld.test": "mx1",
    "postdienst.test": "mx1",
    "onbewaakt.test": "mx1",
    "verlopen-certificaat.voorbeeld.test": "mx",
    "hosts.voorbeeld.test": "expired",
}
FAILING = {"oud-record.voorbeeld.test": "mx", "hosts.voorbeeld.test": "other-name"}
WEBSITES = ("goed.voorbeeld.test", "dubbele-tlsa.voorbeeld.test", "verlopen-certificaat.voorbeeld.test")


def dane_verdict(lab: Lab, name: str, address: str, port: int) -> str:
    """The line in which OpenSSL gives its verdict on a host and the TLSA records found for it."""
    program = tool("openssl", "openssl")
    command = [program, "s_client", "-connect", f"{address}:{lab.ports.instead_of(port)}", "-dane_tlsa_domain", name]
    records = texts(ask(lab, f"_{port}._tcp.{name}", "TLSA", dnssec=False), "TLSA")
    for record in records:
        command += ["-dane_tlsa_rrdata", record]
    if port == SMTP:
        command += ["-starttls", "smtp"]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert records
    return next(line for line in done.stdout.splitlines() if line.startswith("Verif"))


@pytest.mark.parametrize(("name", "host"), MATCHING.items())
def test_openssl_finds_that_a_record_matches_the_mail_host(lab: Lab, name: str, host: str) -> None:
    found = domain(lab, name)
    address = lab.world.plan.mail_host(found, next(one for one in found.mail if one.name == host))
    assert dane_verdict(lab, f"{host}.{name}", address, SMTP) == "Verification: OK"


@pytest.mark.parametrize(("name", "host"), FAILING.items())
def test_openssl_finds_that_no_record_matches_the_mail_host(lab: Lab, name: str, host: str) -> None:
    found = domain(lab, name)
    address = lab.world.plan.mail_host(found, next(one for one in found.mail if one.name == host))
    assert dane_verdict(lab, f"{host}.{name}", address, SMTP).startswith("Verification error")


@pytest.mark.parametrize("name", [*WEBSITES, *(f"www.{name}" for name in WEBSITES)])
def test_openssl_finds_that_a_record_matches_the_website(lab: Lab, name: str) -> None:
    address = lab.world.plan.web_host(domain(lab, name.removeprefix("www.")))
    assert dane_verdict(lab, name, address, HTTPS) == "Verification: OK"


def test_two_ways_means_the_certificate_and_its_issuer(lab: Lab) -> None:
    records = texts(ask(lab, "_25._tcp.mx.dubbele-tlsa.voorbeeld.test", "TLSA"), "TLSA")
    assert {record[:5] for record in records} == {"3 1 1", "2 1 1"}
