"""The signs of the pages: status signs (shape says the same as word and colour), envelopes, and a few interface signs. Drawn for this project.

A page carries only the symbols that it uses, once, at its end; ``portal.pages.templatetags.zegel`` refers to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.safestring import SafeString, mark_safe

_LETTER = '<rect x="5" y="11" width="38" height="27" rx="2"/>'
_FLAP = '<path d="m5 13 19 14 19-14"/>'
_RING = '<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" '

# Filled signs are verdicts; open signs are none.
_STATUS: Mapping[str, str] = {
    "passed": '<path fill-rule="evenodd" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.5 14.8-4.6-4.6 1.8-1.8 2.8 2.8 5.8-5.8 1.8 1.8z"/>',
    "info": (
        '<path fill-rule="evenodd" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 1.9a8.1 8.1 0 1 1 0 16.2 8.1 8.1 0 0 1 0-16.2z'
        'M11 10.4h2v6.8h-2zm1-4a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6z"/>'
    ),
    "warning": (
        '<path fill-rule="evenodd" d="m13.3 2.9 9.4 16.8a1.5 1.5 0 0 1-1.3 2.3H2.6a1.5 1.5 0 0 1-1.3-2.3l9.4-16.8a1.5 1.5 0 0 1 2.6 0z'
        'M10.8 8.6l.3 6.4h1.8l.3-6.4zM12 16.4a1.3 1.3 0 1 0 0 2.7 1.3 1.3 0 0 0 0-2.7z"/>'
    ),
    "failed": (
        '<path fill-rule="evenodd" d="M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9zm.5 4.7L6.7 8.4l3.6 3.6-3.6 3.6 1.7 1.7 3.6-3.6 3.6 3.6 1.7-1.7'
        '-3.6-3.6 3.6-3.6-1.7-1.7-3.6 3.6z"/>'
    ),
    "not_tested": _RING + 'stroke-width="1.9" stroke-dasharray="3.2 2.45"/><path d="M8 11h8v2H8z"/>',
    "error": (
        '<rect x="3" y="3" width="18" height="18" rx="4" fill="none" stroke="currentColor" stroke-width="1.9"/>'
        '<path d="M9.3 9.6a2.75 2.75 0 1 1 4.2 2.3c-1 .6-1.5 1.1-1.5 2.3" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"/>'
        '<circle cx="12" cy="17" r="1.2"/>'
    ),
    "busy": (
        _RING + 'stroke-opacity=".28" stroke-width="2.4"/>'
        '<path d="M12 3a9 9 0 0 1 9 9" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/>'
    ),
    "waiting": _RING
    + 'stroke-width="1.7"/><path d="M12 7v5l3 2" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/>',
    "done": _RING
    + 'stroke-width="1.9"/><path d="m8 12.2 2.8 2.8L16 9.6" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"/>',
}

_ENVELOPE: Mapping[str, str] = {
    "envelope-open": _LETTER
    + '<path d="M24 15v19M28 19h10M28 24h10M28 29h7"/><path d="M9 18c2-2 4 2 6 0s3 1 5 0M9 24c2-2 4 2 6 0s3 1 5 0M9 30c2-2 4 2 6 0"/>',
    "envelope-closed": _LETTER + _FLAP,
    "envelope-sealed": _LETTER
    + _FLAP
    + '<circle fill="currentColor" cx="24" cy="27" r="7.5"/><path d="m20.8 27 2.2 2.3 4.2-4.4" class="zegel-wax-tick"/>',
    "envelope-broken": (
        _LETTER
        + _FLAP
        + '<path fill="currentColor" d="M23 19.6a7.5 7.5 0 0 0-1.6 14.5l2.2-4.8-2.6-3.2zM26 19.8l-1.6 6 2.8 3.2-2 5.4A7.5 7.5 0 0 0 26 19.8z"/>'
    ),
    "envelope-unknown": _LETTER
    + '<path d="M20.5 22a3.8 3.8 0 1 1 5.6 3.2c-1.4.8-2.1 1.5-2.1 3.1"/><circle fill="currentColor" cx="24" cy="33" r=".8"/>',
}

_GLYPH: Mapping[str, str] = {
    "copy": '<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V5a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3"/>',
    "right": '<path d="M4 12h15m-5-5 5 5-5 5"/>',
    "up": '<path d="M7 17 17 7M9 7h8v8"/>',
    "chevron": '<path d="m6 9 6 6 6-6"/>',
    "link": '<path d="m9.5 14.5 5-5M11 7l1.5-1.5a4.2 4.2 0 0 1 6 6L17 13M13 17l-1.5 1.5a4.2 4.2 0 0 1-6-6L7 11"/>',
    "again": '<path d="M19 12a7 7 0 1 1-2-4.9L19.5 9.5M19.5 4.5v5h-5"/>',
    "file": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"/>',
    "send": '<path d="M3 6h18v12H3zM3 6l9 7 9-7"/>',
    "key": '<circle cx="8" cy="15" r="4"/><path d="m11 12 8-8m-3.5 3.5 3 3"/>',
    "note": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 7.5v.1"/>',
}

SYMBOLS: Mapping[str, tuple[int, str]] = {
    **{name: (24, drawing) for name, drawing in {**_STATUS, **_GLYPH}.items()},
    **{name: (48, drawing) for name, drawing in _ENVELOPE.items()},
}


def sprite(names: Iterable[str]) -> SafeString:
    """One hidden ``<svg>`` with the symbols of these names; raises KeyError for a name that does not exist."""
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 {SYMBOLS[name][0]} {SYMBOLS[name][0]}">{SYMBOLS[name][1]}</symbol>'
        for name in names
    )
    return mark_safe(f'<svg class="zegel-sprite" width="0" height="0" aria-hidden="true">{symbols}</svg>')


def use(name: str, css: str) -> SafeString:
    """A reference to a symbol, hidden from screen readers: the word stands beside it. ``css`` is one or more class names of our own."""
    size = SYMBOLS[name][0]
    return mark_safe(f'<svg class="{css}" viewBox="0 0 {size} {size}" aria-hidden="true"><use href="#i-{name}"/></svg>')


def as_file(name: str) -> str:
    """A symbol as an SVG document of its own; raises KeyError for a name that does not exist."""
    size, drawing = SYMBOLS[name]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" fill="currentColor">{drawing}</svg>'
