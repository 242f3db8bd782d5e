"""Technical evidence as HTML: any JSON value becomes lists and small tables, with labels for the keys we know.

Everything is escaped, and bounded in length, depth and number. Keys without a label are shown as they are, so that a new check needs no change here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from portal.scans.words import Words, day, decimal, parse_time, say

LONGEST_TEXT = 1000  # characters of one value
MOST_ITEMS = 40  # of one list or object
DEEPEST = 5
WIDEST_TABLE = 6  # columns; objects with more keys are shown one by one

LABELS: Mapping[str, Words] = {
    "advised": {"nl": "Te publiceren records", "en": "Records to publish"},
    "alert": {"nl": "TLS-melding", "en": "TLS alert"},
    "algorithm": {"nl": "Algoritme", "en": "Algorithm"},
    "aliases": {"nl": "Verwijzingen (CNAME)", "en": "Aliases (CNAME)"},
    "bits": {"nl": "Bits", "en": "Bits"},
    "certificates": {"nl": "Certificaten", "en": "Certificates"},
    "chain": {"nl": "Keten", "en": "Chain"},
    "cipher": {"nl": "Versleutelmethode", "en": "Cipher suite"},
    "connect_ms": {"nl": "Verbinding na", "en": "Connected after"},
    "connections": {"nl": "Verbindingen", "en": "Connections"},
    "covers": {"nl": "Over", "en": "Covers"},
    "data": {"nl": "Vingerafdruk of gegevens", "en": "Fingerprint or data"},
    "denial": {"nl": "Bewijs van afwezigheid", "en": "Proof of absence"},
    "detail": {"nl": "Bijzonderheden", "en": "Details"},
    "digest_type": {"nl": "Soort vingerafdruk", "en": "Digest type"},
    "dnssec": {"nl": "DNSSEC", "en": "DNSSEC"},
    "ds": {"nl": "DS in de zone erboven", "en": "DS in the parent zone"},
    "expiration": {"nl": "Geldig tot", "en": "Valid until"},
    "failure": {"nl": "Oorzaak", "en": "Cause"},
    "fields": {"nl": "Aantal kopregels", "en": "Header fields"},
    "found_depth": {"nl": "Gevonden op diepte", "en": "Found at depth"},
    "greeting": {"nl": "Begroeting", "en": "Greeting"},
    "greeting_ms": {"nl": "Begroeting na", "en": "Greeting after"},
    "header": {"nl": "Kopregel", "en": "Header"},
    "inception": {"nl": "Geldig vanaf", "en": "Valid from"},
    "issuer": {"nl": "Uitgever", "en": "Issuer"},
    "key": {"nl": "Sleutel", "en": "Key"},
    "keys": {"nl": "Sleutels", "en": "Keys"},
    "location": {"nl": "Verwijst naar", "en": "Redirects to"},
    "masked": {"nl": "Overschreven woord", "en": "Keyword written over"},
    "matched_depth": {"nl": "Past op diepte", "en": "Matches at depth"},
    "matches": {"nl": "Past", "en": "Matches"},
    "matching_type": {"nl": "Vergelijking", "en": "Matching type"},
    "max_age": {"nl": "Geldig (seconden)", "en": "Valid (seconds)"},
    "names": {"nl": "Namen", "en": "Names"},
    "not_after": {"nl": "Geldig tot", "en": "Valid until"},
    "not_before": {"nl": "Geldig vanaf", "en": "Valid from"},
    "openssl": {"nl": "OpenSSL", "en": "OpenSSL"},
    "owner": {"nl": "Staat op", "en": "Published at"},
    "parameters": {"nl": "Soorten", "en": "Kinds"},
    "reason": {"nl": "Reden", "en": "Reason"},
    "record_type": {"nl": "Soort record", "en": "Record type"},
    "records": {"nl": "Records", "en": "Records"},
    "reply": {"nl": "Antwoord", "en": "Reply"},
    "role": {"nl": "Rol", "en": "Role"},
    "selector": {"nl": "Selector", "en": "Selector"},
    "signature": {"nl": "Handtekening", "en": "Signature"},
    "signatures": {"nl": "Handtekeningen", "en": "Signatures"},
    "state": {"nl": "Toestand", "en": "State"},
    "status": {"nl": "Statuscode", "en": "Status code"},
    "subject": {"nl": "Onderwerp", "en": "Subject"},
    "tag": {"nl": "Nummer", "en": "Tag"},
    "transcript": {"nl": "Gesprek", "en": "Conversation"},
    "ttl": {"nl": "TTL (seconden)", "en": "TTL (seconds)"},
    "usable": {"nl": "Bruikbaar", "en": "Usable"},
    "usage": {"nl": "Gebruik", "en": "Usage"},
    "valid": {"nl": "Geldig", "en": "Valid"},
    "version": {"nl": "TLS-versie", "en": "TLS version"},
    "where": {"nl": "Plaats", "en": "Place"},
    "why": {"nl": "Waarom", "en": "Why"},
    "zone": {"nl": "Zone", "en": "Zone"},
}

# What became of a TLSA record: the words of the engine, in words for people.
FIT: Mapping[str, Words] = {
    "match": {"nl": "past", "en": "matches"},
    "no-match": {"nl": "past op geen enkel certificaat", "en": "matches no certificate"},
    "weaker-digest": {"nl": "telt niet: er is een sterker record", "en": "does not count: there is a stronger record"},
    "matches-issuer-only": {
        "nl": "past alleen op de uitgever, terwijl het record over de server zelf gaat",
        "en": "matches the issuer only, while the record is about the server itself",
    },
    "matches-leaf-only": {
        "nl": "past alleen op de server zelf, terwijl het record over de uitgever gaat",
        "en": "matches the server itself only, while the record is about the issuer",
    },
    "name-mismatch": {
        "nl": "past, maar de naam in het certificaat klopt niet",
        "en": "matches, but the name in the certificate is wrong",
    },
    "chain-broken": {
        "nl": "past, maar de keten naar de server klopt niet",
        "en": "matches, but the chain to the server is wrong",
    },
    "pkix-untrusted": {
        "nl": "past, maar het certificaat wordt niet vertrouwd",
        "en": "matches, but the certificate is not trusted",
    },
    "usage-unknown": {"nl": "niet bruikbaar: onbekend gebruik", "en": "not usable: unknown usage"},
    "usage-not-for-smtp": {
        "nl": "niet bruikbaar voor mail: gebruik 0 en 1",
        "en": "not usable for mail: usage 0 and 1",
    },
    "selector-unknown": {"nl": "niet bruikbaar: onbekende selector", "en": "not usable: unknown selector"},
    "matching-unknown": {"nl": "niet bruikbaar: onbekende vergelijking", "en": "not usable: unknown matching type"},
    "digest-length": {
        "nl": "niet bruikbaar: de vingerafdruk heeft een verkeerde lengte",
        "en": "not usable: the fingerprint has a wrong length",
    },
    "not-a-certificate": {"nl": "niet bruikbaar: dit is geen certificaat", "en": "not usable: this is no certificate"},
    "not-a-key": {"nl": "niet bruikbaar: dit is geen sleutel", "en": "not usable: this is no key"},
    "malformed": {"nl": "niet bruikbaar: onleesbaar", "en": "not usable: unreadable"},
    "insecure": {"nl": "telt niet: niet ondertekend", "en": "does not count: not signed"},
}
_DEPTH: Words = {"nl": ", op diepte {depth}", "en": ", at depth {depth}"}
_YES: Words = {"nl": "ja", "en": "yes"}
_NO: Words = {"nl": "nee", "en": "no"}
_MORE: Words = {"nl": "en nog {count}", "en": "and {count} more"}
_DATES = frozenset({"inception", "expiration", "not_before", "not_after"})
_LINES = frozenset({"transcript", "advised"})  # lists that are read as lines of text
_HIDDEN = frozenset({"at", "name_list", "advised", "chain"})  # said elsewhere on the page
_TLSA = ("usage", "selector", "matching_type", "data")  # a record of these is shown as it stands in DNS


def render(evidence: Mapping[str, Any], language: str) -> SafeString:
    """A definition list of the evidence of one subject; empty when there is nothing to show."""
    return mark_safe(_object({key: value for key, value in evidence.items() if key not in _HIDDEN}, language, 0))


def label(key: str, language: str) -> str:
    """The human name of a key of evidence."""
    return say(LABELS[key], language) if key in LABELS else key.replace("_", " ")


def bounded(text: str, most: int = LONGEST_TEXT) -> str:
    """The text, cut off where it gets too long for a page, with what cannot be printed made visible."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _object(value: Mapping[str, Any], language: str, depth: int) -> str:
    rows = [(key, item) for key, item in value.items() if item not in (None, "", [], {})]
    if not rows:
        return ""
    shown = "".join(
        f"<div><dt>{escape(bounded(label(key, language), 60))}</dt><dd>{_value(key, item, language, depth + 1)}</dd></div>"
        for key, item in rows[:MOST_ITEMS]
    )
    return f'<dl class="zegel-evidence">{shown}</dl>{_more(len(rows), language)}'


