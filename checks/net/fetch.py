"""Fetches a file that the operator of this portal set, such as a table of VRPs: bounded in size and time. Nothing that a
tested domain says ever leads here, so the policy on addresses does not apply.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException

PATIENCE = 30.0  # seconds without any data
_PIECE = 1 << 20


class NotFetched(Exception):
    """The file is not to be had, with the reason."""


def fetch(url: str, most: int) -> bytes:
    """The contents at ``url``, at most ``most`` bytes. Blocks. Raises NotFetched."""
    if not url.startswith(("http://", "https://")):
        raise NotFetched("not an address of a web server")
    pieces, size = [], 0
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            while piece := response.read(_PIECE):
                size += len(piece)
                if size > most:
                    raise NotFetched(f"larger than {most} bytes")
                pieces.append(piece)
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        raise NotFetched(str(error)[:200]) from error
    return b"".join(pieces)
