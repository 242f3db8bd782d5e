"""The chain of trust of a report, as a list of zones from the root down, taken from the evidence of the DNSSEC checks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checks import CATALOGUE
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
    links = links_of(evidences)
    names = list(links)[:MOST_ZONES]
    before = dict(zip(names, ["", *names], strict=False))
    return tuple(_zone(links[name], parent_of(name, names), before[name], language) for name in names)


def links_of(evidences: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The link of each zone in these chains, a broken one before a whole one."""
    links: dict[str, Mapping[str, Any]] = {}
    for evidence in evidences:
        for link in evidence.get("chain") or ():
            known = links.get(link["zone"])
            if known is None or (known["state"] == "secure" and link["state"] != "secure"):
                links[link["zone"]] = link
    return links


def parent_of(zone: str, zones: Iterable[str]) -> str:
    """The nearest zone above; empty where trust begins."""
    above = (name for name in zones if name != zone and (name == "." or zone.endswith(f".{name}")))
    return max(above, key=len, default="")


def reason_in_words(reason: str, language: str) -> str:
    """A reason of the engine as a sentence of its own; a code without words as it is."""
    said = CATALOGUE.reasons(language).get(reason)
    return f"{said[0].upper()}{said[1:]}." if said else bounded(reason, 60)


def zone_name(zone: str, language: str) -> str:
    """The name of a zone for people."""
    return say(_ROOT, language) if zone == "." else bounded(zone, _NAME)


def algorithm_name(mnemonic: object) -> str:
    """A mnemonic of the registries as people write it."""
    return _ALGORITHM.get(str(mnemonic), bounded(str(mnemonic), 40))


def _zone(link: Mapping[str, Any], parent: str, before: str, language: str) -> Zone:
    status, word = STATE.get(link["state"], STATE["indeterminate"])
    reason = link.get("reason") or "ok"
    return Zone(
        name=zone_name(link["zone"], language),
        anchored=not parent,
        branch="" if parent in ("", before) else zone_name(parent, language),
        status=status,
        word=say(word, language),
        reason="" if reason == "ok" else reason_in_words(str(reason), language),
        ds=tuple((_ds(ds, language), bool(ds["matches"])) for ds in (link.get("ds") or ())[:8]),
        keys=tuple(
            f"{key['role']} {key['tag']} ({algorithm_name(key['algorithm'])})" for key in (link.get("keys") or ())[:8]
        ),
        until=until(link, language),
        denial=str(link.get("denial") or ""),
    )


def _ds(ds: Mapping[str, Any], language: str) -> str:
    return f"{ds['tag']}, {algorithm_name(ds['digest_type'])}: {say(_MATCHES if ds['matches'] else _NOT, language)}"


def until(link: Mapping[str, Any], language: str) -> str:
    """When the first of the signatures that were needed ends."""
    ends = [
        at
        for row in link.get("signatures") or ()
        if row.get("valid") is not None and (at := parse_time(row["expiration"]))
    ]
    return day(min(ends), language) if ends else ""
