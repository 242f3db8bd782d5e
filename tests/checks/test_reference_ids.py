"""Every check of the published list exists under its id. Ids are known to others: none may go missing."""

from __future__ import annotations

from checks import CATALOGUE

PUBLISHED = """
web_ipv6_ns_address web_ipv6_ns_reach web_ipv6_ws_address web_ipv6_ws_reach web_ipv6_ws_similar
web_dnssec_exist web_dnssec_valid
web_https_http_available web_https_http_redirect web_https_http_compress web_https_http_hsts
web_https_tls_version web_https_tls_ciphers web_https_tls_cipherorder web_https_tls_keyexchange
web_https_tls_keyexchangehash web_https_tls_compress web_https_tls_secreneg web_https_tls_clientreneg
web_https_tls_0rtt web_https_tls_ocsp web_https_tls_extendedmastersecret web_https_tls_caa
web_https_cert_chain web_https_cert_pubkey web_https_cert_sig web_https_cert_domain
web_https_dane_exist web_https_dane_valid
web_appsecpriv_x_frame_options web_appsecpriv_x_content_type_options web_appsecpriv_csp
web_appsecpriv_referrer_policy web_appsecpriv_securitytxt
web_rpki_exists web_rpki_valid web_ns_rpki_exists web_ns_rpki_valid
mail_ipv6_ns_address mail_ipv6_ns_reach mail_ipv6_mx_address mail_ipv6_mx_reach
mail_dnssec_mailto_exist mail_dnssec_mailto_valid mail_dnssec_mx_exist mail_dnssec_mx_valid
mail_auth_dmarc_exist mail_auth_dmarc_policy mail_auth_dkim_exist mail_auth_spf_exist mail_auth_spf_policy
mail_starttls_tls_available mail_starttls_tls_version mail_starttls_tls_ciphers mail_starttls_tls_cipherorder
mail_starttls_tls_keyexchange mail_starttls_tls_keyexchangehash mail_starttls_tls_compress
mail_starttls_tls_secreneg mail_starttls_tls_clientreneg mail_starttls_tls_0rtt
mail_starttls_tls_extendedmastersecret mail_starttls_tls_caa
mail_starttls_cert_chain mail_starttls_cert_pubkey mail_starttls_cert_sig mail_starttls_cert_domain
mail_starttls_dane_exist mail_starttls_dane_valid mail_starttls_dane_rollover
mail_rpki_exists mail_rpki_valid mail_ns_rpki_exists mail_ns_rpki_valid mail_mx_ns_rpki_exists mail_mx_ns_rpki_valid
"""


def test_every_published_check_exists() -> None:
    assert [check_id for check_id in PUBLISHED.split() if check_id not in CATALOGUE] == []


def test_the_published_categories_exist() -> None:
    published = {
        *("web_ipv6", "web_dnssec", "web_https", "web_appsecpriv", "web_rpki"),
        *("mail_ipv6", "mail_dnssec", "mail_auth", "mail_starttls", "mail_rpki"),
    }
    assert published - set(CATALOGUE.categories) == set()
