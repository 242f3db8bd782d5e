"""Certificates as a tree: issuers above, servers below, one row each, with a broken link drawn broken. From plain data; knows no report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from portal.pictures.chain import shortened

_WIDTH, _ROW, _STEP, _LEFT = 288, 58, 22, 14
_LONGEST = 31  # characters of a name, less three for each level


@dataclass(frozen=True, slots=True)
class Node:
    """One certificate: ``name`` and ``note`` are shown, ``status`` is how it is; ``broken`` when the link to the one above it does not hold."""

    name: str
    note: str
    status: str
    broken: bool
    below: tuple[Node, ...] = ()


def draw(roots: Sequence[Node], label: str) -> SafeString:
    """The tree as inline SVG, drawn for a phone and never scaled down; ``label`` says the same in words."""
    rows = [found for root in roots for found in _rows(root, 0)]
    drawn, starts = "", dict[int, int]()
    for number, (node, depth) in enumerate(rows):
        top = number * _ROW
        if depth:
            drawn += _link(depth, starts[depth - 1], top, broken=node.broken)
        starts[depth] = top
        drawn += _node(node, depth, top)
    height = len(rows) * _ROW
    return mark_safe(
        f'<svg class="zegel-tree" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" aria-label="{escape(label)}">{drawn}</svg>'
    )


def _rows(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    yield node, depth
    for child in node.below:
        yield from _rows(child, min(depth + 1, 5))


def _node(node: Node, depth: int, top: int) -> str:
    x = _LEFT + depth * _STEP
    name = shortened(node.name, _LONGEST - 3 * depth)
    sign = f'<use href="#i-{escape(node.status)}" x="{x - 10}" y="{top + 8}" width="20" height="20"/>'
    return (
        f'<g class="zegel-status zegel-status--{escape(node.status)}"><title>{escape(node.name)}</title>{sign}'
        f'<text class="zegel-tree__name" x="{x + 17}" y="{top + 23}">{escape(name)}</text>'
        f'<text class="zegel-tree__note" x="{x + 17}" y="{top + 42}">{escape(node.note)}</text></g>'
    )


def _link(depth: int, above: int, top: int, *, broken: bool) -> str:
    """From below the sign of the issuer, down and to the right; a broken link is dashed and crossed."""
    x, end = _LEFT + (depth - 1) * _STEP, top + 18
    path = f'<path d="M{x} {above + 32}V{end}H{x + 9}"/>'
    if not broken:
        return f'<g class="zegel-tree__link">{path}</g>'
    cross = f'<path class="zegel-tree__cross" d="m{x - 5} {end - 17} 10 10m0 -10 -10 10"/>'
    return f'<g class="zegel-tree__link zegel-tree__link--broken">{path}{cross}</g>'
