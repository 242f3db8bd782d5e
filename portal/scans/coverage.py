"""What the national self-test measures and this portal does not yet. Pure.

Said on the report and on the page about the score, so that nobody takes a score for more than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.scans.words import Words, say

# Prefix of the ids of the checks that are meant, and what they are called together. A line disappears when the catalogue has such a check.
_PARTS: Mapping[str, tuple[tuple[str, Words], ...]] = {
    "mail": (
        ("mail_starttls_tls_version", {"nl": "sterkte van TLS bij mail", "en": "strength of TLS for mail"}),
        ("mail_auth_", {"nl": "SPF, DKIM en DMARC", "en": "SPF, DKIM and DMARC"}),
        ("mail_ipv6_", {"nl": "IPv6", "en": "IPv6"}),
        ("mail_rpki_", {"nl": "RPKI", "en": "RPKI"}),
    ),
    "web": (
        ("web_https_tls_version", {"nl": "sterkte van TLS", "en": "strength of TLS"}),
        ("web_ipv6_", {"nl": "IPv6", "en": "IPv6"}),
        ("web_appsecpriv_", {"nl": "beveiligingsopties van de website", "en": "security options of the website"}),
        ("web_rpki_", {"nl": "RPKI", "en": "RPKI"}),
    ),
}


def missing(suite: str, check_ids: Iterable[str], language: str) -> tuple[str, ...]:
    """The parts of the national test of this suite that no check of these ids belongs to."""
    known = tuple(check_ids)
    return tuple(
        say(words, language)
        for prefix, words in _PARTS[suite]
        if not any(check_id.startswith(prefix) for check_id in known)
    )
