"""The plan of a practice domain, measured for real: the record that it says to publish is the one that OpenSSL works out from what the server shows."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
import shutil
import subprocess

import pytest
from django.test import Client

from checks import Options, Report, Suite, Target, scan
from lab import Lab
from portal.plan.build import Plan, build
from portal.scans import anatomy
from portal.scans.verdict import checks_of
from tests.portal.conftest import plain_static_files  # noqa: F401 - used by being here
from tests.portal.looks.test_pages import finished
from tests.portal.paper.reading import letters_of, words_of

OPENSSL = shutil.which("openssl") or ""


def a_plan(options: Options, name: str) -> Plan:
    report = asyncio.run(scan(Target.parse(name, Suite.MAIL), options))
    plan = build(report.to_json(), "nl", "https://zegel.example/x/")
    assert plan is not None
    return plan


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(
        [OPENSSL, *arguments], input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, timeout=20
    ).stdout


def shown_by(lab: Lab, options: Options, name: str) -> list[str]:
    """The certificates that the mail host of a practice domain sends, as PEM, fetched by OpenSSL."""
    row = asyncio.run(scan(Target.parse(name, Suite.MAIL), options)).verdicts["mail_starttls_dane_valid"].subjects[0]
    assert row.address is not None
    port = lab.environment()["CHECKS_PORT_MAP"]
    to = re.search(r"127\.0\.0\.0/8:(?:\S*?,)?25=(\d+)|(?<=25=)(\d+)", port)
    assert to is not None
    number = to[1] or to[2]
    output = openssl(
        "s_client", "-starttls", "smtp", "-showcerts", "-connect", f"{row.address}:{number}", "-servername", row.subject
    )
    return re.findall(
        r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", output.decode("ascii", "replace"), re.DOTALL
    )


def spki_sha256(pem: str) -> str:
    """SHA-256 over the SubjectPublicKeyInfo of a certificate (RFC 6698 section 2.1.2, selector 1)."""
    public = openssl("x509", "-noout", "-pubkey", given=pem.encode())
    return hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", given=public)).hexdigest()


@pytest.mark.skipif(not OPENSSL, reason="openssl is not installed")
def test_the_record_to_publish_for_a_stale_record_is_byte_for_byte_that_of_the_certificate_served(
    lab: Lab, options: Options
) -> None:
    name = "oud-record.voorbeeld.test"
    leaf, issuer = shown_by(lab, options, name)[:2]
    step = a_plan(options, name).steps[0]
    assert step.id == "tlsa"
    assert step.blocks[0].text.splitlines() == [
        f"_25._tcp.mx.{name}. 3600 IN TLSA 3 1 1 {spki_sha256(leaf)}",
        f"_25._tcp.mx.{name}. 3600 IN TLSA 2 1 1 {spki_sha256(issuer)}",
    ]


@pytest.mark.django_db
@pytest.mark.skipif(not OPENSSL, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("language", "wrong", "work"),
    [
        ("nl", "hoort bij een ander certificaat dan de server nu toont", "Publiceer het nieuwe TLSA-record"),
        ("en", "belongs to another certificate than the server shows now", "Publish the new TLSA record"),
    ],
)
def test_page_and_paper_of_a_stale_record_say_what_is_wrong_and_show_the_very_record_to_publish(
    client: Client, lab: Lab, options: Options, language: str, wrong: str, work: str
) -> None:
    name = "oud-record.voorbeeld.test"
    leaf, issuer = shown_by(lab, options, name)[:2]
    owner = f"_25._tcp.mx.{name}. 3600 IN TLSA"
    records = [f"{owner} 3 1 1 {spki_sha256(leaf)}", f"{owner} 2 1 1 {spki_sha256(issuer)}"]
    document = asyncio.run(scan(Target.parse(name, Suite.MAIL), options)).to_json()
    address = finished(dict(document)).get_absolute_url()
    page = client.get(address, {"lang": language}).content.decode()
    assert wrong in page
    assert work in page
    assert 'href="#step-tlsa"' in page
    assert "\n".join(records) in [html.unescape(text) for text in re.findall(r"<pre[^>]*>([^<]*)</pre>", page)]
    paper = client.get(f"{address}report.pdf", {"lang": language}).content
    assert wrong in words_of(paper)
    assert work in words_of(paper)
    assert "".join(records).replace(" ", "") in letters_of(paper)


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("onondertekend", ["dnssec"]),
        ("tlsa-onondertekend", ["host-dnssec"]),
        ("zonder-starttls", ["starttls"]),
        ("twee-mx", ["starttls"]),
        ("oud-record", ["tlsa"]),
        ("geen-tlsa", ["tlsa"]),
        ("alias", ["mx"]),
    ],
)
def test_the_plan_of_a_practice_domain_puts_its_fault_right_and_ends_at_100(
    options: Options, name: str, steps: list[str]
) -> None:
    plan = a_plan(options, f"{name}.voorbeeld.test")
    assert [step.id for step in plan.steps] == steps
    gains = [step.gain for step in plan.steps if step.gain]
    assert not gains or gains[-1][1] == 100


def test_nothing_assumed_gives_the_score_that_was_given(options: Options) -> None:
    for name in ("twee-mx", "weigert", "goed", "verkeerde-ds"):
        report = asyncio.run(scan(Target.parse(f"{name}.voorbeeld.test", Suite.MAIL), options))
        assert Report.score_if(report.to_json(), ()) == report.score


@pytest.mark.skipif(not OPENSSL, reason="openssl is not installed")
def test_the_fingerprints_beside_a_stale_record_are_those_of_the_certificates_served(
    lab: Lab, options: Options
) -> None:
    name = "oud-record.voorbeeld.test"
    leaf, issuer = shown_by(lab, options, name)[:2]
    report = asyncio.run(scan(Target.parse(name, Suite.MAIL), options)).to_json()
    host = anatomy.build(checks_of(report), "nl")[0]
    served = {record.fields: record.served.replace(" ", "") for record in host.records}
    assert served == {("3", "1", "1"): spki_sha256(leaf), ("2", "1", "1"): spki_sha256(issuer)}
    assert all(record.in_dns != record.served for record in host.records)


def test_the_step_leads_to_the_tool_filled_in_with_the_host(options: Options) -> None:
    [step] = a_plan(options, "oud-record.voorbeeld.test").steps
    assert step.tools == (("mx.oud-record.voorbeeld.test", "host=mx.oud-record.voorbeeld.test&port=25"),)
