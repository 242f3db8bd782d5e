"""What each practice domain shows: the checks that are not in order there, with status and outcome.

It follows from how the domain is made (``lab/practice.py`` and beside it) and from the norms, not from what the engine said.
"""

from __future__ import annotations

from checks import Suite

MAIL, WEB = Suite.MAIL, Suite.WEB

TLS_CHECKS = (
    *("version", "ciphers", "cipherorder", "keyexchange", "keyexchangehash", "compress", "secreneg", "clientreneg"),
    *("0rtt", "extendedmastersecret"),
)

# domain (below voorbeeld.test), suite: the checks that are not passed and not "not tested", with status and outcome.
EXPECTED: dict[tuple[str, Suite], set[str]] = {
    ("zelfondertekend", MAIL): {
        "mail_starttls_cert_chain info self-signed",
        "mail_starttls_mta_sts warning mx-untrusted",
    },
    ("onondertekend", MAIL): {"mail_dnssec_mailto_exist failed insecure"},
    ("onondertekend", WEB): {"web_dnssec_exist failed insecure", "web_https_dane_exist info insecure"},
    ("verlopen-handtekening", MAIL): {
        "mail_dnssec_mailto_valid failed bogus",
        "mail_starttls_dane_delivery failed mx-bogus",
    },
    ("verlopen-handtekening", WEB): {"web_dnssec_valid failed bogus", "web_https_dane_exist info bogus"},
    ("verkeerde-ds", MAIL): {
        "mail_dnssec_mailto_valid failed bogus",
        "mail_starttls_dane_delivery failed mx-bogus",
    },
    ("verkeerde-ds", WEB): {"web_dnssec_valid failed bogus", "web_https_dane_exist info bogus"},
    ("zonder-starttls", MAIL): {
        "mail_starttls_tls_available failed no-starttls",
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-tls",
        "mail_starttls_dane_delivery failed deferred",
        "mail_starttls_mta_sts warning mx-no-tls",
    },
    ("gestript", MAIL): {
        "mail_starttls_tls_available failed stripped",
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-tls",
        "mail_starttls_dane_delivery failed deferred",
        "mail_starttls_mta_sts warning mx-no-tls",
    },
    ("oud-record", MAIL): {
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-match",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("geen-tlsa", MAIL): {
        "mail_starttls_dane_exist failed absent",
        "mail_starttls_dane_delivery info encrypted",
    },
    ("tlsa-onondertekend", MAIL): {
        "mail_dnssec_mx_exist failed insecure",
        "mail_starttls_dane_exist failed insecure",
        "mail_starttls_dane_delivery info encrypted",
    },
    ("ontkenning-stuk", MAIL): {
        "mail_starttls_dane_exist failed bogus",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("twee-mx", MAIL): {
        "mail_starttls_tls_available failed no-starttls",
        "mail_starttls_dane_exist info unmatched",
        "mail_starttls_dane_valid failed no-tls",
        "mail_starttls_dane_delivery failed deferred",
        "mail_starttls_mta_sts warning mx-no-tls",
    },
    ("geen-https", WEB): {
        "web_https_http_available failed no-https",
        "web_https_dane_exist info absent",
    },
    ("spf-te-lang", MAIL): {"mail_auth_spf_policy failed too-many-lookups"},
    ("spf-fout", MAIL): {"mail_auth_spf_policy failed syntax"},
    ("spf-kring", MAIL): {"mail_auth_spf_policy failed loop"},
    ("twee-spf", MAIL): {"mail_auth_spf_exist failed several"},
    ("zonder-dmarc", MAIL): {"mail_auth_dmarc_exist failed absent"},
    ("dmarc-kijkt-toe", MAIL): {"mail_auth_dmarc_policy failed none"},
    ("zonder-dkim", MAIL): {"mail_auth_dkim_exist failed absent"},
    ("zwakke-dkim", MAIL): {"mail_auth_dkim_exist warning weak-key"},
    ("verlopen-certificaat", WEB): {"web_https_cert_chain failed expired"},
    ("weigert", MAIL): {
        "mail_starttls_tls_available error limited",
        "mail_starttls_cert_chain error unknown",
        "mail_starttls_cert_domain error unknown",
        "mail_starttls_dane_valid error unknown",
        "mail_starttls_dane_delivery error unknown",
        *(f"mail_starttls_tls_{name} error unknown" for name in TLS_CHECKS),
        "mail_starttls_cert_pubkey error unknown",
        "mail_starttls_cert_sig error unknown",
    },
    ("alias", MAIL): {"mail_starttls_mx_records warning alias"},
    ("geen-https", MAIL): {"mail_starttls_mta_sts warning no-policy"},
    ("verlopen-certificaat", MAIL): {"mail_starttls_mta_sts warning certificate"},
}
EXPECTED |= {
    ("oude-nameserver", WEB): {"web_dnssec_ns warning bogus"},
    ("oude-nameserver", MAIL): {"mail_dnssec_ns warning bogus"},
    ("loopt-af", WEB): {"web_dnssec_expiry warning soon"},
    ("loopt-af", MAIL): {"mail_dnssec_expiry warning soon"},
    ("oude-tls", WEB): {
        "web_https_tls_version failed insufficient",
        "web_https_tls_ciphers failed insufficient",
        "web_https_tls_cipherorder failed wrong",
        "web_https_tls_keyexchangehash failed insufficient",
    },
    ("twee-certificaten", MAIL): {"mail_starttls_dane_valid failed other-certificate"},
    ("onthoudt", MAIL): {"mail_starttls_injection warning executed"},
}

# Senders: one mistake in a record each.
EXPECTED |= {
    (name, MAIL): {f"mail_auth_{check}"}
    for name, check in {
        "geen-spf": "spf_exist failed absent",
        "spf-neutraal": "spf_policy failed neutral",
        "spf-open": "spf_policy failed open",
        "spf-leeg": "spf_policy failed too-many-void",
        "spf-zwakke-include": "spf_policy failed include-weak",
        "spf-zwakke-redirect": "spf_policy failed redirect-weak",
        "spf-kapotte-include": "spf_policy failed include-broken",
        "spf-kapotte-redirect": "spf_policy failed redirect-broken",
        "twee-dmarc": "dmarc_exist failed several",
        "dmarc-proef": "dmarc_policy failed testing",
        "dmarc-fout": "dmarc_policy failed syntax",
        "dmarc-elders": "dmarc_policy warning external",
        "onbruikbare-dkim": "dkim_exist warning unusable-key",
        "korte-dkim": "dkim_exist warning short-key",
    }.items()
}

# Mail servers without TLS: records that stand in DNS, and nothing to compare them with.
WITHOUT_TLS = {
    "mail_starttls_dane_exist info unmatched",
    "mail_starttls_dane_valid failed no-tls",
    "mail_starttls_dane_delivery failed deferred",
    "mail_starttls_mta_sts warning mx-no-tls",
}
EXPECTED |= {
    ("starttls-mislukt", MAIL): {"mail_starttls_tls_available failed handshake", *WITHOUT_TLS},
    ("starttls-geweigerd", MAIL): {"mail_starttls_tls_available failed rejected", *WITHOUT_TLS},
    ("neemt-geen-mail", MAIL): {
        "mail_starttls_tls_available failed never-mail",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("mx-zonder-adres", MAIL): {
        "mail_ipv6_mx_address failed none",
        "mail_starttls_tls_available failed no-address",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("mx-prive", MAIL): {
        "mail_ipv6_mx_address failed none",
        "mail_starttls_tls_available failed forbidden",
        "mail_starttls_dane_exist failed absent",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("halve-null-mx", MAIL): {"mail_starttls_tls_available warning null-mx-with-others"},
}

# TLSA records. A usage that mail ignores counts as no record; one that fits nothing earns nothing for being there.
NO_RECORD = {"mail_starttls_dane_delivery info encrypted"}
NO_FIT = {"mail_starttls_dane_exist info unmatched", "mail_starttls_dane_delivery failed deferred"}
ISSUER_ONLY = "mail_starttls_dane_rollover info issuer-only"
UNTRUSTED = "mail_starttls_mta_sts warning mx-untrusted"
EXPECTED |= {
    ("tlsa-verkeerde-plek", MAIL): {"mail_starttls_dane_exist failed wrong-place", *NO_RECORD},
    ("provider-onondertekend", MAIL): {
        "mail_dnssec_mx_exist failed insecure",
        "mail_starttls_dane_exist failed host-insecure",
        *NO_RECORD,
    },
    ("provider-verlopen", MAIL): {
        "mail_dnssec_mx_valid failed bogus",
        "mail_starttls_dane_exist failed bogus",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("tlsa-onbruikbaar", MAIL): {"mail_starttls_dane_exist failed no-usable", *NO_RECORD},
    ("tlsa-servfail", MAIL): {
        "mail_dnssec_ns warning partly",
        "mail_starttls_dane_exist failed lookup-failed",
        "mail_starttls_dane_valid error unknown",
        "mail_starttls_dane_delivery failed deferred",
    },
    ("tlsa-uitgever-als-server", MAIL): {"mail_starttls_dane_valid failed issuer-as-ee", *NO_FIT},
    ("tlsa-server-als-uitgever", MAIL): {"mail_starttls_dane_valid failed leaf-as-ta", *NO_FIT},
    ("tlsa-zonder-uitgever", MAIL): {
        "mail_starttls_cert_chain info incomplete",
        "mail_starttls_dane_valid failed issuer-not-sent",
        *(*NO_FIT, UNTRUSTED),
    },
    ("tlsa-per-nameserver", MAIL): {"mail_starttls_dane_valid failed other-server"},
    ("tlsa-andere-naam", MAIL): {
        "mail_starttls_cert_domain failed mismatch-dane-ta",
        "mail_starttls_dane_valid failed name-mismatch",
        *(*NO_FIT, ISSUER_ONLY, UNTRUSTED),
    },
    ("tlsa-losse-keten", MAIL): {
        "mail_starttls_cert_chain info self-signed",
        "mail_starttls_dane_valid failed chain-broken",
        *(*NO_FIT, UNTRUSTED),
    },
    ("tlsa-alleen-sleutel", MAIL): {"mail_starttls_dane_valid warning bare-key", ISSUER_ONLY},
    ("tlsa-verlopen-wortel", MAIL): {
        "mail_starttls_cert_chain info unknown-root",
        "mail_starttls_dane_valid warning anchor-expired",
        "mail_starttls_dane_delivery failed deferred",
        *(ISSUER_ONLY, UNTRUSTED),
    },
    ("tlsa-naam-verouderd", MAIL): {
        "mail_starttls_cert_domain failed mismatch-dane-ta",
        "mail_starttls_dane_valid warning common-name",
        *(ISSUER_ONLY, UNTRUSTED),
    },
}

# Websites. The MTA-STS policy of a domain is served by its website, so it goes where that goes.
NO_POLICY, NOT_TRUSTED = "mail_starttls_mta_sts warning no-policy", "mail_starttls_mta_sts warning certificate"
EXPECTED |= {
    ("zonder-website", WEB): {
        "web_ipv6_ws_address failed none",
        "web_https_http_available failed no-address",
        "web_https_dane_exist info absent",
    },
    ("website-prive", WEB): {
        "web_ipv6_ws_address failed none",
        "web_https_http_available failed forbidden",
        "web_https_dane_exist info absent",
    },
    ("zonder-website", MAIL): {"mail_starttls_mta_sts warning absent"},
    ("website-prive", MAIL): {"mail_starttls_mta_sts warning absent"},
    ("https-mislukt", WEB): {"web_https_http_available failed handshake"},
    ("https-mislukt", MAIL): {NO_POLICY},
    ("https-zwijgt", WEB): {"web_https_http_available failed silent"},
    ("https-zwijgt", MAIL): {NO_POLICY},
    ("website-weigert", WEB): {"web_ipv6_ws_similar warning refused", "web_https_http_compress info refused"},
    ("geen-doorverwijzing", WEB): {"web_https_http_redirect failed no-redirect"},
    ("doorverwijzing-http", WEB): {"web_https_http_redirect failed stays-plain"},
    ("doorverwijzing-elders", WEB): {"web_https_http_redirect failed other-host"},
    ("zonder-hsts", WEB): {"web_https_http_hsts failed absent"},
    ("korte-hsts", WEB): {"web_https_http_hsts failed too-short"},
    ("hsts-fout", WEB): {"web_https_http_hsts failed malformed"},
    ("website-andere-naam", WEB): {"web_https_cert_domain failed mismatch"},
    ("website-andere-naam", MAIL): {NOT_TRUSTED},
}
for name, why in {
    "certificaat-te-vroeg": "not-yet-valid",
    "keten-onvolledig": "incomplete",
    "web-zelfondertekend": "self-signed",
    "onbekende-uitgever": "unknown-root",
}.items():
    EXPECTED |= {(name, WEB): {f"web_https_cert_chain failed {why}"}, (name, MAIL): {NOT_TRUSTED}}

# TLS: the same for the website and the mail server. OpenSSL takes a short key only where it signs with SHA-224 too.
BOTH = {WEB: "web_https_", MAIL: "mail_starttls_"}
SHA224 = "tls_keyexchangehash warning phase-out"
EXPECTED |= {
    (name, suite): {f"{prefix}{words}" for words in shown}
    for suite, prefix in BOTH.items()
    for name, shown in {
        "gewone-tls": {SHA224},
        "uitfaseren": {"tls_ciphers warning phase-out", "tls_cipherorder failed wrong"},
        "dhe": {"tls_ciphers warning phase-out", "tls_keyexchange warning phase-out", SHA224},
        "dhe-kort": {"tls_ciphers warning phase-out", "tls_keyexchange failed insufficient", SHA224},
        "zonder-ems": {"tls_extendedmastersecret failed wrong"},
        "rsa-2048": {"cert_pubkey warning phase-out", SHA224},
        "rsa-1024": {"cert_pubkey failed insufficient", SHA224},
        "sha-224": {"cert_sig warning phase-out", SHA224},
        "zonder-caa": {"tls_caa warning absent"},
        "caa-fout": {"tls_caa warning syntax"},
        "caa-zonder-issue": {"tls_caa warning no-issue"},
        "caa-verbiedt": {"tls_caa info other-issuer"},
    }.items()
}
EXPECTED |= {
    ("oude-tls-mail", MAIL): {
        "mail_starttls_tls_version failed insufficient",
        "mail_starttls_tls_ciphers failed insufficient",
        "mail_starttls_tls_cipherorder failed wrong",
        "mail_starttls_tls_keyexchangehash failed insufficient",
    },
}

# IPv6. A dead address beside a living one also shows among the name servers of the signed zone.
EXPECTED |= {
    (name, suite): {f"{suite}_{words}" for words in shown}
    for suite in Suite
    for name, shown in {
        "nameservers-zonder-ipv6": {"ipv6_ns_address failed none"},
        "nameservers-half-ipv6": {"ipv6_ns_address failed one"},
        "nameservers-ipv6-dood": {"ipv6_ns_reach failed none"},
        "nameserver-ipv6-half": {"ipv6_ns_reach failed some", "dnssec_ns warning silent"},
    }.items()
}
EXPECTED |= {
    ("mail-zonder-ipv6", MAIL): {"mail_ipv6_mx_address failed none"},
    ("mail-ipv6-dood", MAIL): {"mail_ipv6_mx_reach failed none"},
    ("mail-ipv6-half", MAIL): {"mail_ipv6_mx_reach failed some"},
    ("website-zonder-ipv6", WEB): {"web_ipv6_ws_address failed none"},
    ("website-ipv6-dood", WEB): {"web_ipv6_ws_reach failed none"},
    ("website-ipv6-half", WEB): {"web_ipv6_ws_reach failed some"},
    ("website-ipv6-poort", WEB): {"web_ipv6_ws_reach failed port-missing", "web_ipv6_ws_similar failed ports"},
    ("website-ipv6-anders", WEB): {"web_ipv6_ws_similar warning different"},
    ("website-ipv6-storing", WEB): {"web_ipv6_ws_similar failed status"},
    ("website-ipv6-zwijgt", WEB): {"web_ipv6_ws_similar failed no-response"},
    ("website-foutpagina", WEB): {"web_ipv6_ws_similar warning error-page"},
}
