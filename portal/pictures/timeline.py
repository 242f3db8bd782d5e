"""The roll-over as bars on a time line: the old and the new record, the certificate, the waits and the moments.

Drawn from plain words; the widths are evenly divided, not to scale, so that a wait of an hour can be seen beside one of days.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_MARKS = (270, 552, 820)  # where publishing, the switch and the removal stand


@dataclass(frozen=True, slots=True)
class Timeline:
    """``label`` is the whole picture in words; ``rows`` name old record, new record and certificate; ``moments`` are short texts for the three moments."""

    label: str
    rows: tuple[str, str, str]
    old: str
    new: str
    wait: str
    moments: tuple[str, str, str]
    numbers: tuple[int, int, int]


def draw(line: Timeline) -> SafeString:
    """The picture as inline SVG."""
    publish, switch, remove = _MARKS
    rows = "".join(
        f'<text class="zegel-timeline__quiet" x="0" y="{52 + 40 * place}">{escape(name)}</text>'
        for place, name in enumerate(line.rows)
    )
    bars = (
        _bar("old", 120, remove, 34, "")
        + _bar("new", publish, 1070, 74, "")
        + _bar("old", 120, switch - 2, 114, line.old)
        + _bar("new", switch + 2, 1070, 114, line.new)
    )
    waits = "".join(
        f'<path class="zegel-timeline__wait" d="M{start + 8} 158H{end - 8}"/>'
        f'<text class="zegel-timeline__quiet" x="{(start + end) // 2}" y="178" text-anchor="middle">{escape(line.wait)}</text>'
        for start, end in ((publish, switch), (switch, remove))
    )
    marks = "".join(map(_mark, _MARKS, line.numbers, line.moments))
    return mark_safe(
        f'<svg class="zegel-timeline" viewBox="0 0 1080 220" role="img" aria-label="{escape(line.label)}">'
        f"{rows}{bars}{waits}{marks}</svg>"
    )


def _bar(kind: str, start: int, end: int, top: int, text: str) -> str:
    words = f'<text x="{start + 12}" y="{top + 19}">{escape(text)}</text>' if text else ""
    css = "zegel-timeline__old" if kind == "old" else "zegel-timeline__new"
    return f'<rect class="{css}" x="{start}" y="{top}" width="{end - start}" height="28" rx="6"/>{words}'


def _mark(at: int, number: int, text: str) -> str:
    return (
        f'<path class="zegel-timeline__axis" d="M{at} 20V196"/><circle class="zegel-timeline__mark" cx="{at}" cy="14" r="13"/>'
        f'<text class="zegel-timeline__number" x="{at}" y="19">{number}</text>'
        f'<text class="zegel-timeline__moment" x="{at}" y="212" text-anchor="middle">{escape(text)}</text>'
    )
