"""The fixed words of a report on paper, in both languages. A table only."""

from __future__ import annotations

from collections.abc import Mapping

from portal.scans.words import Words

REPORT: Mapping[str, Words] = {
    "mail": {"nl": "Mailtest van {name}", "en": "Mail test of {name}"},
    "web": {"nl": "Websitetest van {name}", "en": "Website test of {name}"},
    "address": {"nl": "Vast adres van dit rapport:", "en": "Permanent address of this report:"},
    "measured": {"nl": "Gemeten", "en": "Measured"},
    "duration": {"nl": "Duur", "en": "Duration"},
    "checks": {"nl": "Controles", "en": "Checks"},
    "overview": {"nl": "Overzicht", "en": "Overview"},
    "category": {"nl": "Onderdeel", "en": "Category"},
    "score": {"nl": "Score", "en": "Score"},
    "verdict": {"nl": "Oordeel", "en": "Verdict"},
    "who": {"nl": "Wie", "en": "Who"},
    "work": {"nl": "Werk", "en": "Work"},
    "note": {"nl": "Let op", "en": "Note"},
    "gain": {"nl": "Score", "en": "Score"},
    "from-to": {"nl": "van {before} naar {after}", "en": "from {before} to {after}"},
    "no-gain": {"nl": "levert op zichzelf geen punten op", "en": "brings no points by itself"},
    "already": {"nl": "Hier hoeft nu niets te gebeuren:", "en": "These need nothing now:"},
    "order": {
        "nl": "In deze volgorde, want een latere stap heeft de eerdere nodig. De regels zijn ingevuld met uw eigen waarden.",
        "en": "In this order, because a later step needs the earlier ones. The lines are filled in with your own values.",
    },
    "route": {"nl": "De weg van een mail naar u", "en": "The way of a mail to you"},
    "route-says": {
        "nl": "Elk adres van elke mailserver is een regel. Het slechtste adres bepaalt de score.",
        "en": "Every address of every mail server is a line. The worst address decides the score.",
    },
    "mx-answer": {"nl": "De MX-records:", "en": "The MX records:"},
    "host-address": {"nl": "Adres", "en": "Address"},
    "steps": {"nl": "Wat wij zagen", "en": "What we saw"},
    "outcome": {"nl": "Mail hierheen is", "en": "Mail to it is"},
    "no-address": {"nl": "Geen adres", "en": "No address"},
    "more-addresses": {
        "nl": "Niet op papier: nog {count} adressen. Zij staan op de pagina van het rapport.",
        "en": "Not on paper: {count} more addresses. They are on the page of the report.",
    },
    "others": {"nl": "Niet getekend:", "en": "Not drawn:"},
    "chain": {"nl": "Keten van vertrouwen (DNSSEC)", "en": "Chain of trust (DNSSEC)"},
    "all": {"nl": "Alle controles, de slechtste eerst", "en": "All checks, the worst first"},
    "tested": {"nl": "Getest", "en": "Tested"},
    "more-rows": {
        "nl": "Niet op papier: nog {count} regels. Zij staan op de pagina van het rapport.",
        "en": "Not on paper: {count} more rows. They are on the page of the report.",
    },
    "publish": {
        "nl": "Records die passen op wat de server nu toont",
        "en": "Records that fit what the server shows now",
    },
    "how": {"nl": "Zo lost u het op", "en": "How to fix it"},
    "limits": {"nl": "Wat deze score zegt, en wat niet", "en": "What this score says, and what it does not"},
    "counts": {
        "nl": "De score telt de verplichte controles van dit rapport. Aanbevolen en optionele controles staan erbij en tellen niet mee.",
        "en": "The score counts the required checks of this report. Recommended and optional checks are shown and do not count.",
    },
    "missing": {
        "nl": "Niet gemeten, en dus niet in deze score: {parts}.",
        "en": "Not measured, and so not in this score: {parts}.",
    },
    "outside": {
        "nl": "Wij maten van buitenaf, op één moment, vanaf één plaats. Een volle score zegt niet dat uw systemen op geen andere manier zijn aan te vallen.",
        "en": "We measured from the outside, at one moment, from one place. A full score does not say that your systems cannot be attacked in another way.",
    },
    "made": {
        "nl": "Gemeten met engine {engine} en catalogus {catalogue}. Technische gegevens en uitleg per controle staan op het vaste adres.",
        "en": "Measured with engine {engine} and catalogue {catalogue}. Technical data and an explanation of each check are at the permanent address.",
    },
    "page": {"nl": "Pagina", "en": "Page"},
    "of": {"nl": "van", "en": "of"},
}
