"""CAA: climbing, the outcomes of the published list, and the issuer of the certificate in use."""

from __future__ import annotations

import base64
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from checks import CATALOGUE, Suite
from checks.dnssec import Lookup, Outcome, Security
from checks.evaluate.caa import Caa
from checks.evaluate.caa_search import find
from checks.evaluate.txt import replay
from checks.evaluate.view import View
from checks.facts.tls import TlsHandshake, Verification
from checks.judging import judge
from checks.model import Status, Verdict
from tests.checks.builders import DOMAIN, a_lookup, a_mail_view, a_view, an_endpoint
from tests.checks.certificates import NOW

HOME = f"{DOMAIN}."
LETS_ENCRYPT = '0 issue "letsencrypt.org"'


def verdict(view: View, check_id: str = "web_https_tls_caa") -> Verdict:
    check = CATALOGUE[check_id]
    return judge(check, check.evaluate(view))


def web(*records: str, organisation: str = "", owner: str = HOME) -> View:
    endpoints = (an_endpoint(tls=issued_by(organisation)),) if organisation else ()
    return a_view(Suite.WEB, a_lookup(owner, "CAA", *records), web=endpoints)


def issued_by(organisation: str) -> TlsHandshake:
    """A handshake whose certificate says who issued it; nobody verifies it here."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - datetime.timedelta(days=1))
        .not_valid_after(NOW + datetime.timedelta(days=1))
    )
    der = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    chain = (base64.b64encode(der).decode("ascii"),)
    return TlsHandshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", DOMAIN, chain, Verification(0, "ok", 0))


@pytest.mark.parametrize(
    ("records", "outcome", "status"),
    [
        ([LETS_ENCRYPT], Caa.OK, Status.PASSED),
        # the reference wants the tag in small letters here; RFC 8659 section 4.1.1 does not
        (['0 ISSUE "letsencrypt.org"'], Caa.OK, Status.PASSED),
        (['0 issue ";"'], Caa.OK, Status.PASSED),
        ([], Caa.ABSENT, Status.WARNING),
        (['0 iodef "mailto:a@good.example"'], Caa.NO_ISSUE, Status.WARNING),
        (['0 issuewild "letsencrypt.org"'], Caa.NO_ISSUE, Status.WARNING),
        ([LETS_ENCRYPT, '0 iodef "a@good.example"'], Caa.SYNTAX, Status.WARNING),
        (['0 issue "lets encrypt"'], Caa.SYNTAX, Status.WARNING),
        ([LETS_ENCRYPT, '0 isue "digicert.com"'], Caa.SYNTAX, Status.WARNING),
    ],
)
def test_outcomes(records: list[str], outcome: Caa, status: Status) -> None:
    found = verdict(web(*records))
    assert (found.outcome, found.status, found.max_points) == (outcome, status, None)


def test_records_are_found_above_the_name() -> None:
    assert verdict(web(LETS_ENCRYPT, owner="example.")).outcome == Caa.OK


def test_the_nearest_set_counts_alone() -> None:
    zone = {HOME: ('0 iodef "mailto:a@good.example"',), "example.": (LETS_ENCRYPT,)}
    found = replay(find(HOME), lambda name, rdtype: a_lookup(name, rdtype, *zone.get(name, ())))
    assert found.owner == HOME


def test_a_failed_look_up_is_not_an_absence() -> None:
    def look_up(name: str, rdtype: str) -> Lookup:
        return a_lookup(name, rdtype, outcome=Outcome.FAILED, security=Security.INDETERMINATE)

    assert replay(find(HOME), look_up).failed is not None


@pytest.mark.parametrize(
    ("organisation", "records", "outcome"),
    [
        ("Let's Encrypt", [LETS_ENCRYPT], Caa.OK),
        ("Let's Encrypt", ['0 issue "digicert.com"', LETS_ENCRYPT], Caa.OK),
        ("Let's Encrypt", ['0 issue "digicert.com"'], Caa.OTHER_ISSUER),
        ("Let's Encrypt", ['0 issue ";"'], Caa.OTHER_ISSUER),
        ("DigiCert Inc", ['0 issue "geotrust.com"'], Caa.OK),
        ("Nobody We Know", ['0 issue "digicert.com"'], Caa.OK),
    ],
)
def test_the_issuer_of_the_certificate_in_use_is_compared(organisation: str, records: list[str], outcome: Caa) -> None:
    assert verdict(web(*records, organisation=organisation)).outcome == outcome


def test_the_record_for_the_issuer_in_use_is_advised() -> None:
    row = verdict(web(organisation="Let's Encrypt")).subjects[0]
    assert row.evidence["advised"] == ['good.example. IN CAA 0 issue "letsencrypt.org"']


def test_mail_is_judged_host_by_host() -> None:
    found = verdict(a_mail_view(lookups=(a_lookup("mx1.good.example.", "CAA", LETS_ENCRYPT),)), "mail_starttls_tls_caa")
    assert [(row.subject, row.outcome) for row in found.subjects] == [("mx1.good.example", Caa.OK)]


def test_without_mail_hosts_there_is_nothing_to_test() -> None:
    view = a_view(Suite.MAIL, a_lookup(HOME, "MX", "0 ."))
    assert verdict(view, "mail_starttls_tls_caa").status is Status.NOT_TESTED
