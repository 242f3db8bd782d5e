"""Every check of the published list exists under its id, in its category, with its level and its points. Ids are known to
others: none may go missing. The table is the published one, not ours.
"""

from __future__ import annotations

import pytest

from checks import CATALOGUE

# id: level (a published subtest that may at worst fail is required, warn recommended, inform optional) and full points.
# Points of the two DANE checks of mail: one stored value, read twice, so 10 each.
PUBLISHED = """
web_ipv6_ns_address required 0
web_ipv6_ns_reach required 10
web_ipv6_ws_address required 0
web_ipv6_ws_reach required 10
web_ipv6_ws_similar required 2
web_dnssec_exist required 0
web_dnssec_valid required 10
web_https_http_available required 0
web_https_http_redirect required 10
web_https_http_compress optional 0
web_https_http_hsts required 10
web_https_tls_version required 10
web_https_tls_ciphers required 10
web_https_tls_cipherorder required 10
web_https_tls_keyexchange required 10
web_https_tls_keyexchangehash required 10
web_https_tls_compress required 10
web_https_tls_secreneg required 10
web_https_tls_clientreneg optional 0
web_https_tls_extendedmastersecret required 10
web_https_tls_0rtt required 10
web_https_tls_ocsp recommended 0
web_https_tls_caa recommended 0
web_https_cert_chain required 10
web_https_cert_pubkey required 10
web_https_cert_sig required 10
web_https_cert_domain required 10
web_https_dane_exist optional 0
web_https_dane_valid recommended 0
web_appsecpriv_x_frame_options optional 0
web_appsecpriv_x_content_type_options recommended 0
web_appsecpriv_csp recommended 0
web_appsecpriv_referrer_policy recommended 0
web_appsecpriv_securitytxt recommended 0
web_rpki_exists required 5
web_rpki_valid required 10
web_ns_rpki_exists required 5
web_ns_rpki_valid required 10
mail_ipv6_ns_address required 0
mail_ipv6_ns_reach required 10
mail_ipv6_mx_address required 0
mail_ipv6_mx_reach required 10
mail_dnssec_mailto_exist required 0
mail_dnssec_mailto_valid required 10
mail_dnssec_mx_exist required 0
mail_dnssec_mx_valid required 10
mail_auth_dmarc_exist required 10
mail_auth_dmarc_policy required 10
mail_auth_dkim_exist required 10
mail_auth_spf_exist required 10
mail_auth_spf_policy required 10
mail_starttls_tls_available required 10
mail_starttls_tls_version required 10
mail_starttls_tls_ciphers required 10
mail_starttls_tls_cipherorder required 10
mail_starttls_tls_keyexchange required 10
mail_starttls_tls_keyexchangehash required 10
mail_starttls_tls_compress required 10
mail_starttls_tls_secreneg required 10
mail_starttls_tls_clientreneg optional 0
mail_starttls_tls_extendedmastersecret required 10
mail_starttls_tls_0rtt required 10
mail_starttls_tls_caa recommended 0
mail_starttls_cert_chain optional 0
mail_starttls_cert_pubkey required 10
mail_starttls_cert_sig required 10
mail_starttls_cert_domain optional 0
mail_starttls_dane_exist required 10
mail_starttls_dane_valid required 10
mail_starttls_dane_rollover optional 0
mail_rpki_exists required 5
mail_rpki_valid required 10
mail_ns_rpki_exists required 5
mail_ns_rpki_valid required 10
mail_mx_ns_rpki_exists required 5
mail_mx_ns_rpki_valid required 10
"""
CATEGORIES = (
    *("web_ipv6", "web_dnssec", "web_https", "web_appsecpriv", "web_rpki"),
    *("mail_ipv6", "mail_dnssec", "mail_auth", "mail_starttls", "mail_rpki"),
)
MAXIMA = {
    "web_ipv6": 22,
    "web_https": 150,
    "web_appsecpriv": 0,
    "web_dnssec": 10,
    "web_rpki": 30,
    "mail_ipv6": 20,
    "mail_auth": 50,
    "mail_starttls": 140,
    "mail_rpki": 45,
}
ROWS = [tuple(line.split()) for line in PUBLISHED.strip().splitlines()]


@pytest.mark.parametrize(("check_id", "level", "points"), ROWS, ids=[row[0] for row in ROWS])
def test_a_published_check_has_its_level_its_points_and_its_category(check_id: str, level: str, points: str) -> None:
    check = CATALOGUE[check_id]
    assert (check.requirement.value, check.weight) == (level, int(points))
    assert check.category == _category_of(check_id)


def _category_of(check_id: str) -> str:
    """The category that an id begins with; those of the routes have the kind of host in between."""
    suite = check_id.partition("_")[0]
    return f"{suite}_rpki" if "_rpki_" in check_id else "_".join(check_id.split("_")[:2])


def test_the_published_categories_exist() -> None:
    assert set(CATEGORIES) - set(CATALOGUE.categories) == set()


@pytest.mark.parametrize(("category", "points"), MAXIMA.items())
def test_a_category_has_its_published_maximum(category: str, points: int) -> None:
    """Checks of our own have none. Of the DNSSEC of mail the lowest counts, so there is no sum."""
    assert sum(check.weight for check in CATALOGUE.values() if check.category == category) == points


def test_checks_of_our_own_never_count() -> None:
    published = {row[0] for row in ROWS}
    assert {check.id for check in CATALOGUE.values() if check.weight and check.id not in published} == set()
