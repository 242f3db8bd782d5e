"""The badge: a small seal with the score of a report and its date, as a file of its own. Colours are attributes, as a page of somebody else shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import escape

from portal.pictures.seal import EDGE

_HEIGHT = 32
_INK, _PAPER, _GREY = "#0b3d48", "#ffffff", "#4b575b"


@dataclass(frozen=True, slots=True)
class Badge:
    """``label`` is the whole badge in words; ``name``, ``number`` and ``day`` stand in it."""

    label: str
    name: str
    number: str
    day: str
    full: bool


def draw(badge: Badge) -> str:
    """The badge as a complete SVG document. Its width follows from the number of characters."""
    left, right = 40 + 8 * len(badge.name), 9 * len(badge.number) + 7 * len(badge.day) + 30
    check = '<path d="m10.5 16.5 4 4 7.5-8.5" fill="none" stroke="#ffffff" stroke-width="2.6"/>' if badge.full else ""
    font = 'font-family="system-ui, sans-serif"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" viewBox="0 0 {left + right} {_HEIGHT}"'
        f' role="img" aria-label="{escape(badge.label)}"><title>{escape(badge.label)}</title>'
        f'<rect width="{left + right}" height="{_HEIGHT}" rx="6" fill="{_PAPER}" stroke="{_INK}"/>'
        f'<path d="M6 0H{left}V{_HEIGHT}H6A6 6 0 0 1 0 26V6A6 6 0 0 1 6 0z" fill="{_INK}"/>'
        f'<g transform="translate(4 4) scale(.1)"><path d="{EDGE}" fill="none" stroke="#ffffff" stroke-width="16"/></g>'
        f'{check}<text x="34" y="21" font-size="14" {font} fill="#ffffff">{escape(badge.name)}</text>'
        f'<text x="{left + 10}" y="21" font-size="15" font-weight="700" {font} fill="{_INK}">{escape(badge.number)}</text>'
        f'<text x="{left + 18 + 9 * len(badge.number)}" y="21" font-size="12" {font} fill="{_GREY}">{escape(badge.day)}</text></svg>'
    )
