"""What the picture of the chain of trust shows for a report: its zones, keys, DS records and answers in words. Pure; the drawing itself is in ``portal.pictures.chain``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from portal.pictures import chain
from portal.pictures.chain import MOST_ZONES, Picture, Row, Zone, wrapped
from portal.scans.chain import STATE, algorithm_name, links_of, parent_of, reason_in_words, until, zone_name
from portal.scans.evidence import bounded
from portal.scans.words import Words, say

_MOST_OF_A_KIND = 4
_ANCHOR: Words = {"nl": "Anker", "en": "Anchor"}
_MATCHES: Words = {"nl": "past", "en": "fits"}
_NOT: Words = {"nl": "past niet", "en": "fits not"}
_NO_DS: Words = {"nl": "Geen DS voor {zone}", "en": "No DS for {zone}"}
_PROOF: Words = {"nl": "Stopt hier: bewijs met {denial}", "en": "Stops here: proof by {denial}"}
_UNTIL: Words = {"nl": "Geldig tot {day}", "en": "Valid until {day}"}
_ENDS: Words = {"nl": "Loopt af over {hours} uur", "en": "Ends in {hours} hours"}
_LABEL: Words = {"nl": "Keten van vertrouwen", "en": "Chain of trust"}
_BELOW: Words = {"nl": "onder {parent}", "en": "below {parent}"}
_ANSWERS: Words = {"nl": "Antwoorden", "en": "Answers"}
_OUTCOMES: Mapping[str, str] = {
    "secure": "passed",
    "bogus": "failed",
    "insecure": "not_tested",
    "unsupported": "not_tested",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture for the page: ``wide`` is empty when it has too many columns. ``narrow`` is for phones."""

    wide: SafeString
    narrow: SafeString


def draw(document: Mapping[str, Any], language: str) -> Drawing | None:
    """The picture of a report document, ready for the page."""
    picture = build(document, language)
    return Drawing(chain.wide(picture), chain.narrow(picture)) if picture else None


def as_file(document: Mapping[str, Any], language: str) -> str:
    """The picture of a report document as an SVG file; an empty string when there is no chain to draw."""
    picture = build(document, language)
    return chain.document(picture) if picture else ""


def build(document: Mapping[str, Any], language: str) -> Picture | None:
    """The picture of the chains in the evidence of a report document; None when it has none."""
    rows = list(_rows(document))
    links = links_of(row["evidence"] for row in rows)
    if not links:
        return None
    names = sorted(links, key=lambda name: (name != ".", name.count("."), list(links).index(name)))[:MOST_ZONES]
    places = {name: place for place, name in enumerate(names)}
    answers = _answers(rows, {name: links[name] for name in names}, language)
    cares = _cares(document, language)
    zones = [
        _zone(links[name], places.get(parent_of(name, names)), answers.get(name, ()), cares.get(name, ()), language)
        for name in names
    ]
    return Picture(_label(zones, language), zones)


