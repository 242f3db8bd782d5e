"""Report documents on their way to the database: cleaned of what JSONB cannot hold, and taken apart into findings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from portal.scans.models import Finding, Scan

Document = dict[str, Any]

# PostgreSQL refuses U+0000 and half surrogate pairs in JSONB, and a server we measure may send both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """The same JSON-able value, with a replacement character for every character that JSONB cannot hold."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def findings_of(scan: Scan, document: Document) -> Iterator[Finding]:
    """A row for every check in the document."""
    for category in document["categories"]:
        for check in category["checks"]:
            yield Finding(
                scan=scan,
                check_id=check["id"],
                outcome=check["outcome"],
                status=check["status"],
                points=check["points"],
                max_points=check["max_points"],
            )
