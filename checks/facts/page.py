"""The front page of a website as it came over each address family, and how much the two differ."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts.network import Unreachable


@dataclass(frozen=True, slots=True)
class Page:
    """What one address showed at the end of the redirects within the host. ``port`` is 443 where that answers, else 80;
    ``location`` a redirect to elsewhere that was not followed. ``failure`` is set when there was no response.
    """

    address: str
    port: int = 0
    status: int = 0
    location: str = ""
    body_bytes: int = 0
    failure: Unreachable | None = None


@dataclass(frozen=True, slots=True)
class PagePair:
    """The page over IPv4 and over IPv6. ``distance`` is the share of the words that differs, in percent; None when
    there are no two pages to compare.
    """

    ipv4: Page
    ipv6: Page
    distance: float | None = None
