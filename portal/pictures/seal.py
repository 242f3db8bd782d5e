"""The seal: the score as a scalloped seal with one arc for each scored category. Drawn from plain numbers; knows no report and no language but the words it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_CENTRE, _RIM, _BUMPS, _RADIUS, _HALF = 120.0, 111.0, 40, 88.0, 7.5
_GAP = 7.0  # degrees between two arcs


@dataclass(frozen=True, slots=True)
class Arc:
    """One category on the seal: its status, and its score 0-100, or None when it could not be measured."""

    status: str
    score: int | None


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal shows: ``label`` is the whole picture in words, ``number`` and ``under`` stand in the middle, ``full`` when everything that counts is in order."""

    label: str
    number: str
    under: str
    arcs: Sequence[Arc]
    full: bool = False


def draw(seal: Seal) -> SafeString:
    """The seal as inline SVG."""
    arcs = "".join(_arc(arc, index, len(seal.arcs)) for index, arc in enumerate(seal.arcs))
    css = "zegel-seal zegel-seal--full" if seal.full else "zegel-seal"
    return mark_safe(
        f'<svg class="{css}" viewBox="0 0 240 240" role="img" aria-label="{escape(seal.label)}"><path class="zegel-edge" d="{EDGE}"/>{arcs}'
        f'<text class="zegel-big" x="119" y="137">{escape(seal.number)}</text><text class="zegel-sub" x="120" y="160">{escape(seal.under)}</text></svg>'
    )


def _arc(arc: Arc, index: int, count: int) -> str:
    """One arc on its track: filled as far as the score, an outline for 0, one dotted line when not measured."""
    start, end = 360 * index / count, 360 * (index + 1) / count
    if count > 1:
        start, end = start + _GAP / 2, end - _GAP / 2
    track = f'<path class="zegel-track" d="{_path(_RADIUS, start, end)}"/>'
    if arc.score is None:
        drawing = f'<path class="zegel-gap" d="{_path(_RADIUS, start, end)}"/>'
    elif arc.score == 0:
        drawing = "".join(
            f'<path class="zegel-gap" d="{_path(radius, start, end)}"/>'
            for radius in (_RADIUS - _HALF, _RADIUS + _HALF)
        )
    else:
        drawing = f'<path class="zegel-arc" d="{_path(_RADIUS, start, start + (end - start) * arc.score / 100)}"/>'
    return f'{track}<g class="zegel-status zegel-status--{escape(arc.status)}">{drawing}</g>'


def _path(radius: float, start: float, end: float) -> str:
    """Part of a circle, clockwise, in degrees from the top; in steps under half a turn, as one arc of an SVG path cannot be a whole circle."""
    steps = int((end - start) // 170) + 1
    points = [_point(radius, start + (end - start) * step / steps) for step in range(steps + 1)]
    return f"M{points[0]}" + "".join(f"A{radius:g} {radius:g} 0 0 1 {point}" for point in points[1:])


def _point(radius: float, degrees: float) -> str:
    angle = degrees * pi / 180
    return f"{_CENTRE + radius * sin(angle):.1f} {_CENTRE - radius * cos(angle):.1f}"


def _edge() -> str:
    bump = _RIM * sin(pi / _BUMPS) * 1.045
    points = [_point(_RIM, 360 * step / _BUMPS) for step in range(_BUMPS)]
    return (
        f"M{points[0]}" + "".join(f"A{bump:.1f} {bump:.1f} 0 0 1 {point}" for point in [*points[1:], points[0]]) + "z"
    )


EDGE = _edge()
