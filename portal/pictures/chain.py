"""The chain of trust as a picture: zones with their keys, the DS records in the parent with an arrow to the zone they vouch for, and what was answered, under seal or not.

Drawn from plain words; knows no report. Each shape has a class and, for a picture outside our pages, the light colours as attributes, which the style sheet overrules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

MOST_ZONES = 14  # drawn; the rest is told in words
MOST_COLUMNS = 4
MOST_ROWS = 6  # of one kind in one zone
_WIDE, _NARROW, _GAP, _ROW, _HEAD, _FOOT = 258, 340, 36, 21, 56, 8
_INDENT, _BETWEEN = 18, 30
_LONGEST_NAME, _LONGEST_ROW, _WRAP = 24, 28, 31

_COLOURS: Mapping[str, str] = {
    "passed": "#17693a",
    "warning": "#855000",
    "failed": "#a61f1a",
    "error": "#5b3b98",
    "not_tested": "#566264",
}
_INK, _QUIET, _PAPER = "#1a2326", "#4b575b", "#ffffff"
_DASH: Mapping[str, str] = {"failed": "7 5", "error": "2 5", "not_tested": "2 5"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of text in a zone with the sign before it: ``key``, ``ds``, ``seal``, ``warning`` or none; ``title`` when it was cut."""

    text: str
    sign: str = ""
    status: str = "passed"


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone. ``parent`` is its place in the list, or None where trust begins; ``vouchers`` are the DS records for it, or the words for why there is none, drawn in the parent."""

    name: str
    status: str
    word: str
    parent: int | None = None
    reason: str = ""
    vouchers: tuple[Row, ...] = ()
    keys: tuple[Row, ...] = ()
    notes: tuple[Row, ...] = ()
    answers: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """The zones, parents before children, and the whole picture in words (``label``)."""

    label: str
    zones: Sequence[Zone]


@dataclass(slots=True)
class _Box:
    """A zone with its place: left, top, and the height at which the vouchers for each child stand."""

    zone: Zone
    rows: list[Row]
    x: int = 0
    y: int = 0
    width: int = _WIDE
    children: list[_Box] = field(default_factory=list)
    vouched: dict[int, int] = field(default_factory=dict)  # child -> row of its first voucher

    @property
    def height(self) -> int:
        return _HEAD + _ROW * len(self.rows) + _FOOT


def wide(picture: Picture) -> SafeString:
    """Columns from left to right, one for each step down; an empty string when there are too many of them."""
    boxes, roots = _boxes(picture.zones)
    if max(map(_depth, roots), default=0) > MOST_COLUMNS:
        return mark_safe("")
    top = 2
    for root in roots:
        top = _place_wide(root, 2, top) + _BETWEEN
    columns = max(map(_depth, roots), default=1)
    return _svg(picture, boxes, (_WIDE + _GAP) * columns - _GAP + 4, top - _BETWEEN + 4, "zegel-chain-picture--wide")


def narrow(picture: Picture) -> SafeString:
    """One below the other, a step down set in: for a phone, and for what has more columns than a page."""
    boxes, roots = _boxes(picture.zones)
    top = 2
    for root in roots:
        top = _place_narrow(root, 2, top)
    return _svg(picture, boxes, _NARROW + 4, top - _BETWEEN + 4, "zegel-chain-picture--narrow")


def document(picture: Picture) -> str:
    """The picture as a file of its own, on white."""
    drawing = str(wide(picture) or narrow(picture))
    head, _, rest = drawing.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head} xmlns="http://www.w3.org/2000/svg"><rect width="100%" height="100%" fill="{_PAPER}"/>{rest}'


def shortened(name: str, most: int = _LONGEST_NAME) -> str:
    """A name cut in its middle, where it differs least from others."""
    keep = most - 1
    return name if len(name) <= most else f"{name[: keep // 2]}…{name[-(keep - keep // 2) :]}"


def _boxes(zones: Sequence[Zone]) -> tuple[list[_Box], list[_Box]]:
    """Every zone as a box that knows what hangs below it, and the boxes where trust begins."""
    boxes = [_Box(zone, [Row(line, "", zone.status) for line in wrapped(zone.reason)]) for zone in zones]
    roots = [box for box in boxes if box.zone.parent is None]
    for box in boxes:
        anchors = box.zone.vouchers[:MOST_ROWS] if box.zone.parent is None else ()
        box.rows += [*anchors, *box.zone.keys[:MOST_ROWS], *box.zone.notes[:MOST_ROWS]]
    for box in boxes:
        if box.zone.parent is None:
            continue
        above = boxes[box.zone.parent]
        above.vouched[len(above.children)] = len(above.rows)
        above.children.append(box)
        above.rows += box.zone.vouchers[:MOST_ROWS]
    for box in boxes:
        box.rows += box.zone.answers[:MOST_ROWS]
    return boxes, roots


def wrapped(text: str) -> Iterator[str]:
    """Lines that fit into a zone."""
    line = ""
    for word in text.split():
        if line and len(line) + len(word) >= _WRAP:
            yield line
            line = ""
        line = f"{line} {word[:_WRAP]}".strip()
    if line:
        yield line


def _depth(box: _Box) -> int:
    return 1 + max(map(_depth, box.children), default=0)


def _place_wide(box: _Box, x: int, y: int) -> int:
    """Children stand to the right, one below the other. Gives the height at which the next may begin."""
    box.x, box.y = x, y
    below = y
    for child in box.children:
        below = _place_wide(child, x + _WIDE + _GAP, below) + _BETWEEN // 2
    return max(y + box.height, below - _BETWEEN // 2 if box.children else y)


def _place_narrow(box: _Box, x: int, y: int) -> int:
    box.x, box.y, box.width = x, y, _NARROW - (x - 2)
    below = y + box.height + _BETWEEN
    for child in box.children:
        below = _place_narrow(child, x + _INDENT, below)
    return below


def _svg(picture: Picture, boxes: Sequence[_Box], width: int, height: int, css: str) -> SafeString:
    is_wide = css.endswith("wide")
    arrows = "".join(
        _arrow_wide(box, child, box.vouched[place]) if is_wide else _arrow_narrow(box, child)
        for box in boxes
        for place, child in enumerate(box.children)
    )
    return mark_safe(
        f'<svg class="zegel-chain-picture {css}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(picture.label)}" font-family="sans-serif" font-size="14">{arrows}{"".join(map(_box, boxes))}</svg>'
    )


def _box(box: _Box) -> str:
    colour = _COLOURS[box.zone.status]
    dash = f' stroke-dasharray="{_DASH[box.zone.status]}"' if box.zone.status in _DASH else ""
    middles = accumulate([_ROW] * len(box.rows), initial=box.y + _HEAD)
    rows = "".join(_row(row, box.x, middle) for row, middle in zip(box.rows, middles, strict=False))
    return (
        f'<g class="zegel-status zegel-status--{box.zone.status}"><title>{escape(box.zone.name)}</title>'
        f'<rect class="zegel-chain-picture__zone" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="8" '
        f'fill="{_PAPER}" stroke="{colour}" stroke-width="2"{dash}/>'
        f'<text class="zegel-chain-picture__name" x="{box.x + 12}" y="{box.y + 23}" fill="{_INK}" font-weight="bold">{escape(shortened(box.zone.name))}</text>'
        f'<text class="zegel-chain-picture__word" x="{box.x + 12}" y="{box.y + 42}" fill="{colour}">{escape(box.zone.word)}</text></g>{rows}'
    )


def _row(row: Row, x: int, y: int) -> str:
    colour = _COLOURS[row.status]
    ink = _INK if row.status == "passed" else colour
    css = "zegel-chain-picture__row" if row.status == "passed" else "zegel-chain-picture__word"
    sign = _sign(row, x + 20, y + 6, colour)
    left = x + (34 if sign else 12)
    shown = shortened(row.text, _LONGEST_ROW if sign else _WRAP)
    title = f"<title>{escape(row.text)}</title>" if shown != row.text else ""
    return (
        f'<g class="zegel-status zegel-status--{row.status}">{title}{sign}'
        f'<text class="{css}" x="{left}" y="{y + 11}" fill="{ink}">{escape(shown)}</text></g>'
    )


def _sign(row: Row, x: int, y: int, colour: str) -> str:
    """A key, a DS record, a seal (whole, broken, or absent), or a warning. The shape tells what the colour does."""
    line = f'class="zegel-chain-picture__sign" fill="none" stroke="{colour}" stroke-width="2"'
    if row.sign == "key":
        return f'<path {line} d="M{x - 8} {y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0M{x} {y}h8v4M{x + 4} {y}v3"/>'
    if row.sign == "ds":
        return f'<path {line} d="M{x - 7} {y - 5}h11l4 5l-4 5h-11z"/>'
    if row.sign == "warning":
        return f'<path {line} d="M{x} {y - 8}l9 15h-18zM{x} {y - 3}v5M{x} {y + 4}v1"/>'
    if row.sign == "seal":
        inside = {
            "passed": f"M{x - 4} {y}l3 3l5-6",
            "failed": f"M{x - 4} {y - 4}l8 8M{x + 4} {y - 4}l-8 8",
        }.get(row.status, f"M{x - 4} {y}h8")
        return f'<path {line} d="M{x - 8} {y}a8 8 0 1 0 16 0a8 8 0 1 0-16 0{inside}"/>'
    return ""


def _arrow_wide(box: _Box, child: _Box, row: int) -> str:
    """From the voucher in the parent to the head of the child."""
    start, end = (box.x + box.width, box.y + _HEAD + _ROW * row + 6), (child.x, child.y + 26)
    middle = (start[0] + end[0]) // 2
    path = f"M{start[0]} {start[1]}H{middle}V{end[1]}H{end[0]}"
    return _arrow(child.zone.status, path, end, (middle, (start[1] + end[1]) // 2))


def _arrow_narrow(box: _Box, child: _Box) -> str:
    """Down along the parent's edge, then into the child."""
    x, end = box.x + _INDENT // 2, (child.x, child.y + 26)
    return _arrow(child.zone.status, f"M{x} {box.y + box.height}V{end[1]}H{end[0]}", end, (x, child.y - _BETWEEN // 2))


def _arrow(status: str, path: str, end: tuple[int, int], middle: tuple[int, int]) -> str:
    """Solid with a head where trust goes on; dashed and crossed where it breaks; dotted up to a bar where it stops."""
    colour = _COLOURS[status]
    line = f'class="zegel-chain-picture__arrow" fill="none" stroke="{colour}" stroke-width="3"'
    dash = f' stroke-dasharray="{_DASH[status]}"' if status in _DASH else ""
    x, y = middle
    if status == "failed":
        mark = f'<path {line} d="M{x - 7} {y - 7}l14 14M{x + 7} {y - 7}l-14 14"/>'
    elif status == "passed":
        mark = f'<path {line} d="M{end[0] - 8} {end[1] - 6}l7 6l-7 6"/>'
    else:
        mark = f'<path {line} d="M{x - 7} {y}h14"/>'
    return f'<g class="zegel-status zegel-status--{status}"><path {line}{dash} d="{path}"/>{mark}</g>'
