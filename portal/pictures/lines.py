"""Lines of scores: a small one for a row, a large one for a page. Drawn from plain numbers; knows no list and no language but the words it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value 0-100 for each moment, None where nothing was measured; ``name`` stands at its end."""

    name: str
    values: Sequence[float | None]


def sparkline(values: Sequence[float | None], label: str) -> SafeString:
    """A line of scores, the newest marked. Empty when there are none."""
    points = [(3 + 75 * i / max(1, len(values) - 1), 24 - 20 * v / 100) for i, v in enumerate(values) if v is not None]
    if not points:
        return mark_safe("")
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = points[-1]
    return mark_safe(
        f'<svg class="zegel-spark" viewBox="0 0 84 28" role="img" aria-label="{escape(label)}"><path d="M{path}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/></svg>'
    )


def trend(lines: Sequence[Line], moments: Sequence[str], label: str, *, narrow: bool = False) -> SafeString:
    """Lines over time with an axis from the lowest ten below the data to 100. The first line is whole, the second dashed; each has its name at its end."""
    width, height = (340, 250) if narrow else (720, 330)
    left, right, top, bottom = 32.0, width - (82.0 if narrow else 84.0), 12.0, height - 40.0
    known = [value for line in lines for value in line.values if value is not None]
    floor = min(90, int(min(known, default=0) // 10 * 10))

    def across(place: int) -> float:
        return left + (right - left) * place / max(1, len(moments) - 1)

    def up(value: float) -> float:
        return bottom - (bottom - top) * (value - floor) / (100 - floor)

    step = 10 if floor >= 50 else 20
    grid = "".join(
        f'<path class="zegel-grid" d="M{left:g} {up(value):.1f}H{right:g}"/><text x="{left - 6:g}" y="{up(value) + 4.5:.1f}" text-anchor="end">{value}</text>'
        for value in range(100, floor - 1, -step)
    )
    ends = [(0, "start"), (len(moments) - 1, "end")] if len(moments) > 1 else [(0, "start")]
    dates = "".join(
        f'<text x="{across(place):.1f}" y="{height - 16}" text-anchor="{anchor}">{escape(moments[place])}</text>'
        for place, anchor in ends
        if moments
    )
    drawn = "".join(_line(line, index, across, up) for index, line in enumerate(lines))
    css = "zegel-chart zegel-chart--narrow" if narrow else "zegel-chart zegel-chart--wide"
    return mark_safe(
        f'<svg class="{css}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{grid}{dates}{drawn}</svg>'
    )


def _line(line: Line, index: int, across: Callable[[int], float], up: Callable[[float], float]) -> str:
    points = [(across(place), up(value)) for place, value in enumerate(line.values) if value is not None]
    if not points:
        return ""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = points[-1]
    side = -4 if index == 0 else 10
    css, name = (("zegel-line-a", "zegel-name-a"), ("zegel-line-b", "zegel-name-b"))[index % 2]
    return (
        f'<path class="{css}" d="M{path}"/><circle class="zegel-mark" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        f'<text class="{name}" x="{x + 9:.1f}" y="{y + side:.1f}">{escape(line.name)}</text>'
    )
