"""The words of the tools that belong to a value: verdicts, choices, mistakes, changes, steps. Both languages, by the value's own name."""

from __future__ import annotations

from collections.abc import Mapping

from portal.scans.words import Words

SERVICES: Mapping[int, Words] = {
    25: {"nl": "Mail ontvangen (poort 25, STARTTLS)", "en": "Receiving mail (port 25, STARTTLS)"},
    587: {"nl": "Mail inleveren (poort 587, STARTTLS)", "en": "Submitting mail (port 587, STARTTLS)"},
    465: {"nl": "Mail inleveren (poort 465)", "en": "Submitting mail (port 465)"},
    143: {"nl": "Mailbox IMAP (poort 143, STARTTLS)", "en": "Mailbox IMAP (port 143, STARTTLS)"},
    993: {"nl": "Mailbox IMAP (poort 993)", "en": "Mailbox IMAP (port 993)"},
    110: {"nl": "Mailbox POP3 (poort 110, STLS)", "en": "Mailbox POP3 (port 110, STLS)"},
    995: {"nl": "Mailbox POP3 (poort 995)", "en": "Mailbox POP3 (port 995)"},
    443: {"nl": "Website (poort 443)", "en": "Website (port 443)"},
}

VERDICT_STATUS: Mapping[str, str] = {
    "matches": "passed",
    "unknown": "error",
    "no-address": "error",
    "no-records": "warning",
    "insecure": "failed",
    "unusable": "failed",
    "no-tls": "failed",
    "no-match": "failed",
    "bogus": "failed",
}

ADDRESS: Mapping[str, tuple[str, str, Words]] = {  # status, envelope, word
    "matches": ("passed", "envelope-sealed", {"nl": "Verzegeld", "en": "Sealed"}),
    "no-records": ("info", "envelope-closed", {"nl": "Dicht", "en": "Closed"}),
    "unreached": ("error", "envelope-unknown", {"nl": "Niet te meten", "en": "Could not test"}),
    "no-tls": ("failed", "envelope-open", {"nl": "Open", "en": "Open"}),
    "no-match": ("failed", "envelope-broken", {"nl": "Zegel verbroken", "en": "Seal broken"}),
}

FAILURE: Mapping[str, Words] = {
    "timeout": {"nl": "geen antwoord", "en": "no answer"},
    "refused": {"nl": "poort dicht", "en": "port closed"},
    "unreachable": {"nl": "niet te bereiken", "en": "unreachable"},
    "reset": {"nl": "verbinding verbroken", "en": "connection broken"},
    "closed": {"nl": "verbinding gesloten", "en": "connection closed"},
    "forbidden": {"nl": "dit adres bezoeken wij niet", "en": "we do not visit this address"},
    "no-ipv6": {"nl": "wij hebben geen IPv6", "en": "we have no IPv6"},
    "too-much": {"nl": "te veel gegevens", "en": "too much data"},
    "protocol": {"nl": "een ander protocol", "en": "another protocol"},
    "ours": {"nl": "niet op tijd klaar, dat ligt aan ons", "en": "not done in time, that is on our side"},
}

STOP: Mapping[str, Words] = {
    "connected": {"nl": "verbonden", "en": "connected"},
    "starts-tls": {"nl": "aangeboden", "en": "offered"},
    "no-start": {"nl": "niet gelukt", "en": "did not work"},
    "not-reached": {"nl": "niet bereikt", "en": "not reached"},
    "no-tls": {"nl": "geen TLS", "en": "no TLS"},
    "matches": {"nl": "past", "en": "matches"},
    "no-match": {"nl": "past niet", "en": "does not match"},
    "no-records": {"nl": "geen record", "en": "no record"},
    "connection": {"nl": "Verbinding", "en": "Connection"},
}

