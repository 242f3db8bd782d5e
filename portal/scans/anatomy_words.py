"""What each value of a TLSA record means, in both languages (RFC 6698 section 2.1, names of RFC 7218), and whether it is a good choice for mail (RFC 7672 section 3.1). Tables only."""

from __future__ import annotations

from collections.abc import Mapping

from portal.scans.words import Words as Text

Words = tuple[Text, Text, str, Text]  # name, meaning, status, word for the status

_ADVISED: Text = {"nl": "aanbevolen", "en": "advised"}
_MAY: Text = {"nl": "mag", "en": "allowed"}
_CARE: Text = {"nl": "vraagt aandacht", "en": "asks for care"}
_NOT_FOR_MAIL: Text = {"nl": "niet bruikbaar voor mail", "en": "not usable for mail"}

TITLES: tuple[Text, Text, Text] = (
    {"nl": "Gebruik: {value}, {name}", "en": "Usage: {value}, {name}"},
    {"nl": "Selector: {value}, {name}", "en": "Selector: {value}, {name}"},
    {"nl": "Vergelijking: {value}, {name}", "en": "Matching type: {value}, {name}"},
)
DIGEST: Text = {"nl": "Vingerafdruk", "en": "Fingerprint"}
DIGEST_TEXT: Text = {
    "nl": "Deze moet gelijk zijn aan wat de server toont.",
    "en": "This has to equal what the server shows.",
}
DEPTH: Text = {"nl": ", op diepte {depth}", "en": ", at depth {depth}"}

USAGE: Mapping[str, Words] = {
    "0": (
        {"nl": "PKIX-TA", "en": "PKIX-TA"},
        {
            "nl": "Een bekende uitgever, en die alleen. Voor mail slaan afzenders dit over.",
            "en": "A known issuer, and only that one. For mail, senders skip this.",
        },
        "warning",
        _NOT_FOR_MAIL,
    ),
    "1": (
        {"nl": "PKIX-EE", "en": "PKIX-EE"},
        {
            "nl": "Dit certificaat, van een bekende uitgever. Voor mail slaan afzenders dit over.",
            "en": "This certificate, from a known issuer. For mail, senders skip this.",
        },
        "warning",
        _NOT_FOR_MAIL,
    ),
    "2": (
        {"nl": "DANE-TA", "en": "DANE-TA"},
        {
            "nl": "Controleer of het certificaat van deze uitgever komt. Naam en datum tellen mee. De server moet de uitgever meesturen.",
            "en": "Check that the certificate comes from this issuer. Name and dates count. The server has to send the issuer along.",
        },
        "passed",
        _ADVISED,
    ),
    "3": (
        {"nl": "DANE-EE", "en": "DANE-EE"},
        {
            "nl": "Controleer het certificaat van de server zelf. Naam, datum en uitgever tellen niet mee.",
            "en": "Check the certificate of the server itself. Name, dates and issuer do not count.",
        },
        "passed",
        _ADVISED,
    ),
}
SELECTOR: Mapping[str, Words] = {
    "0": (
        {"nl": "Cert", "en": "Cert"},
        {
            "nl": "Kijk naar het hele certificaat. Na elke vernieuwing past het record niet meer.",
            "en": "Look at the whole certificate. After every renewal the record no longer matches.",
        },
        "warning",
        _CARE,
    ),
    "1": (
        {"nl": "SPKI", "en": "SPKI"},
        {
            "nl": "Kijk alleen naar de publieke sleutel. Vernieuwt u met dezelfde sleutel, dan blijft het record goed.",
            "en": "Look at the public key only. Renew with the same key, and the record stays right.",
        },
        "passed",
        _ADVISED,
    ),
}
MATCHING: Mapping[str, Words] = {
    "0": (
        {"nl": "alles", "en": "all"},
        {
            "nl": "Vergelijk alle gegevens zelf. Het record wordt daardoor groot.",
            "en": "Compare all the data itself. That makes the record large.",
        },
        "info",
        _MAY,
    ),
    "1": (
        {"nl": "SHA-256", "en": "SHA-256"},
        {"nl": "Vergelijk een vingerafdruk van 64 tekens.", "en": "Compare a fingerprint of 64 characters."},
        "passed",
        _ADVISED,
    ),
    "2": (
        {"nl": "SHA-512", "en": "SHA-512"},
        {
            "nl": "Vergelijk een vingerafdruk van 128 tekens. Niet elke afzender kent deze.",
            "en": "Compare a fingerprint of 128 characters. Not every sender knows this one.",
        },
        "info",
        _MAY,
    ),
}
UNKNOWN: Words = (
    {"nl": "onbekend", "en": "unknown"},
    {
        "nl": "Deze waarde bestaat niet. Afzenders slaan het record over.",
        "en": "This value does not exist. Senders skip the record.",
    },
    "warning",
    {"nl": "niet bruikbaar", "en": "not usable"},
)

EQUAL: Text = {
    "nl": "De vingerafdrukken zijn gelijk, op diepte {depth} van de keten.",
    "en": "The fingerprints are equal, at depth {depth} of the chain.",
}
DIFFERENT: Text = {
    "nl": "De twee vingerafdrukken zijn niet gelijk. De server heeft een ander certificaat of een andere sleutel dan het record zegt.",
    "en": "The two fingerprints are not equal. The server has another certificate or another key than the record says.",
}
ELSEWHERE: Text = {
    "nl": "De vingerafdruk is gelijk, maar het record past toch niet. De reden staat bij deel 4.",
    "en": "The fingerprint is equal, but the record does not match all the same. The reason is at part 4.",
}
NOTHING_SHOWN: Text = {
    "nl": "De server toonde niets om dit record mee te vergelijken.",
    "en": "The server showed nothing to compare this record with.",
}
UNUSABLE: Text = {
    "nl": "Dit record telt niet mee: een afzender mag het niet gebruiken.",
    "en": "This record does not count: a sender may not use it.",
}
