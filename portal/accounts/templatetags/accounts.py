"""Template tags of accounts: the square code for an authenticator app as inline SVG, which the policy of our pages allows."""

from __future__ import annotations

import qrcode
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

_QUIET = 4  # modules of white around a code (ISO/IEC 18004)


@register.simple_tag
def qr_code(text: str) -> SafeString:
    """The code of a text: dark modules as one path on white, in any theme."""
    made = qrcode.QRCode(border=_QUIET, error_correction=qrcode.constants.ERROR_CORRECT_M)
    made.add_data(text)
    rows = made.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="zegel-qr" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
        '<rect width="{size}" height="{size}" fill="#fff"/><path fill="#000" d="{path}"/></svg>',
        size=len(rows),
        label=_("Code for the authenticator app; the secret stands below it as text"),
        path=mark_safe(path),
    )
