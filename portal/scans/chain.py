"""The chain of trust of a report, as a list of zones from the root down, taken from the evidence of the DNSSEC checks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.scans.evidence import bounded
from portal.scans.words import Words, day, parse_time, say

MOST_ZONES = 40
_NAME = 100  # characters of a zone name that are shown; the rest is in the technical details

STATE: Mapping[str, tuple[str, Words]] = {
    "secure": ("passed", {"nl": "veilig", "en": "secure"}),
    "insecure": ("not_tested", {"nl": "niet ondertekend", "en": "not signed"}),
    "bogus": ("failed", {"nl": "gebroken", "en": "broken"}),
    "indeterminate": ("error", {"nl": "niet te meten", "en": "could not test"}),
}

REASON: Mapping[str, Words] = {
    "no-ds": {
        "nl": "De zone erboven bewijst dat deze zone niet ondertekend is.",
        "en": "The parent zone proves that this zone is not signed.",
    },
    "opt-out": {
        "nl": "De zone erboven laat open of deze zone ondertekend is (opt-out).",
        "en": "The parent zone leaves open whether this zone is signed (opt-out).",
    },
    "unsupported-algorithm": {
        "nl": "Ondertekend met een algoritme dat wij niet kunnen controleren.",
        "en": "Signed with an algorithm that we cannot check.",
    },
    "iterations-too-high": {
        "nl": "Het aantal NSEC3-rondes is zo hoog dat resolvers de zone als onbeveiligd zien.",
        "en": "The number of NSEC3 iterations is so high that resolvers treat the zone as unsigned.",
    },
    "ds-mismatch": {
        "nl": "Geen DS-record in de zone erboven past op een sleutel van deze zone.",
        "en": "No DS record in the parent zone matches a key of this zone.",
    },
    "child-unsigned": {
        "nl": "De zone erboven zegt dat deze zone ondertekend is, maar er zijn geen handtekeningen.",
        "en": "The parent zone says that this zone is signed, but there are no signatures.",
    },
    "no-proof-of-no-ds": {
        "nl": "Er is geen DS-record, en ook geen bewijs dat het er niet hoort te zijn.",
        "en": "There is no DS record, and no proof that there should be none.",
    },
    "signature-expired": {"nl": "De handtekening is verlopen.", "en": "The signature has expired."},
    "signature-not-yet-valid": {"nl": "De handtekening geldt nog niet.", "en": "The signature is not valid yet."},
    "signature-missing": {"nl": "Er ontbreekt een handtekening.", "en": "A signature is missing."},
    "signature-invalid": {"nl": "De handtekening klopt niet.", "en": "The signature is wrong."},
    "signature-by-unknown-key": {
        "nl": "Ondertekend met een sleutel die de zone niet publiceert.",
        "en": "Signed with a key that the zone does not publish.",
    },
    "key-unusable": {
        "nl": "De sleutel mag niet voor DNSSEC worden gebruikt.",
        "en": "The key may not be used for DNSSEC.",
    },
    "wrong-signer": {
        "nl": "Ondertekend door een andere zone dan die het record bevat.",
        "en": "Signed by another zone than the one that holds the record.",
    },
    "denial-missing": {
        "nl": "Het bewijs dat een record er niet is, ontbreekt.",
        "en": "The proof that a record is absent is missing.",
    },
    "denial-incomplete": {
        "nl": "Het bewijs dat een record er niet is, is niet volledig.",
        "en": "The proof that a record is absent is not complete.",
    },
    "alias-loop": {"nl": "De verwijzingen (CNAME) komen nergens uit.", "en": "The aliases (CNAME) lead nowhere."},
    "not-a-name": {
        "nl": "Een verwijzing leidt naar iets dat geen naam is.",
        "en": "An alias leads to something that is no name.",
    },
    "no-anchor": {
        "nl": "Wij hebben geen vertrouwensanker voor deze naam.",
        "en": "We have no trust anchor for this name.",
    },
    "anchor-mismatch": {
        "nl": "Ons vertrouwensanker past niet. Dat ligt aan ons.",
        "en": "Our trust anchor does not match. That is on our side.",
    },
    "resolver-strips-dnssec": {
        "nl": "Onze resolver laat handtekeningen weg. Dat ligt aan ons.",
        "en": "Our resolver leaves signatures out. That is on our side.",
    },
    "resolver-failed": {"nl": "Wij kregen geen bruikbaar antwoord.", "en": "We got no usable answer."},
    "exhausts-validators": {
        "nl": "De controle kost meer werk dan resolvers ervoor over hebben.",
        "en": "Checking takes more work than resolvers are willing to do.",
    },
}

_ROOT: Words = {"nl": ". (root)", "en": ". (root)"}
_MATCHES: Words = {"nl": "past", "en": "matches"}
_NOT: Words = {"nl": "past niet", "en": "does not match"}


# Mnemonics of the IANA registries, as people write them.
_ALGORITHM: Mapping[str, str] = {
    "RSASHA1": "RSA/SHA-1",
    "RSASHA1NSEC3SHA1": "RSA/SHA-1",
    "RSASHA256": "RSA/SHA-256",
    "RSASHA512": "RSA/SHA-512",
    "ECDSAP256SHA256": "ECDSA P-256",
    "ECDSAP384SHA384": "ECDSA P-384",
    "ED25519": "Ed25519",
    "ED448": "Ed448",
    "SHA1": "SHA-1",
    "SHA256": "SHA-256",
    "SHA384": "SHA-384",
}


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone: its state as sign and word, why when it is not secure, and its DS records, keys and signatures in words.

    ``anchored`` when trust begins here; ``branch`` is the name of its parent when that is not the zone shown just before it.
    """

    name: str
    anchored: bool
    branch: str
    status: str
    word: str
    reason: str
    ds: tuple[tuple[str, bool], ...]
    keys: tuple[str, ...]
    until: str
    denial: str