USAGE: Mapping[int, Words] = {
    0: {
        "nl": "0, PKIX-TA: een uitgever die ook openbaar vertrouwd is",
        "en": "0, PKIX-TA: an issuer that is publicly trusted as well",
    },
    1: {
        "nl": "1, PKIX-EE: het certificaat van de server, dat ook openbaar vertrouwd is",
        "en": "1, PKIX-EE: the server's certificate, which is publicly trusted as well",
    },
    2: {
        "nl": "2, DANE-TA: een uitgever boven het certificaat van de server",
        "en": "2, DANE-TA: an issuer above the server's certificate",
    },
    3: {
        "nl": "3, DANE-EE: het certificaat van de server zelf",
        "en": "3, DANE-EE: the certificate of the server itself",
    },
}
SELECTOR: Mapping[int, Words] = {
    0: {"nl": "0, Cert: het hele certificaat", "en": "0, Cert: the whole certificate"},
    1: {"nl": "1, SPKI: alleen de publieke sleutel", "en": "1, SPKI: the public key only"},
}
MATCHING: Mapping[int, Words] = {
    0: {"nl": "0, Full: de gegevens zelf, zonder vingerafdruk", "en": "0, Full: the data itself, no fingerprint"},
    1: {"nl": "1, SHA-256", "en": "1, SHA-256"},
    2: {"nl": "2, SHA-512", "en": "2, SHA-512"},
}
UNKNOWN_NUMBER: Words = {"nl": "{number}: deze waarde is niet bekend", "en": "{number}: this value is not known"}
DATA: Mapping[str, Words] = {
    "key": {"nl": "van de publieke sleutel, {length} bytes", "en": "of the public key, {length} bytes"},
    "certificate": {"nl": "van het certificaat, {length} bytes", "en": "of the certificate, {length} bytes"},
}
PART_NAMES: Mapping[str, Words] = {
    "usage": {"nl": "Gebruik", "en": "Usage"},
    "selector": {"nl": "Selector", "en": "Selector"},
    "matching": {"nl": "Vergelijking", "en": "Matching type"},
    "data": {"nl": "Vingerafdruk", "en": "Fingerprint"},
}

MISTAKE: Mapping[str, Words] = {
    "pkix-for-mail": {
        "nl": "Gebruik 0 en 1 werken niet voor mail. Afzenders slaan zo'n record over. Kies 3 of 2.",
        "en": "Usages 0 and 1 do not work for mail. Senders pass such a record over. Choose 3 or 2.",
    },
    "whole-certificate": {
        "nl": "Selector 0 verandert bij elke vernieuwing, ook met dezelfde sleutel. Kies selector 1.",
        "en": "Selector 0 changes with every renewal, even with the same key. Choose selector 1.",
    },
    "full-data": {
        "nl": "Vergelijking 0 zet de hele sleutel of het hele certificaat in DNS. Dat maakt het antwoord groot. Kies 1.",
        "en": "Matching type 0 puts the whole key or certificate in DNS. That makes the answer large. Choose 1.",
    },
    "sha512": {
        "nl": "SHA-512 mag, maar niet elke afzender hoeft het te kennen. SHA-256 kent iedereen.",
        "en": "SHA-512 is allowed, but not every sender has to know it. Everybody knows SHA-256.",
    },
    "needs-name": {
        "nl": "Dit gebruik let ook op de naam en de datums in het certificaat, en de server moet de uitgever meesturen.",
        "en": "This usage also looks at the name and dates in the certificate, and the server has to send the issuer along.",
    },
    "no-issuer": {
        "nl": "Er is geen certificaat van een uitgever bij. Voor gebruik 0 en 2 is dat nodig.",
        "en": "There is no certificate of an issuer. Usages 0 and 2 need one.",
    },
    "needs-certificate": {
        "nl": "Een sleutel of aanvraag is nog geen certificaat. Selector 0 kan pas als het certificaat er is.",
        "en": "A key or request is no certificate yet. Selector 0 is possible once there is one.",
    },
}

