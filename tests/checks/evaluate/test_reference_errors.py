"""The account of the reference portal (internet.nl 1.11.2) has a list of verdicts that it gets wrong or misleading. A test for
each row of that list, in its order, shows that ours is right on the same facts.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from checks import CATALOGUE, Suite
from checks.dnssec import Outcome, Security, Why
from checks.evaluate import csp, tls, tls_certificate
from checks.evaluate.certificate import Name, Trust
from checks.evaluate.dane_mail import Exists, Valid
from checks.evaluate.ipv6 import Similar, WsReach
from checks.evaluate.starttls import Starttls
from checks.evaluate.tls import EarlyData, KeyExchange, Levels, Order, Switch
from checks.evaluate.view import View
from checks.facts.network import Reason, Unreachable
from checks.facts.rpki import AddressRoutes, Route, RpkiFacts, RpkiState
from checks.facts.smtp import Reply as SmtpReply
from checks.facts.tls_scan import Ask, Tickets
from checks.judging import judge
from checks.model import Status, Verdict
from checks.policy.dkim import selectors
from checks.policy.tls_names import TLS1_2, TLS1_3
from checks.policy.tls_profile import Level, load
from checks.probes.tls_questions import Questions
from checks.records import page, security_txt
from checks.records.csp import parse as parse_csp
from tests.checks.builders import (
    DOMAIN,
    MX,
    a_handshake,
    a_lookup,
    a_mail_view,
    a_session,
    a_view,
    an_endpoint,
)
from tests.checks.evaluate import test_caa, test_ipv6, test_mail_auth
from tests.checks.evaluate import test_tls_certificate as certificates
from tests.checks.evaluate.scans import (
    AES256_13,
    CBC,
    CBC_SHA1,
    CODES,
    GCM,
    HYBRID,
    P224,
    X25519,
    a_reading,
    accepted,
    failed,
    refused,
)
from tests.checks.made import NOW, Made

HOME, HOST = f"{DOMAIN}.", f"{MX}."
WEB = a_view(Suite.WEB)
TLSA = f"_25._tcp.{HOST}"
WEAK = accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC)


def verdict(check_id: str, view: View) -> Verdict:
    check = CATALOGUE[check_id]
    return judge(check, check.evaluate(view))


def shown(check_id: str, view: View) -> tuple[str, Status]:
    found = verdict(check_id, view)
    return found.outcome, found.status


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"extensions": (), "ehlo": SmtpReply(250, (MX,)), "tls": None}, (Starttls.NO_STARTTLS, Status.FAILED)),
        ({"greeting": SmtpReply(421, ("later",)), "tls": None}, (Starttls.LIMITED, Status.ERROR)),
        ({"greeting": SmtpReply(554, ("not you",)), "tls": None}, (Starttls.REFUSED_US, Status.ERROR)),
    ],
)
def test_r01_no_starttls_is_told_apart_from_a_server_that_refuses_us(
    changes: dict[str, Any], expected: tuple[str, Status]
) -> None:
    assert shown("mail_starttls_tls_available", a_mail_view(a_session(**changes))) == expected


def test_r02_preferring_an_insufficient_suite_is_a_wrong_order() -> None:
    weak = accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC_SHA1)
    assert tls.order(a_reading(weak, accepted(Ask.ORDER, TLS1_2, CBC_SHA1)), WEB)[0] is Order.WRONG


def test_r03_legacy_suites_are_asked_for_with_x25519_too() -> None:
    asking = Questions(asker=_Named(), profile=load(), known=a_handshake())  # type: ignore[arg-type]
    hello = asking.hello(TLS1_2, asking.suites(Level.INSUFFICIENT, Level.PHASE_OUT))
    assert X25519 in hello.groups
    assert CBC in hello.suites


class _Named:
    name = DOMAIN


def test_r04_a_weak_curve_beside_a_good_one_is_seen() -> None:
    reading = a_reading(accepted(Ask.TLS12_GROUPS, TLS1_2, GCM, group=P224))
    outcome, evidence = tls.key_exchange(reading, WEB)
    assert outcome is KeyExchange.PHASE_OUT
    assert {row["group"] for row in evidence["groups"]} == {"x25519", "secp224r1"}


def test_r05_groups_of_tls_1_3_and_hybrids_are_measured() -> None:
    reading = a_reading(accepted(Ask.TLS13_GROUPS, TLS1_3, AES256_13, group=HYBRID, retry=True))
    outcome, evidence = tls.key_exchange(reading, WEB)
    assert (outcome, evidence["hybrid"]) == (KeyExchange.HYBRID, "X25519MLKEM768")


def test_r06_a_group_too_small_for_any_client_is_read_from_the_wire() -> None:
    dhe = CODES["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"]
    small = accepted(Ask.TLS12_DHE, TLS1_2, dhe, group=0, prime="ff" * 64, generator="02")
    assert tls.key_exchange(a_reading(WEAK, small), WEB)[0] is KeyExchange.INSUFFICIENT


def test_r07_a_certificate_signed_with_rsassa_pss_is_as_good_as_its_hash() -> None:
    key = certificates.rsa_key(3072)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    leaf = certificates.certificate(DOMAIN, key, rsa_padding=scheme)
    root = certificates.certificate("root", key)
    assert leaf.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.10"
    reading = certificates.reading((certificates.certificate(DOMAIN, key, issuer=(root, key), rsa_padding=scheme),))
    assert tls_certificate.signatures(reading, WEB)[0] is Levels.OK


def test_r08_the_second_certificate_of_a_server_is_judged_as_well() -> None:
    good, short = certificates.rsa_key(3072), certificates.rsa_key(1024)
    chains = [(certificates.certificate(DOMAIN, key),) for key in (good, short)]
    assert tls_certificate.keys(certificates.reading(*chains[:1]), WEB)[0] is Levels.OK
    assert tls_certificate.keys(certificates.reading(*chains), WEB)[0] is Levels.INSUFFICIENT


def test_r09_another_name_fails_once_and_no_name_at_all_fails() -> None:
    for made in (Made.issued("other.example", names=("other.example",)), Made.issued(DOMAIN)):
        view = a_view(Suite.WEB, web=(an_endpoint(tls=a_handshake(made, name=DOMAIN)),))
        assert shown("web_https_cert_chain", view) == (Trust.OK, Status.PASSED)
        assert shown("web_https_cert_domain", view) == (Name.MISMATCH, Status.FAILED)


def test_r10_a_probe_that_failed_is_unknown_neither_wrong_nor_right() -> None:
    silent = tuple(failed(answer.ask) for answer in a_reading().scan.answers)
    reading = a_reading(of=silent, tickets=Tickets(failure=Reason.RESET))
    assert tls.secure_renegotiation(reading, WEB)[0] is Switch.UNKNOWN
    assert tls.compression(reading, WEB)[0] is Switch.UNKNOWN
    assert tls.early_data(reading, WEB)[0] is EarlyData.UNKNOWN


def test_r11_without_a_certificate_dane_exists_and_caa_is_looked_for() -> None:
    view = a_mail_view(
        a_session(tls=None, starttls=None, failure=Unreachable(Reason.TIMEOUT)),
        lookups=(a_lookup(TLSA, "TLSA", "3 1 1 " + "ab" * 32), a_lookup(HOST, "CAA", '0 issue "ca.example"')),
    )
    assert shown("mail_starttls_dane_exist", view) == (Exists.OK, Status.PASSED)
    assert shown("mail_starttls_dane_valid", view) == (Valid.UNKNOWN, Status.ERROR)
    assert shown("mail_starttls_tls_caa", view) == ("ok", Status.PASSED)


def test_r12_a_bogus_denial_of_tlsa_is_bogus() -> None:
    denial = a_lookup(TLSA, "TLSA", security=Security.BOGUS, reason=Why.DENIAL_MISSING)
    view = a_mail_view(a_session(), lookups=(denial,))
    assert shown("mail_starttls_dane_exist", view) == (Exists.BOGUS, Status.FAILED)


def test_r13_a_port_that_is_missing_over_ipv6_fails_as_its_points_say() -> None:
    view = test_ipv6.website(test_ipv6.at(test_ipv6.V4), test_ipv6.at(test_ipv6.V6, http=test_ipv6.CLOSED))
    found = verdict("web_ipv6_ws_reach", view)
    assert (found.outcome, found.status, found.points) == (WsReach.PORT_MISSING, Status.FAILED, 2)


def test_r14_pages_with_the_same_letters_are_not_the_same_page() -> None:
    first, second = b"<p>abc def ghi jkl mno</p>", b"<p>onm lkj ihg fed cba</p>"
    assert sorted(first) == sorted(second)
    assert page.distance(first, second) > 10


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        (test_ipv6.pair(400, 400), (Similar.ERROR_PAGE, 2)),
        (test_ipv6.pair(200, 503), (Similar.STATUS, 0)),
    ],
)
def test_r14_status_400_is_no_success_and_other_status_codes_keep_no_points(
    pages: Any, expected: tuple[str, float]
) -> None:
    view = test_ipv6.website(test_ipv6.at(test_ipv6.V4), test_ipv6.at(test_ipv6.V6), pages=pages)
    found = verdict("web_ipv6_ws_similar", view)
    assert (found.outcome, found.points) == expected


def test_r15_no_time_for_rpki_counts_for_nothing_and_a_route_without_a_roa_is_a_warning() -> None:
    view = a_view(Suite.WEB, a_lookup(HOME, "A", "192.0.2.80"))
    view.measurement = replace(view.measurement, rpki=RpkiFacts(RpkiState.UNAVAILABLE, detail="no time"))
    for check_id in ("web_rpki_exists", "web_rpki_valid"):
        found = verdict(check_id, view)
        assert (found.status, found.points, found.max_points) == (Status.ERROR, None, None)
    routes = (AddressRoutes("192.0.2.80", (Route("192.0.2.0/24", 64496),)),)
    view.measurement = replace(view.measurement, rpki=RpkiFacts(RpkiState.OK, routes))
    assert shown("web_rpki_valid", view) == ("not-found", Status.WARNING)


def test_r16_mail_hosts_that_there_was_no_time_for_are_not_absent() -> None:
    late = a_lookup(HOST, "AAAA", outcome=Outcome.FAILED, security=Security.INDETERMINATE, reason=Why.RESOLVER_FAILED)
    assert shown("mail_ipv6_mx_address", a_mail_view(lookups=(late,))) == ("unknown", Status.ERROR)


def test_r17_two_spf_records_are_told_apart_from_none_and_every_look_up_counts() -> None:
    mail, txt = test_mail_auth.mail, test_mail_auth.txt
    assert shown("mail_auth_spf_exist", mail(txt(HOME, "v=spf1 -all", "v=spf1 ~all"))) == ("several", Status.FAILED)
    assert shown("mail_auth_spf_exist", mail()) == ("absent", Status.FAILED)
    for text in ("a:mx1.good.example " * 11, "+a " * 11, "mx " * 11):
        view = mail(txt(HOME, f"v=spf1 {text}-all"), a_lookup(HOME, "A", "192.0.2.1"))
        assert shown("mail_auth_spf_policy", view) == ("too-many-lookups", Status.FAILED)
    view = mail(txt(HOME, "v=spf1 a:x.example a:y.example a:z.example -all"))
    assert shown("mail_auth_spf_policy", view) == ("too-many-void", Status.FAILED)


@pytest.mark.parametrize(
    ("owner", "text", "expected"),
    [
        (f"_dmarc.{HOME}", "v=DMARC1; p=reject; x-new=1", ("ok", Status.PASSED)),
        (f"_dmarc.{HOME}", "v=DMARC1; p=reject ", ("ok", Status.PASSED)),
        (f"_dmarc.{HOME}", "v=DMARC1; rua=mailto:d@good.example", ("none", Status.FAILED)),
        ("_dmarc.example.", "v=DMARC1; p=none; sp=none; np=reject", ("none", Status.FAILED)),
    ],
)
def test_r18_dmarc_is_read_as_rfc_9989_has_it(owner: str, text: str, expected: tuple[str, Status]) -> None:
    view = test_mail_auth.mail(test_mail_auth.txt(owner, text))
    assert shown("mail_auth_dmarc_policy", view) == expected


def test_r19_a_report_host_that_sends_reports_on_to_a_third_does_not_agree() -> None:
    view = test_mail_auth.mail(
        test_mail_auth.txt(f"_dmarc.{HOME}", "v=DMARC1; p=reject; rua=mailto:d@other.example"),
        test_mail_auth.txt(f"{DOMAIN}._report._dmarc.other.example.", "v=DMARC1; rua=mailto:box@third.example"),
    )
    assert shown("mail_auth_dmarc_policy", view) == ("external", Status.WARNING)


def test_r20_dkim_looks_at_selectors_and_keys_and_a_wildcard_is_none() -> None:
    mail, txt, key = test_mail_auth.mail, test_mail_auth.txt, f"_domainkey.{HOME}"
    answers = [txt(name, "v=spf1 -all") for name in (key, *(f"{name}.{key}" for name in selectors()))]
    assert shown("mail_auth_dkim_exist", mail(*answers)) == ("absent", Status.FAILED)
    short = base64.b64encode(b"\x30\x48\x02\x41\x00" + (1 << 511 | 3).to_bytes(64, "big") + b"\x02\x03\x01\x00\x01")
    weak = txt(f"default.{key}", f"v=DKIM1; p={short.decode()}")
    assert shown("mail_auth_dkim_exist", mail(a_lookup(key, "TXT"), weak)) == ("weak-key", Status.WARNING)


GOOD_CSP = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"


@pytest.mark.parametrize(
    "fields",
    [
        [GOOD_CSP, "img-src *"],  # each policy is enforced by itself
        [f"{GOOD_CSP}; script-src 'self' 'nonce-a-b_c' 'unsafe-inline'"],  # a nonce, here URL-safe, switches it off
        [GOOD_CSP.upper().replace("'SELF'", "'self'")],  # names of directives have no case
    ],
)
def test_r21_csp_is_read_as_browsers_read_it(fields: list[str]) -> None:
    assert any(not csp.problems(policy, DOMAIN) for policy in parse_csp(fields))


def test_r22_caa_is_compared_with_the_issuer_in_use_and_its_tag_has_no_case() -> None:
    assert test_caa.verdict(test_caa.web('0 ISSUE "letsencrypt.org"')).status is Status.PASSED
    other = test_caa.verdict(test_caa.web('0 issue "digicert.com"', organisation="Let's Encrypt"))
    assert (other.outcome, other.status) == ("other-issuer", Status.INFO)
    nobody = test_caa.verdict(test_caa.web('0 issue ";"', organisation="Somebody Unheard Of"))
    assert (nobody.outcome, nobody.status) == ("other-issuer", Status.INFO)


@pytest.mark.parametrize("suite", Suite)
def test_r23_tls_1_3_is_what_the_server_accepts_for_web_and_mail_alike(suite: Suite) -> None:
    for answer, word in ((accepted(Ask.TLS13, TLS1_3, AES256_13), "yes"), (refused(Ask.TLS13), "no")):
        thirteen = (refused(Ask.TLS13_SUITES), refused(Ask.TLS13_GROUPS))
        reading = a_reading(answer, *thirteen, version="TLSv1.2")
        rows = tls.versions(reading, a_view(suite))[1]["versions"]
        assert next(row["accepted"] for row in rows if row["version"] == "TLS 1.3") == word


def test_r24_security_txt_needs_no_signature_and_may_name_the_address_before_a_redirect() -> None:
    asked, ended = f"https://{DOMAIN}/.well-known/security.txt", "https://www.good.example/.well-known/security.txt"
    body = f"Contact: https://good.example/\r\nExpires: 2027-01-01T00:00:00Z\r\nCanonical: {asked}\r\n".encode()
    found = security_txt.parse(body, (asked, ended), NOW)
    assert [problem.fault for problem in found.problems] == []