def build(evidences: Iterable[Mapping[str, Any]], language: str) -> tuple[Zone, ...]:
    """The zones of all chains, each once, in the order in which they were first met. A zone that is broken for one name is shown as broken."""
    links: dict[str, Mapping[str, Any]] = {}
    parents: dict[str, str] = {}
    for evidence in evidences:
        above = ""
        for link in evidence.get("chain") or ():
            known = links.get(link["zone"])
            if known is None or (known["state"] == "secure" and link["state"] != "secure"):
                links[link["zone"]] = link
            parents.setdefault(link["zone"], above)
            above = link["zone"]
    names = list(links)[:MOST_ZONES]
    before = dict(zip(names, ["", *names], strict=False))
    return tuple(_zone(links[name], parents[name], before[name], language) for name in names)


def _name(zone: str, language: str) -> str:
    return say(_ROOT, language) if zone == "." else bounded(zone, _NAME)


def _algorithm(mnemonic: object) -> str:
    return _ALGORITHM.get(str(mnemonic), bounded(str(mnemonic), 40))


def _zone(link: Mapping[str, Any], parent: str, before: str, language: str) -> Zone:
    status, word = STATE.get(link["state"], STATE["indeterminate"])
    reason = link.get("reason") or "ok"
    said = "" if reason == "ok" else say(REASON[reason], language) if reason in REASON else bounded(str(reason), 60)
    return Zone(
        name=_name(link["zone"], language),
        anchored=not parent,
        branch="" if parent in ("", before) else _name(parent, language),
        status=status,
        word=say(word, language),
        reason=said,
        ds=tuple((_ds(ds, language), bool(ds["matches"])) for ds in (link.get("ds") or ())[:8]),
        keys=tuple(
            f"{key['role']} {key['tag']} ({_algorithm(key['algorithm'])})" for key in (link.get("keys") or ())[:8]
        ),
        until=_until(link, language),
        denial=str(link.get("denial") or ""),
    )


def _ds(ds: Mapping[str, Any], language: str) -> str:
    return f"{ds['tag']}, {_algorithm(ds['digest_type'])}: {say(_MATCHES if ds['matches'] else _NOT, language)}"


def _until(link: Mapping[str, Any], language: str) -> str:
    """When the first of the signatures that were needed ends."""
    ends = [
        at
        for row in link.get("signatures") or ()
        if row.get("valid") is not None and (at := parse_time(row["expiration"]))
    ]
    return day(min(ends), language) if ends else ""