UNUSABLE: Mapping[str, Words] = {
    "usage-unknown": {
        "nl": "Het gebruik is onbekend. Niemand let op dit record.",
        "en": "The usage is not known. Nobody looks at this record.",
    },
    "usage-not-for-smtp": {
        "nl": "Dit gebruik telt niet voor mail. Afzenders slaan het record over.",
        "en": "This usage does not count for mail. Senders pass the record over.",
    },
    "selector-unknown": {
        "nl": "De selector is onbekend. Niemand let op dit record.",
        "en": "The selector is not known. Nobody looks at this record.",
    },
    "matching-unknown": {
        "nl": "De vergelijking is onbekend. Niemand let op dit record.",
        "en": "The matching type is not known. Nobody looks at this record.",
    },
    "digest-length": {
        "nl": "De vingerafdruk heeft niet de lengte die erbij hoort.",
        "en": "The fingerprint does not have the length that belongs to it.",
    },
    "not-a-certificate": {"nl": "De gegevens zijn geen certificaat.", "en": "The data is no certificate."},
    "not-a-key": {"nl": "De gegevens zijn geen publieke sleutel.", "en": "The data is no public key."},
    "malformed": {"nl": "Het record is niet te lezen.", "en": "The record cannot be read."},
}

MATERIAL: Mapping[str, Words] = {
    "empty": {"nl": "Plak een certificaat, of vul een server in.", "en": "Paste a certificate, or fill in a server."},
    "private-key": {
        "nl": "Dit is een geheime sleutel. Wij hebben hem niet bewaard. Hij is nu wel buiten uw server geweest: vervang hem. Plak hier alleen een certificaat, publieke sleutel of aanvraag.",
        "en": "This is a private key. We have not kept it. It has been outside your server now: replace it. Paste only a certificate, public key or request here.",
    },
    "too-long": {
        "nl": "Deze tekst is te lang. Plak alleen het certificaat met zijn keten.",
        "en": "This text is too long. Paste only the certificate with its chain.",
    },
    "too-many": {
        "nl": "Dit zijn meer dan 20 blokken. Plak alleen het certificaat met zijn keten.",
        "en": "These are more than 20 blocks. Paste only the certificate with its chain.",
    },
    "no-pem": {
        "nl": "Dit is geen PEM-tekst. Die begint met -----BEGIN CERTIFICATE-----.",
        "en": "This is no PEM text. That begins with -----BEGIN CERTIFICATE-----.",
    },
    "other-block": {
        "nl": "Dit soort blok kunnen wij niet gebruiken. Plak een certificaat, publieke sleutel of aanvraag.",
        "en": "We cannot use this kind of block. Paste a certificate, public key or request.",
    },
    "unreadable": {
        "nl": "Dit blok is niet te lezen. Misschien is het niet helemaal geplakt.",
        "en": "This block cannot be read. Perhaps it was not pasted whole.",
    },
}

NO_RECORD: Mapping[str, Words] = {
    "empty": {"nl": "Plak een TLSA-record.", "en": "Paste a TLSA record."},
    "too-long": {"nl": "Deze tekst is te lang voor een TLSA-record.", "en": "This text is too long for a TLSA record."},
    "several": {
        "nl": "Dit zijn er meer dan één. Plak er één tegelijk.",
        "en": "There is more than one. Paste one at a time.",
    },
    "other-type": {
        "nl": "Dit is een record van een ander type dan TLSA.",
        "en": "This is a record of another type than TLSA.",
    },
    "too-short": {
        "nl": "Een TLSA-record heeft drie getallen en een vingerafdruk, bijvoorbeeld 3 1 1 gevolgd door 64 tekens.",
        "en": "A TLSA record has three numbers and a fingerprint, for example 3 1 1 followed by 64 characters.",
    },
    "not-numbers": {
        "nl": "De eerste drie delen zijn getallen van 0 tot en met 255.",
        "en": "The first three parts are numbers from 0 to 255.",
    },
    "not-hex": {
        "nl": "De vingerafdruk bestaat uit cijfers en de letters a tot en met f.",
        "en": "The fingerprint consists of digits and the letters a to f.",
    },
    "odd-hex": {
        "nl": "De vingerafdruk heeft een oneven aantal tekens. Er ontbreekt er een.",
        "en": "The fingerprint has an odd number of characters. One is missing.",
    },
}

