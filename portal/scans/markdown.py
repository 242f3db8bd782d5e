"""Our own texts from Markdown to HTML. No HTML in the source is let through, and neither headings nor pictures: a text stands inside a page that has its own."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["heading", "lheading", "image", "html_block", "html_inline"])
)


@lru_cache(maxsize=2048)
def render(text: str) -> SafeString:
    """The text as HTML; empty text gives nothing."""
    html: str = _PARSER.render(text.strip())
    return mark_safe(html)
