"""Template tags of the overview."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.dashboards.overview import Cell, Half
from portal.pictures import symbols

register = template.Library()


@register.filter
def minus(number: int) -> str:
    """A negative number with the sign that printers use."""
    return f"−{-number}" if number < 0 else str(number)


@register.filter
def breakable(domain: str) -> SafeString:
    """A name that may go on on the next line behind each dot."""
    return mark_safe(escape(domain).replace(".", ".<wbr>"))


@register.simple_tag
def cells(half: Half) -> SafeString:
    """The cells of one suite of one domain: sign, word for who does not see it, and a mark when somebody explained it."""
    return mark_safe("".join(_cell(cell, _("explained")) for cell in half.cells))


@lru_cache(maxsize=1024)
def _cell(cell: Cell, explained: str) -> SafeString:
    """A page has a thousand cells, of a few dozen kinds; the words are part of the kind, so languages do not mix."""
    word, note = (
        (f"{cell.word}, {explained}", symbols.use("note", "zegel-glyph")) if cell.explained else (cell.word, "")
    )
    return format_html(
        '<td class="zegel-domains__cell zegel-status zegel-status--{}" data-label="{}">{}<span class="zegel-hidden">{}</span>{}</td>',
        cell.status,
        cell.column,
        symbols.use(cell.status, "zegel-icon"),
        word,
        note,
    )