ACT: Mapping[str, Words] = {
    "keep": {"nl": "Blijft", "en": "Stays"},
    "add": {"nl": "Toevoegen", "en": "Add"},
    "remove": {"nl": "Weghalen", "en": "Remove"},
}
ACT_STATUS: Mapping[str, str] = {"keep": "passed", "add": "info", "remove": "warning"}
WHEN: Mapping[str, Words] = {
    "now": {"nl": "Dat kan nu.", "en": "This can be done now."},
    "after-new-is-seen": {
        "nl": "Pas als alle nameservers het nieuwe record geven, en daarna twee keer de TTL is verstreken.",
        "en": "Only when all name servers give the new record, and two TTLs have passed since.",
    },
    "after-switch": {
        "nl": "Dit record is nu in gebruik. Haal het pas weg als elk adres het nieuwe certificaat toont, en daarna twee keer de TTL is verstreken.",
        "en": "This record is in use now. Remove it only when every address shows the new certificate, and two TTLs have passed since.",
    },
}
CAUTION: Mapping[str, Words] = {
    "digest-changes": {
        "nl": "Let op: naast een sterkere vingerafdruk kijken afzenders niet meer naar de zwakkere. Publiceer eerst ook voor de huidige sleutel een record met deze vergelijking.",
        "en": "Note: beside a stronger fingerprint senders no longer look at the weaker. First publish a record with this matching type for the present key too.",
    },
    "may-be-next": {
        "nl": "Dit record past bij niets wat de server nu toont. Staat het er voor een volgende sleutel? Laat het dan staan.",
        "en": "This record matches nothing that the server shows now. Is it there for a next key? Then leave it.",
    },
}

FORMAT: Mapping[str, Words] = {
    "zone": {"nl": "Zonebestand (BIND, NSD, Knot)", "en": "Zone file (BIND, NSD, Knot)"},
    "fields": {
        "nl": "Losse velden (webformulier van uw DNS-leverancier)",
        "en": "Field by field (your DNS provider's web form)",
    },
    "nsupdate": {"nl": "nsupdate", "en": "nsupdate"},
    "powerdns": {"nl": "PowerDNS (pdnsutil)", "en": "PowerDNS (pdnsutil)"},
    "windows": {"nl": "Windows DNS (PowerShell)", "en": "Windows DNS (PowerShell)"},
    "json": {"nl": "JSON", "en": "JSON"},
}
FIELD: Mapping[str, Words] = {
    "name": {"nl": "Naam", "en": "Name"},
    "type": {"nl": "Type", "en": "Type"},
    "ttl": {"nl": "TTL", "en": "TTL"},
    "usage": {"nl": "Gebruik", "en": "Usage"},
    "selector": {"nl": "Selector", "en": "Selector"},
    "matching": {"nl": "Vergelijking", "en": "Matching type"},
    "data": {"nl": "Gegevens", "en": "Data"},
}