def _value(key: str, value: Any, language: str, depth: int) -> str:
    if depth > DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return _object(value, language, depth)
    if isinstance(value, list | tuple):
        return _list(key, value, language, depth)
    return _scalar(key, value, language)


def _list(key: str, value: Sequence[Any], language: str, depth: int) -> str:
    if key in _LINES:
        lines = "\n".join(bounded(str(line)) for line in value[:MOST_ITEMS])
        return f'<pre class="nl-code-block" translate="no">{escape(lines)}</pre>{_more(len(value), language)}'
    if value and all(isinstance(item, Mapping) and all(field in item for field in _TLSA) for item in value):
        return _tlsa(value[:MOST_ITEMS], language) + _more(len(value), language)
    if all(isinstance(item, Mapping) for item in value):
        table = _table(value[:MOST_ITEMS], language)
        shown = table or "".join(f"<li>{_object(item, language, depth)}</li>" for item in value[:MOST_ITEMS])
        return (table or f'<ol class="zegel-evidence__list zegel-plain">{shown}</ol>') + _more(len(value), language)
    items = "".join(f"<li>{_value(key, item, language, depth + 1)}</li>" for item in value[:MOST_ITEMS])
    return f'<ul class="zegel-evidence__list zegel-plain">{items}</ul>{_more(len(value), language)}'


