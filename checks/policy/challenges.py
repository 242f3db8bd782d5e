"""How a website, or the protection in front of it, says that it does not want to talk to us: statuses, and the fields that
mark a page which only a person in a browser gets past.
"""

from __future__ import annotations

from collections.abc import Mapping

# RFC 9110 sections 15.5.4 and 15.5.7, RFC 6585 section 4: they refuse who asks, how it is asked, or how often.
REFUSALS = frozenset({403, 406, 429})

# As Cloudflare, AWS WAF and Vercel document them; names in lower case.
_MARKS: Mapping[str, frozenset[str]] = {
    "cf-mitigated": frozenset({"challenge"}),
    "x-amzn-waf-action": frozenset({"challenge", "captcha"}),
    "x-vercel-mitigated": frozenset({"challenge", "deny"}),
}


def is_mark(name: str, value: str) -> bool:
    """Whether a header field marks such a page."""
    return value.strip().lower() in _MARKS.get(name.lower(), ())