STEP: Mapping[str, tuple[Words, Words]] = {  # what to do, and what to know
    "prepare": (
        {
            "nl": "Maak de nieuwe sleutel en een certificaataanvraag.",
            "en": "Make the new key and a certificate request.",
        },
        {
            "nl": "Plak de aanvraag bij ‘Maak een TLSA-record’. Dan kent u het nieuwe record.",
            "en": "Paste the request at ‘Make a TLSA record’. Then you know the new record.",
        },
    ),
    "publish": (
        {"nl": "Zet het nieuwe record erbij. Laat het oude staan.", "en": "Add the new record. Leave the old one."},
        {"nl": "De server verandert nog niet.", "en": "The server does not change yet."},
    ),
    "seen": (
        {
            "nl": "Controleer of alle nameservers het nieuwe record geven.",
            "en": "Check that all name servers give the new record.",
        },
        {
            "nl": "Vanaf dat moment telt de wachttijd van twee keer de TTL.",
            "en": "From that moment the wait of two TTLs counts.",
        },
    ),
    "switch": (
        {
            "nl": "Zet het nieuwe certificaat op de server, op alle adressen.",
            "en": "Put the new certificate on the server, at all addresses.",
        },
        {"nl": "", "en": ""},
    ),
    "verify": (
        {
            "nl": "Controleer of elk adres het nieuwe certificaat toont en past.",
            "en": "Check that every address shows the new certificate and matches.",
        },
        {
            "nl": "Gaat het mis? Zet het oude certificaat terug. Het oude record staat er nog.",
            "en": "Did it go wrong? Put the old certificate back. The old record is still there.",
        },
    ),
    "remove": (
        {"nl": "Haal het oude record weg.", "en": "Remove the old record."},
        {
            "nl": "Alleen als de controle van het nieuwe certificaat goed was.",
            "en": "Only when the check of the new certificate was right.",
        },
    ),
}
EARLIEST: Words = {"nl": "Niet eerder dan {at}.", "en": "Not before {at}."}
CERTAIN: Words = {
    "nl": "Kunt u niet alle nameservers nakijken? Dan pas vanaf {at}.",
    "en": "Can you not check all name servers? Then only from {at}.",
}

NO_IPV6: Words = {
    "nl": "Wij hebben geen IPv6: de IPv6-adressen hebben wij niet gezien. Controleer die zelf.",
    "en": "We have no IPv6: we have not seen the IPv6 addresses. Check those yourself.",
}
FITS: Mapping[str, Words] = {
    "leaf": {"nl": "past bij het certificaat van de server", "en": "matches the certificate of the server"},
    "issuer": {"nl": "past bij een uitgever in de keten", "en": "matches an issuer in the chain"},
    "nothing": {
        "nl": "past niet bij een certificaat dat hier wordt getoond",
        "en": "does not match a certificate that is shown here",
    },
    "unseen": {"nl": "hier zagen wij geen certificaat", "en": "we saw no certificate here"},
}

STAGE: Mapping[str, tuple[str, Words]] = {
    "not-published": (
        "waiting",
        {
            "nl": "Geen enkele nameserver geeft het nieuwe record. Zet het erbij en laat het oude staan.",
            "en": "No name server gives the new record. Add it and leave the old one.",
        },
    ),
    "spreading": (
        "busy",
        {
            "nl": "Nog niet alle nameservers geven het nieuwe record. Wacht met het nieuwe certificaat.",
            "en": "Not all name servers give the new record yet. Wait with the new certificate.",
        },
    ),
    "waiting": (
        "passed",
        {
            "nl": "Alle nameservers geven het nieuwe record. Het nieuwe certificaat mag op de server vanaf {at}.",
            "en": "All name servers give the new record. The new certificate may be put on the server from {at}.",
        },
    ),
    "switching": (
        "busy",
        {
            "nl": "Een deel van de adressen toont het nieuwe certificaat. Zet het ook op de andere, en laat beide records staan.",
            "en": "Some of the addresses show the new certificate. Put it on the others too, and leave both records.",
        },
    ),
    "switched": (
        "passed",
        {
            "nl": "Elk adres toont het nieuwe certificaat. Het oude record mag weg vanaf {at}.",
            "en": "Every address shows the new certificate. The old record may go from {at}.",
        },
    ),
    "done": (
        "passed",
        {
            "nl": "De vervanging is klaar. Er staat geen oud record meer.",
            "en": "The roll-over is done. There is no old record left.",
        },
    ),
    "out-of-order": (
        "failed",
        {
            "nl": "De volgorde klopt niet: een adres toont het nieuwe certificaat, maar niet elke nameserver geeft een record ervoor. Zet het oude certificaat terug of publiceer nu.",
            "en": "The order is wrong: an address shows the new certificate, but not every name server gives a record for it. Put the old certificate back or publish the record at once.",
        },
    ),
    "unknown": (
        "error",
        {
            "nl": "Wij konden niet elke nameserver en elk adres bekijken. Controleer later opnieuw.",
            "en": "We could not see every name server and every address. Check again later.",
        },
    ),
}