def _rows(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The subjects whose evidence tells of a chain, or of a TLSA record."""
    for category in document["categories"]:
        for check in category["checks"]:
            is_dane = check["id"].endswith("_dane_exist")
            yield from (row for row in check["subjects"] if is_dane or row["evidence"].get("chain"))


def _zone(
    link: Mapping[str, Any], parent: int | None, answers: tuple[Row, ...], cares: tuple[Row, ...], language: str
) -> Zone:
    status, word = STATE.get(link["state"], STATE["indeterminate"])
    reason = str(link.get("reason") or "ok")
    return Zone(
        name=_name(link["zone"], language),
        status=status,
        word=say(word, language),
        parent=parent,
        reason="" if reason == "ok" else reason_in_words(reason, language),
        vouchers=_vouchers(link, status, anchored=parent is None, language=language),
        keys=tuple(Row(_key(key), "key") for key in (link.get("keys") or ())[:_MOST_OF_A_KIND]),
        notes=(*_notes(link, language), *cares),
        answers=answers,
    )


def _name(zone: str, language: str) -> str:
    shown = zone_name(zone, language)
    return shown if zone == "." else shown.rstrip(".")


def _cares(document: Mapping[str, Any], language: str) -> dict[str, tuple[Row, ...]]:
    """By zone: its name servers that are wrong, and signatures that end soon."""
    found: dict[str, list[Row]] = {}
    for category in document["categories"]:
        for check in category["checks"]:
            for row in check["subjects"] if check["id"].endswith(("_dnssec_ns", "_dnssec_expiry")) else ():
                if row["status"] in ("failed", "warning"):
                    found.setdefault(str(row["evidence"].get("zone")), []).extend(_care(row, language))
    return {zone: tuple(dict.fromkeys(rows)) for zone, rows in found.items()}


def _care(row: Mapping[str, Any], language: str) -> Iterator[Row]:
    shown = row["evidence"]
    if "hours" in shown:
        yield Row(say(_ENDS, language).format(hours=shown["hours"]), "warning", "warning")
        return
    yield Row(f"NS {bounded(str(row['subject']), 253)}", "warning", "warning")
    for line in wrapped(reason_in_words(str(shown.get("reason", "")), language)):
        yield Row(line, "", "warning")


def _vouchers(link: Mapping[str, Any], status: str, *, anchored: bool, language: str) -> tuple[Row, ...]:
    """What the parent says: its DS records with whether each fits a key, or that there are none."""
    records = (link.get("ds") or ())[:_MOST_OF_A_KIND]
    if not records:
        name = _name(link["zone"], language)
        return () if anchored else (Row(say(_NO_DS, language).format(zone=name), "", status),)
    kind = say(_ANCHOR, language) if anchored else "DS"
    return tuple(_voucher(kind, ds, status, language) for ds in records)


def _voucher(kind: str, ds: Mapping[str, Any], status: str, language: str) -> Row:
    said = say(_MATCHES if ds["matches"] else _NOT, language)
    unfit = "failed" if status == "failed" else "not_tested"
    text = f"{kind} {ds['tag']} · {algorithm_name(ds['digest_type'])} {said}"
    return Row(text, "ds", "passed" if ds["matches"] else unfit)


def _key(key: Mapping[str, Any]) -> str:
    name = algorithm_name(key["algorithm"])
    return f"{key['role']} {key['tag']} · {name}" + (f" {key['bits']}" if name.startswith("RSA") else "")


def _notes(link: Mapping[str, Any], language: str) -> tuple[Row, ...]:
    if link["state"] == "insecure":
        denial = bounded(str(link.get("denial") or "–"), 20)
        return (Row(say(_PROOF, language).format(denial=denial), "", "not_tested"),)
    end = until(link, language)
    return (Row(say(_UNTIL, language).format(day=end)),) if end else ()


def _answers(
    rows: Iterable[Mapping[str, Any]], links: Mapping[str, Mapping[str, Any]], language: str
) -> dict[str, tuple[Row, ...]]:
    """The answers that each zone gave, sealed or not. A reason is told only where the zone itself is whole."""
    found: dict[str, dict[str, tuple[Row, ...]]] = {}
    for row in rows:
        answer = _answer(row, links)
        if answer is None:
            continue
        zone, text, status = answer
        own = status != "passed" and links[zone]["state"] == "secure"
        why = wrapped(reason_in_words(str(row["evidence"].get("reason", "")), language)) if own else ()
        lines = tuple(Row(line, "", status) for line in why)
        found.setdefault(zone, {}).setdefault(text, (Row(text, "seal", status), *lines))
    return {zone: tuple(row for rows in texts.values() for row in rows) for zone, texts in found.items()}


def _answer(row: Mapping[str, Any], links: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Zone, text and status of the answer that a row of a DNSSEC or DANE check is about."""
    shown = row["evidence"]
    if shown.get("chain"):
        zone, kind, status = shown["chain"][-1]["zone"], str(shown.get("record_type", "")), row["outcome"]
        status = _OUTCOMES.get(status, "error")
    elif shown.get("owner") and shown.get("dnssec"):
        zone, kind = parent_of(str(shown["owner"]), links), "TLSA"
        status = STATE.get(shown["dnssec"], STATE["indeterminate"])[0]
    else:
        return None
    text = f"{bounded(kind, 6)} {bounded(str(row['subject']), 253)}"
    return (zone, text, status) if zone in links else None


def _label(zones: list[Zone], language: str) -> str:
    """The same as the picture, in words."""
    told = [_told(zone, zones, language) for zone in zones]
    answers = [
        f"{row.text} {_word(row.status, language)}" for zone in zones for row in zone.answers if row.sign == "seal"
    ]
    ending = f" {say(_ANSWERS, language)}: {', '.join(answers)}." if answers else ""
    return f"{say(_LABEL, language)}: {'; '.join(told)}.{ending}"


def _told(zone: Zone, zones: list[Zone], language: str) -> str:
    place = "" if zone.parent is None else f" {say(_BELOW, language).format(parent=zones[zone.parent].name)}"
    details = [row.text for row in (*zone.vouchers, *zone.keys, *zone.notes)]
    reason = zone.reason.rstrip(".")
    return f"{zone.name}{place}: {', '.join([zone.word, *([reason] if reason else []), *details])}"


def _word(status: str, language: str) -> str:
    return next(say(word, language) for known, word in STATE.values() if known == status)
