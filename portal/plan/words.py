"""The fixed words of a plan in both languages. Tables only."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

# Whose job a step is. {provider} is filled when we recognise who runs the servers.
ROLE: Mapping[str, Words] = {
    "dns": {"nl": "DNS-beheer", "en": "DNS administrator"},
    "mail-dns": {"nl": "DNS-beheer van de mailserver", "en": "DNS administrator of the mail server"},
    "mail": {"nl": "mailbeheer", "en": "mail administrator"},
    "web": {"nl": "webbeheer", "en": "web administrator"},
    "server": {"nl": "beheer van de server", "en": "server administrator"},
    "network": {"nl": "netwerkbeheer", "en": "network administrator"},
}
AT: Words = {"nl": "{role}, via {provider}", "en": "{role}, through {provider}"}
PROVIDER: Mapping[str, Words] = {
    "mail": {
        "nl": "De mailservers en hun zone zijn van {provider}. Alleen {provider} kan dit doen. Vraag ernaar, met de tekst hieronder.",
        "en": "The mail servers and their zone belong to {provider}. Only {provider} can do this. Ask for it, with the text below.",
    },
    "dns": {
        "nl": "De nameservers zijn van {provider}. Kijk in het beheerscherm van {provider} of u DNSSEC daar aanzet, of vraag het de helpdesk.",
        "en": "The name servers belong to {provider}. See in the control panel of {provider} whether you turn DNSSEC on there, or ask the help desk.",
    },
}
KNOWN: Words = {
    "nl": "Wat wij weten van mail bij {provider}: DNSSEC {dnssec}, DANE {dane}, IPv6 {ipv6}.",
    "en": "What we know of mail at {provider}: DNSSEC {dnssec}, DANE {dane}, IPv6 {ipv6}.",
}
SUPPORT: Mapping[str, Words] = {
    "yes": {"nl": "ja", "en": "yes"},
    "no": {"nl": "nee", "en": "no"},
    "choice": {"nl": "als u het aanzet", "en": "when you turn it on"},
    "unknown": {"nl": "onbekend", "en": "unknown"},
}
MORE: Words = {"nl": "{names} en nog {count}", "en": "{names} and {count} more"}
AND: Words = {"nl": " en ", "en": " and "}

HEADING: Mapping[str, Words] = {
    "one": {"nl": "Naar {goal} in één stap", "en": "To {goal} in one step"},
    "many": {"nl": "Naar {goal} in {count} stappen", "en": "To {goal} in {count} steps"},
    "extra-one": {"nl": "Nog één verbetering", "en": "One more improvement"},
    "extra": {"nl": "Nog {count} verbeteringen", "en": "{count} more improvements"},
}
STATE: Mapping[str, Words] = {
    "passed": {"nl": "in orde", "en": "passed"},
    "info": {"nl": "ter informatie", "en": "for information"},
    "not_tested": {"nl": "niet getest", "en": "not tested"},
    "error": {"nl": "niet te meten", "en": "could not test"},
}
CHECK: Words = {
    "nl": "Test daarna opnieuw. Wacht eerst tot de TTL van oude records voorbij is.",
    "en": "Then test again. First wait until the TTL of old records has passed.",
}

LETTER: Mapping[str, Words] = {
    "subject": {"nl": "{domain}: {title}", "en": "{domain}: {title}"},
    "body": {
        "nl": "Beste leverancier,\n\nWij hebben {domain} op {day} laten testen op de beveiliging van {suite}. Dit is de uitslag op het punt waar wij uw hulp bij vragen:\n\n{findings}\n\n"
        "Wilt u dit voor ons doen?\n{title}.\n{lines}\n{address}Wilt u ons laten weten wanneer het klaar is? Dan testen wij opnieuw.\n\nMet vriendelijke groet,\n",
        "en": "Dear supplier,\n\nWe had {domain} tested on {day} for the security of {suite}. This is the result on the point where we ask for your help:\n\n{findings}\n\n"
        "Could you do this for us?\n{title}.\n{lines}\n{address}Could you let us know when it is done? Then we test again.\n\nKind regards,\n",
    },
    "lines": {"nl": "\n{caption}:\n\n{text}\n", "en": "\n{caption}:\n\n{text}\n"},
    "address": {"nl": "Het hele rapport staat op {address}\n\n", "en": "The whole report is at {address}\n\n"},
    "mail": {"nl": "de mail", "en": "the mail"},
    "web": {"nl": "de website", "en": "the website"},
}
