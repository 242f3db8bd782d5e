"""Rows L of the house's list of hard cases (TLS), each by its id: what is measured, the verdict, and the words. Where a row
is about the wire or the plan of a scan, tests of those parts bear its id as well.
"""

from __future__ import annotations

import base64
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from checks.evaluate.certificate import chain_remarks, matches
from checks.facts.network import Reason
from checks.facts.tls import TlsHandshake
from checks.facts.tls_scan import Answer, Ask, Renegotiation, Reply, Tickets, TlsScan
from checks.policy.tls_names import SSL2, SSL3, TLS1_0, TLS1_1, TLS1_2, TLS1_3
from checks.wire.tls import verify_chain
from tests.checks.builders import DOMAIN, TRUSTED, a_handshake, an_endpoint
from tests.checks.certificates import Issued
from tests.checks.evaluate.scans import (
    AES256_13,
    CBC,
    CBC_SHA1,
    CODES,
    GCM,
    HYBRID,
    MODERN,
    ONLY_13,
    P224,
    accepted,
    failed,
    refused,
)
from tests.checks.evaluate.scans import a_scan as scan_of
from tests.checks.hard_cases.verdicts import a_website, said, verdict
from tests.checks.made import EXPIRED, NOW, Made
from tests.checks.probes.test_tls_scan import OPTIONS, ServingDoor, over_tls, scan
from tests.checks.tls_server import server_context

AT = "good.example (192.0.2.80)"


def a_scan(*changed: Answer, **changes: Any) -> TlsScan:
    return scan_of(*changed, **changes)


def says(check: str, *changed: Answer, of: tuple[Answer, ...] = MODERN, **changes: Any) -> tuple[str, str]:
    """The verdict of a TLS check on a website that accepts this."""
    return said(f"web_https_{check}", a_website(scans=[a_scan(*changed, of=of, **changes)]))


def test_L01_a_server_that_drops_large_hellos_has_tls_and_a_remark() -> None:
    view = a_website(scans=[a_scan(small_hellos=True)])
    assert said("web_https_tls_version", view) == ("passed", f"{AT} uses only TLS 1.3, TLS 1.2.")
    [row] = verdict("web_https_tls_version", view).subjects
    assert row.evidence["remarks"] == ["short-hello"]


def test_L02_a_server_that_hangs_up_on_tls_1_3_has_tls_1_2() -> None:
    intolerant = (Answer(ask, Reply.HUNG_UP, reason=Reason.CLOSED) for ask in (Ask.TLS13,))
    handshake = TlsHandshake("TLSv1.2", "", DOMAIN, (), TRUSTED, short_hello=True)
    of = tuple(answer for answer in MODERN if answer.ask not in (Ask.TLS13_SUITES, Ask.TLS13_GROUPS))
    view = a_website(endpoints=[an_endpoint(tls=handshake)], scans=[a_scan(*intolerant, of=of)])
    assert said("web_https_tls_version", view) == ("passed", f"{AT} uses only TLS 1.2.")
    assert said("web_https_tls_0rtt", view) == ("passed", f"{AT} does not use TLS 1.3, and so no early data.")


@pytest.mark.parametrize(
    ("ask", "version", "name"),
    [
        (Ask.SSL2, SSL2, "SSL 2.0"),
        (Ask.SSL3, SSL3, "SSL 3.0"),
        (Ask.TLS10, TLS1_0, "TLS 1.0"),
        (Ask.OLD, TLS1_1, "TLS 1.1"),
    ],
)
def test_L03_every_version_before_tls_1_2_is_named(ask: Ask, version: int, name: str) -> None:
    words = f"{AT} still allows outdated versions: {name}. Somebody on the way can attack such a connection. Switch them off."
    assert says("tls_version", accepted(ask, version, CBC_SHA1)) == ("failed", words)


def test_L04_a_level_that_comes_before_a_better_one_is_named_with_both_suites() -> None:
    weak = accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC)
    order = accepted(Ask.ORDER, TLS1_2, CBC)
    words = (
        f"{AT} chooses TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 although TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 is safer and"
        " works too. Let the server decide on the order."
    )
    assert says("tls_cipherorder", weak, order, refused(Ask.TLS12_INSUFFICIENT)) == ("failed", words)


