"""Technical evidence as HTML: any JSON value becomes lists and small tables, with names for the keys and words for the codes that the catalogue knows.

Everything is escaped, and bounded in length, depth and number. Keys without a name are shown as they are, so that a new check needs no change here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from checks import CATALOGUE
from portal.scans.words import Words, day, decimal, parse_time, say

LONGEST_TEXT = 1000  # characters of one value
MOST_ITEMS = 40  # of one list or object
DEEPEST = 5
WIDEST_TABLE = 6  # columns; objects with more keys are shown one by one

_DEPTH: Words = {"nl": ", op diepte {depth}", "en": ", at depth {depth}"}
_YES: Words = {"nl": "ja", "en": "yes"}
_NO: Words = {"nl": "nee", "en": "no"}
_MORE: Words = {"nl": "en nog {count}", "en": "and {count} more"}
_DATES = frozenset({"inception", "expiration", "not_before", "not_after"})
_LINES = frozenset({"transcript", "advised"})  # lists that are read as lines of text
_HIDDEN = frozenset({"at", "name_list", "advised", "chain"})  # said elsewhere on the page
_COLUMNS = ("via", "sender", "domain", "host", "address", "addresses", "dnssec", "sender_tlsa", "senders", "record")
_TLSA = ("usage", "selector", "matching_type", "data")  # a record of these is shown as it stands in DNS


def render(evidence: Mapping[str, Any], language: str) -> SafeString:
    """A definition list of the evidence of one subject; empty when there is nothing to show."""
    return mark_safe(_object({key: value for key, value in evidence.items() if key not in _HIDDEN}, language, 0))


def bounded(text: str, most: int = LONGEST_TEXT) -> str:
    """The text, cut off where it gets too long for a page, with what cannot be printed made visible."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _object(value: Mapping[str, Any], language: str, depth: int) -> str:
    rows = [(key, item) for key, item in value.items() if item not in (None, "", [], {})]
    if not rows:
        return ""
    shown = "".join(
        f"<div><dt>{escape(bounded(CATALOGUE.label(key, language), 60))}</dt><dd>{_value(key, item, language, depth + 1)}</dd></div>"
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
    if key == "remarks" and all(isinstance(item, Mapping) for item in value):
        told = "".join(f"<li>{escape(CATALOGUE.remark(item, language))}</li>" for item in value[:MOST_ITEMS])
        return f'<ul class="zegel-evidence__list zegel-plain">{told}</ul>{_more(len(value), language)}'
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
    if use := CATALOGUE.meaning("use", str(record.get("use")), language):
        return f"<br>{escape(use)}"
    if not reason:
        return ""
    said = CATALOGUE.meaning("fit", reason, language) or bounded(reason, 60)
    depth = record.get("found_depth")
    place = say(_DEPTH, language).format(depth=depth) if depth is not None else ""
    return f"<br>{escape(said + place)}"


def _table(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """A table for objects of few plain values; an empty string when they are not so."""
    keys = sorted(dict.fromkeys(key for row in rows for key in row), key=_place)
    if len(keys) > WIDEST_TABLE or any(
        isinstance(item, Mapping | list | tuple) for row in rows for item in row.values()
    ):
        return ""
    heads = "".join(
        f'<th class="utrecht-table__header-cell" scope="col">{escape(bounded(CATALOGUE.label(key, language), 60))}</th>'
        for key in keys
    )
    body = "".join("<tr>" + "".join(_cell(key, row.get(key), language) for key in keys) + "</tr>" for row in rows)
    return f'<table class="utrecht-table zegel-stackable"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _place(key: str) -> int:
    """PostgreSQL keeps the keys of an object by their length; a reader wants them in an order that tells something."""
    return _COLUMNS.index(key) if key in _COLUMNS else len(_COLUMNS)


def _cell(key: str, value: Any, language: str) -> str:
    return f'<td class="utrecht-table__cell" data-label="{escape(bounded(CATALOGUE.label(key, language), 60))}">{_scalar(key, value, language)}</td>'


def _scalar(key: str, value: Any, language: str) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return say(_YES if value else _NO, language)
    if isinstance(value, int | float):
        return f"{decimal(value, language, 0)} ms" if key.endswith("_ms") else decimal(value, language, 3)
    if key in _DATES and (at := parse_time(value)):
        return escape(day(at, language))
    if meaning := CATALOGUE.meaning(key, str(value), language):
        return escape(meaning)
    return f'<span class="zegel-mono" translate="no">{escape(bounded(str(value)))}</span>'


def _more(count: int, language: str) -> str:
    return (
        f'<p class="zegel-small zegel-muted">{say(_MORE, language).format(count=count - MOST_ITEMS)}</p>'
        if count > MOST_ITEMS
        else ""
    )
