"""Our own Markdown as plain data, for a template that is no HTML: blocks that hold blocks or a line, a line that holds words. Pure.

A block is a mapping with ``kind``: ``text`` (``line``), ``code`` (``text``), ``list`` (``ordered``, ``items``: each a list of blocks) or ``table``
(``head``, ``rows``: lines). A line is a list of mappings with ``kind``: ``text`` and ``code`` (``text``), ``strong``, ``em`` and ``link`` (``line``, ``url``).
"""

from __future__ import annotations

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from portal.paper.letters import known

Json = dict[str, Any]

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_LISTS = {"bullet_list": False, "ordered_list": True}


def blocks(text: str) -> list[Json]:
    """The blocks of a text. What this form does not know (a heading, a picture) keeps its words as a text."""
    return _blocks(SyntaxTreeNode(_PARSER.parse(text.strip())))


def _blocks(node: SyntaxTreeNode) -> list[Json]:
    return [block for child in node.children for block in _block(child)]


def _block(node: SyntaxTreeNode) -> list[Json]:
    if node.type in ("fence", "code_block"):
        return [{"kind": "code", "text": known(node.content.rstrip("\n"))}]
    if node.type in _LISTS:
        return [{"kind": "list", "ordered": _LISTS[node.type], "items": [_blocks(item) for item in node.children]}]
    if node.type == "table":
        head, *body = node.children
        rows = [_cells(row) for part in body for row in part.children]
        return [{"kind": "table", "head": _cells(head.children[0]), "rows": rows}]
    if node.type == "inline":
        return [{"kind": "text", "line": _line(node)}]
    return _blocks(node)


def _cells(row: SyntaxTreeNode) -> list[list[Json]]:
    return [_line(cell.children[0]) if cell.children else [] for cell in row.children]


def _line(node: SyntaxTreeNode) -> list[Json]:
    return [_word(child) for child in node.children]


def _word(node: SyntaxTreeNode) -> Json:
    match node.type:
        case "code_inline":
            return {"kind": "code", "text": known(node.content)}
        case "strong" | "em":
            return {"kind": node.type, "line": _line(node)}
        case "link":
            return {"kind": "link", "line": _line(node), "url": str(node.attrs["href"])}
        case "softbreak" | "hardbreak":
            return {"kind": "text", "text": " "}
        case _:
            return {"kind": "text", "text": known(node.content)}