def test_L04_within_a_level_any_order_is_right() -> None:
    """ChaCha20 first for those who prefer it, as OpenSSL and nginx can be told to."""
    chacha = CODES["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"]
    status, words = says(
        "tls_cipherorder",
        accepted(Ask.TLS12_WEAK_SUITES, TLS1_2, CBC),
        accepted(Ask.LIST, TLS1_2, chacha),
        accepted(Ask.ORDER, TLS1_2, chacha),
        accepted(Ask.ORDER, TLS1_2, GCM),
        accepted(Ask.ORDER, TLS1_2, CBC),
        refused(Ask.TLS12_INSUFFICIENT),
    )
    assert (status, words) == ("passed", f"{AT} itself chooses the safest suite first.")


@pytest.mark.parametrize(
    ("bits", "words"),
    [(1024, "DH 1024"), (4096, "DH 4096")],
)
def test_L05_a_group_of_ones_own_is_too_weak_whatever_its_size(bits: int, words: str) -> None:
    prime = f"{(1 << (bits - 1)) + 1:x}"
    answer = accepted(
        Ask.TLS12_WEAK_SUITES,
        TLS1_2,
        CODES["TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"],
        prime=prime,
        generator="02",
        group=0,
    )
    sentence = f"{AT} allows a key exchange that is too weak: {words}. Switch it off."
    assert says("tls_keyexchange", answer) == ("failed", sentence)


def test_L06_each_untidiness_of_a_chain_is_said_and_none_is_held_against_it(tmp_path: Path) -> None:
    root = Made.issued("Root", ca=True)
    between = Made.issued("Between", root, ca=True)
    leaf = Made.issued(DOMAIN, between, names=(DOMAIN,), ca=False)
    stranger = Made.issued("Stranger", ca=True)
    bundle = a_bundle(tmp_path, root)
    for chain, expected in (
        ((leaf, between), []),
        ((leaf, root, between), ["wrong-order", "root-sent"]),
        ((leaf, between, stranger), ["extra-certificates"]),
        ((leaf, between, root), ["root-sent"]),
    ):
        assert chain_remarks([made.certificate for made in chain]) == expected
        handshake = a_handshake(*chain, verification=verify_chain([made.der for made in chain], bundle, NOW))
        view = a_website(endpoints=[an_endpoint(tls=handshake)])
        status, words = said("web_https_cert_chain", view)
        assert (status, words.split(" and is")[0]) == ("passed", f"The certificate of {AT} comes from a known issuer")
        assert verdict("web_https_cert_chain", view).subjects[0].evidence.get("remarks", []) == expected


def test_L06_a_missing_intermediate_is_said(tmp_path: Path) -> None:
    root = Made.issued("Root", ca=True)
    leaf = Made.issued(DOMAIN, Made.issued("Between", root, ca=True), names=(DOMAIN,), ca=False)
    word = verify_chain([leaf.der], a_bundle(tmp_path, root), NOW)
    view = a_website(endpoints=[an_endpoint(tls=a_handshake(leaf, verification=word))])
    words = f"{AT} does not send an intermediate certificate. Some visitors get an error because of that. Send the whole chain."
    assert said("web_https_cert_chain", view) == ("failed", words)


def a_bundle(folder: Path, *roots: Made) -> str:
    path = folder / "roots.pem"
    path.write_bytes(b"".join(root.certificate.public_bytes(Encoding.PEM) for root in roots))
    return str(path)


def test_L07_a_valid_path_is_found_past_every_cross_signature(tmp_path: Path) -> None:
    root, unknown = Made.issued("Root", ca=True), Made.issued("Unknown root", ca=True)
    old_root = Made.issued("Old root", ca=True, valid=EXPIRED)
    between = Made.issued("Between", root, ca=True)
    by_unknown = Made.issued("Between", unknown, ca=True, key=between.key)
    outdated = Made.issued("Between", root, ca=True, key=between.key, valid=EXPIRED)
    crossed_root = Made.issued("Root", old_root, ca=True, key=root.key, valid=EXPIRED)
    leaf = Made.issued(DOMAIN, between, names=(DOMAIN,), ca=False)
    bundle = a_bundle(tmp_path, root)
    for chain in (
        (leaf, between, by_unknown),
        (leaf, by_unknown, between),
        (leaf, by_unknown, unknown, between),
        (leaf, outdated, between),
        (leaf, between, crossed_root, old_root),
    ):
        word = verify_chain([made.der for made in chain], bundle, NOW)
        view = a_website(endpoints=[an_endpoint(tls=a_handshake(*chain, verification=word))])
        assert said("web_https_cert_chain", view)[0] == "passed"


