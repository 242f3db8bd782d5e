"""The catalogue as a contract: ids are never renamed, and the weights are those of the published list of checks."""

from __future__ import annotations

import re

import pytest

from checks import CATALOGUE, Suite
from checks.model import Check, Requirement

# id, requirement, points; appended to, never changed. A changed row is a change of scores: CHANGELOG and catalogue version.
PINNED = """
web_ipv6_ns_address           required     0
web_ipv6_ns_reach             required    10
web_ipv6_ws_address           required     0
web_ipv6_ws_reach             required    10
web_ipv6_ws_similar           required     2
web_dnssec_exist              required     0
web_dnssec_valid              required    10
web_dnssec_ns                 recommended  0
web_dnssec_expiry             recommended  0
web_https_http_available      required     0
web_https_http_redirect       required    10
web_https_http_hsts           required    10
web_https_cert_chain          required    10
web_https_cert_domain         required    10
web_https_dane_exist          optional     0
web_https_dane_valid          recommended  0
web_https_service_record      recommended  0
web_https_tls_version                 required    10
web_https_tls_ciphers                 required    10
web_https_tls_cipherorder             required    10
web_https_tls_keyexchange             required    10
web_https_tls_keyexchangehash         required    10
web_https_tls_compress                required    10
web_https_tls_secreneg                required    10
web_https_tls_clientreneg             optional     0
web_https_tls_extendedmastersecret    required    10
web_https_tls_0rtt                    required    10
web_https_tls_ocsp                    recommended  0
web_https_cert_pubkey                 required    10
web_https_cert_sig                    required    10
web_https_tls_caa             recommended  0
web_https_http_compress               optional     0
web_appsecpriv_x_frame_options        optional     0
web_appsecpriv_x_content_type_options recommended  0
web_appsecpriv_csp                    recommended  0
web_appsecpriv_referrer_policy        recommended  0
web_appsecpriv_securitytxt            recommended  0
web_rpki_exists               required     5
web_rpki_valid                required    10
web_ns_rpki_exists            required     5
web_ns_rpki_valid             required    10
mail_ipv6_ns_address          required     0
mail_ipv6_ns_reach            required    10
mail_ipv6_mx_address          required     0
mail_ipv6_mx_reach            required    10
mail_dnssec_mailto_exist      required     0
mail_dnssec_mailto_valid      required    10
mail_dnssec_mx_exist          required     0
mail_dnssec_mx_valid          required    10
mail_dnssec_ns                recommended  0
mail_dnssec_expiry            recommended  0
mail_auth_dmarc_exist         required    10
mail_auth_dmarc_policy        required    10
mail_auth_dkim_exist          required    10
mail_auth_spf_exist           required    10
mail_auth_spf_policy          required    10
mail_starttls_tls_available   required    10
mail_starttls_cert_chain      optional     0
mail_starttls_cert_domain     optional     0
mail_starttls_dane_exist      required    10
mail_starttls_dane_valid      required    10
mail_starttls_dane_rollover   optional     0
mail_starttls_dane_delivery   recommended  0
mail_starttls_mx_records      recommended  0
mail_starttls_injection       recommended  0
mail_starttls_mta_sts         recommended  0
mail_starttls_tls_rpt         recommended  0
mail_starttls_tls_version             required    10
mail_starttls_tls_ciphers             required    10
mail_starttls_tls_cipherorder         required    10
mail_starttls_tls_keyexchange         required    10
mail_starttls_tls_keyexchangehash     required    10
mail_starttls_tls_compress            required    10
mail_starttls_tls_secreneg            required    10
mail_starttls_tls_clientreneg         optional     0
mail_starttls_tls_extendedmastersecret required    10
mail_starttls_tls_0rtt                required    10
mail_starttls_cert_pubkey             required    10
mail_starttls_cert_sig                required    10
mail_starttls_tls_caa         recommended  0
mail_rpki_exists              required     5
mail_rpki_valid               required    10
mail_ns_rpki_exists           required     5
mail_ns_rpki_valid            required    10
mail_mx_ns_rpki_exists        required     5
mail_mx_ns_rpki_valid         required    10
"""


def test_ids_levels_and_weights_are_the_pinned_ones() -> None:
    rows = [line.split() for line in PINNED.strip().splitlines()]
    assert [(check.id, check.requirement.value, str(check.weight)) for check in CATALOGUE.values()] == [
        tuple(row) for row in rows
    ]


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=lambda check: check.id)
def test_a_check_is_whole(check: Check) -> None:
    suite, _, name = check.category.partition("_")
    assert re.fullmatch(rf"{suite}_(?:ns_|mx_ns_)?{name}_\w+", check.id)
    assert check.references
    assert check.rulings
    assert len({type(outcome) for outcome in check.rulings}) == 1


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=lambda check: check.id)
def test_only_required_checks_have_weight(check: Check) -> None:
    assert check.weight == 0 or check.requirement is Requirement.REQUIRED


def test_each_suite_has_its_own_checks() -> None:
    assert {check.id for suite in Suite for check in CATALOGUE.of(suite)} == set(CATALOGUE)
    assert all(check.id.startswith("mail_") for check in CATALOGUE.of(Suite.MAIL))
