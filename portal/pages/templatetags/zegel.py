"""Template tags for signs: a symbol by name, the sprite of a page, a status with its word. No decisions are taken here."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.pictures import seal, symbols

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A status sign or envelope; its word stands beside it in the text."""
    kind = "zegel-envelope" if name.startswith("envelope-") else "zegel-icon"
    return symbols.use(name, f"{kind} {css}".strip())


@register.simple_tag
def glyph(name: str) -> SafeString:
    """A line-drawn sign of the interface."""
    return symbols.use(name, "zegel-glyph")


@register.simple_tag
def sprite(names: str) -> SafeString:
    """The symbols that a page uses: names with spaces between them."""
    return symbols.sprite(names.split())


@register.simple_tag
def example_seal() -> SafeString:
    """The seal of a made-up report: one part is right, another is not."""
    arcs = (seal.Arc("failed", 64), seal.Arc("passed", 100))
    return seal.draw(
        seal.Seal(
            _("Example: a score of 82 out of 100. One part scores 64, the other 100."), "82", _("out of 100"), arcs
        )
    )
