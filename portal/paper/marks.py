"""The HTML of our own texts as plain data, for a template that is no HTML: blocks that hold blocks or a line, a line that holds words. Pure.

A block is a mapping with ``kind``: ``text`` (``line``), ``code`` (``text``), ``list`` (``ordered``, ``items``: each a list of blocks) or ``table``
(``head``, ``rows``: lines). A line is a list of mappings with ``kind``: ``text`` and ``code`` (``text``), ``strong``, ``em`` and ``link`` (``line``, ``url``).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, fromstring

from portal.paper.letters import known

Json = dict[str, Any]

_BLOCKS = frozenset({"p", "pre", "ul", "ol", "table", "blockquote", "div"})


def blocks(html: str, address: str) -> list[Json]:
    """The blocks of a text that ``markdown`` made. Links are completed with ``address``; an element that this form does not know keeps its words."""
    return _blocks(fromstring(f"<div>{html}</div>"), address)


def _blocks(element: Element, address: str) -> list[Json]:
    """The blocks within an element; words that stand loose between them, as in a short list, are a text of their own."""
    found: list[Json] = []
    loose: list[Json] = _words(element.text)
    for child in element:
        if child.tag in _BLOCKS:
            found += [*_text(loose), *_block(child, address)]
            loose = _words(child.tail)
        else:
            loose += [_word(child, address), *_words(child.tail)]
    return [*found, *_text(loose)]


def _block(element: Element, address: str) -> list[Json]:
    match element.tag:
        case "pre":
            return [{"kind": "code", "text": known("".join(element.itertext()).rstrip("\n"))}]
        case "ul" | "ol":
            items = [_blocks(item, address) for item in element]
            return [{"kind": "list", "ordered": element.tag == "ol", "items": items}]
        case "table":
            head, *rows = ([_line(cell, address) for cell in row] for row in element.iter("tr"))
            return [{"kind": "table", "head": head, "rows": rows}]
        case "p":
            return _text(_line(element, address))
        case _:
            return _blocks(element, address)


def _text(line: list[Json]) -> list[Json]:
    blank = all(word["kind"] == "text" and not word["text"].strip() for word in line)
    return [] if blank else [{"kind": "text", "line": line}]


def _line(element: Element, address: str) -> list[Json]:
    line = _words(element.text)
    for child in element:
        line += [_word(child, address), *_words(child.tail)]
    return line


def _words(text: str | None) -> list[Json]:
    return [{"kind": "text", "text": re.sub(r"\s+", " ", known(text))}] if text else []


def _word(element: Element, address: str) -> Json:
    match element.tag:
        case "code":
            return {"kind": "code", "text": known("".join(element.itertext()))}
        case "a":
            return {"kind": "link", "line": _line(element, address), "url": urljoin(address, element.get("href", ""))}
        case "strong" | "em":
            return {"kind": element.tag, "line": _line(element, address)}
        case "br":
            return {"kind": "text", "text": " "}
        case _:
            return {"kind": "text", "text": known("".join(element.itertext()))}
