"""The one bold sentence of a report: the consequence for people, not the standard. Two tables, read from the top; the first line that is true is said. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from portal.scans.words import Words, say

Document = Mapping[str, Any]
Fact = Callable[[Document], Sequence[Mapping[str, Any]]]  # the checks that make it so; none when it is not


def checks_of(document: Document) -> Iterator[Mapping[str, Any]]:
    """All checks of a document, in its order."""
    for category in document["categories"]:
        yield from category["checks"]


def _failed(*prefixes: str) -> Fact:
    """Any check whose id begins like one of these is failed."""
    return lambda document: [
        check for check in checks_of(document) if check["status"] == "failed" and check["id"].startswith(prefixes)
    ]


def _outcome(check_id: str, *outcomes: str) -> Fact:
    """The check, or one of its subjects, had one of these outcomes."""
    return lambda document: [
        check
        for check in checks_of(document)
        if check["id"] == check_id
        and {check["outcome"], *(row["outcome"] for row in check["subjects"])} & set(outcomes)
    ]


def _any(*facts: Fact) -> Fact:
    return lambda document: [check for fact in facts for check in fact(document)]


def _unmeasured(document: Document) -> Sequence[Mapping[str, Any]]:
    """Nothing counted, because we could not see it."""
    return [] if document["score"] is not None else _unseen(document)


def _complete(document: Document) -> Sequence[Mapping[str, Any]]:
    return list(checks_of(document)) if document["score"] == 100 and not document["partial"] else []


def _partial(document: Document) -> Sequence[Mapping[str, Any]]:
    """Nothing that we saw is worse than a lesser point; but we did not see everything, so nothing is called good."""
    return (_unseen(document) or list(checks_of(document))) if document["partial"] else []


def _unseen(document: Document) -> Sequence[Mapping[str, Any]]:
    return [check for check in checks_of(document) if check["status"] == "error"]


_MAIL: tuple[tuple[Fact, Words], ...] = (
    (
        _outcome("mail_starttls_tls_available", "no-starttls", "stripped", "rejected", "handshake"),
        {
            "nl": "Een deel van de mail aan u is onderweg leesbaar.",
            "en": "Part of the mail to you can be read along the way.",
        },
    ),
    (
        _any(
            _outcome("mail_dnssec_mailto_valid", "bogus"),
            _outcome("mail_dnssec_mx_valid", "bogus"),
            _failed("mail_starttls_dane_valid"),
            _outcome("mail_starttls_dane_exist", "bogus", "lookup-failed"),
        ),
        {"nl": "Sommige afzenders kunnen geen mail bezorgen.", "en": "Some senders cannot deliver mail."},
    ),
    (
        _failed("mail_starttls_tls_available"),
        {
            "nl": "Een deel van uw mailservers kan geen mail ontvangen.",
            "en": "Some of your mail servers cannot receive mail.",
        },
    ),
    (
        _failed("mail_starttls_dane_exist", "mail_dnssec_"),
        {
            "nl": "Mail aan u is versleuteld, maar afzenders kunnen niet controleren of het uw server is.",
            "en": "Mail to you is encrypted, but senders cannot check that it is your server.",
        },
    ),
    (
        _failed("mail_auth_dmarc_", "mail_auth_spf_"),
        {"nl": "Anderen kunnen mail versturen op uw naam.", "en": "Others can send mail in your name."},
    ),
    (
        _failed("mail_auth_"),
        {
            "nl": "Ontvangers kunnen niet goed zien of mail echt van u komt.",
            "en": "Receivers cannot tell well whether mail really comes from you.",
        },
    ),
)

_WEB: tuple[tuple[Fact, Words], ...] = (
    (
        _outcome("web_dnssec_valid", "bogus"),
        {"nl": "Sommige bezoekers kunnen uw website niet bereiken.", "en": "Some visitors cannot reach your website."},
    ),
    (
        _outcome("web_https_http_available", "no-https", "silent", "handshake"),
        {
            "nl": "Het verkeer met uw website is onderweg leesbaar.",
            "en": "The traffic with your website can be read along the way.",
        },
    ),
    (
        _failed("web_https_http_available"),
        {"nl": "Uw website is niet te bereiken.", "en": "Your website cannot be reached."},
    ),
    (
        _failed("web_https_cert_chain", "web_https_cert_domain"),
        {
            "nl": "Bezoekers krijgen een waarschuwing in plaats van uw website.",
            "en": "Visitors get a warning instead of your website.",
        },
    ),
    (
        _failed("web_https_http_redirect", "web_https_http_hsts"),
        {
            "nl": "Uw website is versleuteld, maar niet elke bezoeker komt vanzelf op de veilige versie.",
            "en": "Your website is encrypted, but not every visitor ends up on the safe version.",
        },
    ),
    (
        _failed("web_dnssec_"),
        {
            "nl": "Uw website is versleuteld, maar bezoekers kunnen niet controleren of het adres echt is.",
            "en": "Your website is encrypted, but visitors cannot check that its address is genuine.",
        },
    ),
)

_DEFAULT: Mapping[str, tuple[tuple[Fact, Words], ...]] = {
    "mail": (
        (_unmeasured, {"nl": "Wij konden niet alles meten.", "en": "We could not measure everything."}),
        (
            _outcome("mail_starttls_tls_available", "null-mx", "no-hosts"),
            {"nl": "Dit domein ontvangt geen mail.", "en": "This domain receives no mail."},
        ),
        (_complete, {"nl": "Uw mail is verzegeld.", "en": "Your mail is sealed."}),
        (_partial, {"nl": "Wij konden niet alles meten.", "en": "We could not measure everything."}),
    ),
    "web": (
        (_unmeasured, {"nl": "Wij konden niet alles meten.", "en": "We could not measure everything."}),
        (
            _complete,
            {"nl": "Het verkeer met uw website is verzegeld.", "en": "The traffic with your website is sealed."},
        ),
        (_partial, {"nl": "Wij konden niet alles meten.", "en": "We could not measure everything."}),
    ),
}

_LESSER: Mapping[str, Words] = {
    "mail": {
        "nl": "Uw mail is goed beveiligd. Er is nog iets te verbeteren.",
        "en": "Your mail is well protected. There is still something to improve.",
    },
    "web": {
        "nl": "Uw website is goed beveiligd. Er is nog iets te verbeteren.",
        "en": "Your website is well protected. There is still something to improve.",
    },
}


def verdict(document: Document, language: str) -> str:
    """The sentence for a report document."""
    found = _first(document)
    return say(found[1] if found else _LESSER[document["suite"]], language)


def causes(document: Document) -> frozenset[str]:
    """The ids of the checks for which the sentence is said; none for lesser points."""
    found = _first(document)
    return frozenset(check["id"] for check in found[0](document)) if found else frozenset()


def _first(document: Document) -> tuple[Fact, Words] | None:
    suite = document["suite"]
    table = (*(_MAIL if suite == "mail" else _WEB), *_DEFAULT[suite])
    return next((line for line in table if line[0](document)), None)
