"""The fixed words of a report page in both languages: failures, notices, the head and its seal. Tables only."""

from __future__ import annotations

from collections.abc import Mapping

from portal.scans.words import Words

NO_SUCH_DOMAIN: Words = {"nl": "Dit domein bestaat niet.", "en": "This domain does not exist."}
NOT_MEASURED: Words = {"nl": "Wij konden dit domein niet meten.", "en": "We could not measure this domain."}

# What the engine says when there was nothing to judge, in words: whose side it is on, and what to do.
FAILURE: Mapping[str, Words] = {
    "no-such-domain": {
        "nl": "De zone erboven zegt dat deze naam niet is uitgegeven. Controleer de spelling.",
        "en": "The parent zone says that this name has not been given out. Check the spelling.",
    },
    "no-answer": {
        "nl": "De nameservers van het domein gaven ons geen antwoord. Dat kan aan die servers liggen, of aan de weg erheen. Probeer het later opnieuw.",
        "en": "The name servers of the domain gave us no answer. That may be the servers, or the way to them. Try again later.",
    },
    "resolver-unfit": {
        "nl": "Dat ligt aan ons. De resolver van deze installatie laat handtekeningen weg of antwoordt niet. De beheerder kan dit verhelpen.",
        "en": "That is on our side. The resolver of this installation leaves signatures out or does not answer. Its operator can repair this.",
    },
}
NO_FAILURE: Words = {"nl": "Er was niets om te beoordelen.", "en": "There was nothing to judge."}

# Title and text of a notice.
PARTIAL: tuple[Words, Words] = (
    {"nl": "Een deel was niet te meten.", "en": "Part of this could not be measured."},
    {
        "nl": "De score telt wat wel te meten was. Een 100 is zo niet mogelijk. Niets hiervan telt tegen het domein.",
        "en": "The score counts what could be measured. A score of 100 is not possible this way. Nothing of this is held against the domain.",
    },
)
NULL_MX: tuple[Words, Words] = (
    {
        "nl": "Dit domein ontvangt geen mail, en zegt dat zelf.",
        "en": "This domain receives no mail, and says so itself.",
    },
    {
        "nl": "Er staat een null MX-record. Er zijn geen mailservers om te testen.",
        "en": "It has a null MX record. There are no mail servers to test.",
    },
)

ALL_IN_ORDER: Words = {
    "nl": "Alle controles van dit onderdeel zijn in orde.",
    "en": "All checks in this part are in order.",
}
NO_POINTS_OF_ITS_OWN: Words = {"nl": "levert zelf geen punten op", "en": "earns no points of its own"}
MIND: Words = {"nl": "Let op: {sentence}", "en": "Please note: {sentence}"}

NO_CHECKS: Words = {"nl": "geen", "en": "none"}
SOME_FAILED: Words = {"nl": "{total}, waarvan {wrong} niet in orde", "en": "{total}, {wrong} of which failed"}
NONE_FAILED: Words = {"nl": "{total}, geen enkele niet in orde", "en": "{total}, none of which failed"}

STILL_RUNNING: Words = {"nl": "loopt nog", "en": "running"}

# Under the number in the seal.
PROVISIONAL: Words = {"nl": "voorlopig", "en": "provisional"}
OF_100: Words = {"nl": "van 100", "en": "out of 100"}
