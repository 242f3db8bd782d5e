"""The fixed words of a plan in both languages. Tables only."""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, str]

# Whose job a step is. {provider} is filled when we recognise who runs the servers.
ROLE: Mapping[str, Words] = {
    "dns": {"nl": "DNS-beheer", "en": "DNS administration"},
    "mail-dns": {"nl": "DNS-beheer van de mailserver", "en": "DNS administration of the mail server"},
    "mail": {"nl": "mailbeheer", "en": "mail administration"},
    "web": {"nl": "webbeheer", "en": "web administration"},
    "server": {"nl": "beheer van de server", "en": "administration of the server"},
    "network": {"nl": "netwerkbeheer", "en": "network administration"},
}
AT: Words = {"nl": "{role}, via {provider}", "en": "{role}, through {provider}"}
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