def test_L07_without_a_valid_path_no_cross_signature_helps(tmp_path: Path) -> None:
    root, unknown = Made.issued("Root", ca=True), Made.issued("Unknown root", ca=True)
    by_unknown = Made.issued("Between", unknown, ca=True)
    outdated = Made.issued("Between", root, ca=True, key=by_unknown.key, valid=EXPIRED)
    leaf = Made.issued(DOMAIN, by_unknown, names=(DOMAIN,), ca=False)
    chain = (leaf, outdated, by_unknown)
    word = verify_chain([made.der for made in chain], a_bundle(tmp_path, root), NOW)
    view = a_website(endpoints=[an_endpoint(tls=a_handshake(*chain, verification=word))])
    assert said("web_https_cert_chain", view)[0] == "failed"


def a_certificate(names: list[x509.GeneralName], *more: x509.ExtensionType, key: Any = None, **how: Any) -> bytes:
    """A self-signed certificate, DER, for what builders elsewhere do not make."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    builder = x509.CertificateBuilder(
        subject, subject, key.public_key(), 7, NOW - timedelta(days=1), NOW + timedelta(days=90)
    )
    for extension in (*([x509.SubjectAlternativeName(names)] if names else []), *more):
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256(), **how).public_bytes(Encoding.DER)


def with_certificate(der: bytes, *changed: Answer, **changes: Any) -> Any:
    packed = (base64.b64encode(der).decode(),)
    handshake = TlsHandshake("TLSv1.3", "", DOMAIN, packed, TRUSTED)
    scanned = a_scan(*changed, chains=(packed,), **changes)
    return a_website(endpoints=[an_endpoint(tls=handshake)], scans=[scanned])


def test_L08_rsassa_pss_is_judged_by_the_hash_in_its_parameters() -> None:
    key = rsa.generate_private_key(65537, 3072)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    view = with_certificate(a_certificate([x509.DNSName(DOMAIN)], key=key, rsa_padding=pss))
    assert said("web_https_cert_sig", view) == ("passed", f"The certificates of {AT} are signed strongly.")


@pytest.mark.parametrize(
    ("names", "status"),
    [
        ([x509.DNSName(f"*.{DOMAIN.partition('.')[2]}")], "passed"),
        ([x509.DNSName(f"*.{DOMAIN}")], "failed"),
        ([x509.DNSName("xn--bcher-kva.example")], "failed"),
        ([x509.UniformResourceIdentifier(f"https://{DOMAIN}")], "failed"),
        ([], "failed"),
    ],
    ids=["wildcard", "wildcard-below", "another-idn", "uri", "only-a-common-name"],
)
def test_L08_only_dns_names_name_the_host(names: list[x509.GeneralName], status: str) -> None:
    got, words = said("web_https_cert_domain", with_certificate(a_certificate(names)))
    assert got == status
    expected = "was made for this name" if status == "passed" else f"does not match the name {DOMAIN}"
    assert expected in words


def test_L08_an_idn_is_compared_as_the_a_label_that_it_is() -> None:
    assert matches(["XN--BCHER-KVA.example"], "xn--bcher-kva.example")
    assert not matches(["xn--bcher-kva.example"], "bcher-kva.example")


OCSP = x509.AuthorityInformationAccess(
    [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example"))]
)
MUST_STAPLE = x509.TLSFeature([x509.TLSFeatureType.status_request])


def test_L09_early_data_is_said_with_its_size() -> None:
    words = f"{AT} accepts early data (up to 16384 bytes). An attacker can send it once more. Switch 0-RTT off."
    assert says("tls_0rtt", tickets=Tickets(2, 16384)) == ("failed", words)


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        ((), ("not_tested", f"Not tested: the certificate of {AT} names no OCSP service.")),
        (
            (OCSP,),
            (
                "info",
                f"{AT} staples no OCSP response although the certificate names an OCSP service: http://ocsp.example."
                " Consider switching this on.",
            ),
        ),
        (
            (MUST_STAPLE,),
            (
                "warning",
                f"{AT} staples no OCSP response although its certificate demands one (must-staple). Some browsers then"
                " refuse the connection. Switch stapling on.",
            ),
        ),
    ],
    ids=["no-service", "service", "must-staple"],
)
def test_L09_a_missing_response_weighs_as_the_certificate_says(
    extensions: tuple[x509.ExtensionType, ...], expected: tuple[str, str]
) -> None:
    assert said("web_https_tls_ocsp", with_certificate(a_certificate([x509.DNSName(DOMAIN)], *extensions))) == expected


@pytest.mark.parametrize("retry", [True, False])
def test_L10_a_hybrid_group_is_praised_also_when_it_comes_after_a_retry(retry: bool) -> None:
    answer = accepted(Ask.TLS13_GROUPS, TLS1_3, AES256_13, group=HYBRID, retry=retry)
    words = f"{AT} exchanges keys safely, and with X25519MLKEM768 also safe from quantum computers. Well done."
    assert says("tls_keyexchange", answer) == ("passed", words)


def test_L11_a_server_that_had_enough_of_us_is_not_judged() -> None:
    cut_off = tuple(answer if answer.ask is Ask.TLS13 else failed(answer.ask) for answer in MODERN)
    for check, word in (
        ("tls_version", "TLS versions"),
        ("tls_ciphers", "cipher suites"),
        ("tls_keyexchange", "key exchange"),
    ):
        status, words = says(check, of=cut_off)
        assert status == "error"
        assert words == f"We could not measure the {word} of {AT}. This does not count. Test again later."


def test_L12_a_middlebox_that_answers_every_name_has_the_wrong_certificate() -> None:
    box = Made.issued("appliance", names=("appliance.invalid",))
    view = a_website(endpoints=[an_endpoint(tls=a_handshake(box, name=DOMAIN))])
    words = (
        f"The certificate of {AT} does not match the name {DOMAIN}. Names in the certificate: appliance.invalid. Visitors get a warning."
        " Get a certificate with the right name."
    )
    assert said("web_https_cert_domain", view) == ("failed", words)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("tls_secreneg", f"This does not apply to {AT}: TLS 1.3 has no renegotiation."),
        ("tls_extendedmastersecret", f"This does not apply to {AT}: there is no TLS 1.2."),
        ("tls_clientreneg", f"This does not apply to {AT}: TLS 1.3 has no renegotiation."),
    ],
)
def test_L13_what_tls_1_3_does_not_have_is_not_tested(check: str, words: str) -> None:
    only = {"of": ONLY_13, "renegotiation": None}
    assert says(check, **only) == ("not_tested", words)
    assert says("tls_compress", **only)[0] == "not_tested"


def test_L14_a_weak_curve_beside_good_ones_is_found_by_itself() -> None:
    words = f"{AT} allows a key exchange that is to be phased out: secp224r1. Plan its replacement."
    assert says("tls_keyexchange", accepted(Ask.TLS12_GROUPS, TLS1_2, GCM, group=P224)) == ("warning", words)


def test_L15_each_address_has_its_own_row_and_the_worst_speaks() -> None:
    other = "2001:db8::80"
    scans = [a_scan(), a_scan(accepted(Ask.OLD, TLS1_1, CBC_SHA1), address=other)]
    view = a_website(endpoints=[an_endpoint(), an_endpoint(address=other)], scans=scans)
    found = verdict("web_https_tls_version", view)
    assert [(row.address, row.status.value) for row in found.subjects] == [("192.0.2.80", "passed"), (other, "failed")]
    assert found.sentence["en"].startswith(f"good.example ({other}) still allows outdated versions: TLS 1.1.")


async def test_L16_a_server_that_only_answers_to_its_name_is_measured_by_its_name(tmp_path: Path) -> None:
    authority = Made.issued(DOMAIN, names=(DOMAIN,))
    context = a_context(tmp_path, authority)
    context.set_servername_callback(lambda link, name, _: None if name else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
    found = await scan(ServingDoor(lambda _: over_tls(context)))
    assert {answer.reply for answer in found.answers if answer.ask is Ask.TLS13} == {Reply.ACCEPTED}
    assert OPTIONS.tls_profile == found.profile


def a_context(folder: Path, made: Made) -> ssl.SSLContext:
    return server_context(folder, Issued(made.certificate, made.key))


def test_L17_a_probe_that_fails_otherwise_is_unknown_and_not_insecure() -> None:
    status, words = says("tls_clientreneg", renegotiation=Renegotiation(failure=Reason.RESET))
    expected = f"We could not measure renegotiation by the other side of {AT}. This does not count. Test again later."
    assert (status, words) == ("error", expected)
    silent = tuple(failed(answer.ask) if answer.ask.value.startswith("tls12") else answer for answer in MODERN)
    assert says("tls_secreneg", of=silent)[0] == "error"