def _tlsa(records: Sequence[Mapping[str, Any]], language: str) -> str:
    """TLSA records as they stand in DNS, each with what became of it."""
    rows = "".join(
        f'<li><span class="zegel-mono" translate="no">{escape(bounded(" ".join(str(record[field]) for field in _TLSA)))}</span>'
        f"{_fit(record, language)}</li>"
        for record in records
    )
    return f'<ul class="zegel-evidence__list zegel-plain">{rows}</ul>'


def _fit(record: Mapping[str, Any], language: str) -> str:
    reason = str(record.get("reason") or "")
    if not reason:
        return ""
    said = say(FIT[reason], language) if reason in FIT else bounded(reason, 60)
    depth = record.get("found_depth")
    place = say(_DEPTH, language).format(depth=depth) if depth is not None else ""
    return f"<br>{escape(said + place)}"


def _table(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """A table for objects of few plain values; an empty string when they are not so."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if len(keys) > WIDEST_TABLE or any(
        isinstance(item, Mapping | list | tuple) for row in rows for item in row.values()
    ):
        return ""
    heads = "".join(
        f'<th class="utrecht-table__header-cell" scope="col">{escape(bounded(label(key, language), 60))}</th>'
        for key in keys
    )
    body = "".join("<tr>" + "".join(_cell(key, row.get(key), language) for key in keys) + "</tr>" for row in rows)
    return f'<table class="utrecht-table zegel-stackable"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _cell(key: str, value: Any, language: str) -> str:
    return f'<td class="utrecht-table__cell" data-label="{escape(bounded(label(key, language), 60))}">{_scalar(key, value, language)}</td>'


def _scalar(key: str, value: Any, language: str) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return say(_YES if value else _NO, language)
    if isinstance(value, int | float):
        return f"{decimal(value, language, 0)} ms" if key.endswith("_ms") else decimal(value, language, 3)
    if key in _DATES and (at := parse_time(value)):
        return escape(day(at, language))
    return f'<span class="zegel-mono" translate="no">{escape(bounded(str(value)))}</span>'


def _more(count: int, language: str) -> str:
    return (
        f'<p class="zegel-small zegel-muted">{say(_MORE, language).format(count=count - MOST_ITEMS)}</p>'
        if count > MOST_ITEMS
        else ""
    )
