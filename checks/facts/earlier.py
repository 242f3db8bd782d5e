"""What earlier measurements of the same domain saw, as far as senders may still remember it: the only facts of a measurement
that it did not see itself. Whoever keeps measurements hands them in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HostSeen:
    """The TLSA records that DNSSEC vouched for at a mail host, in presentation format, and what it showed beside them.

    ``since`` is when this set was first seen, ``seen_at`` when it last was. ``ttl`` is for how many seconds from then a cache
    kept it for certain (ours did), ``signed_ttl`` the most that any cache may (RFC 4035 section 5.3.3). ``leaves`` are the
    SHA-256 of the leaf certificates, in hexadecimal.
    """

    host: str
    since: datetime
    seen_at: datetime
    records: tuple[str, ...]
    ttl: int
    signed_ttl: int
    leaves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicySeen:
    """A policy of MTA-STS and the ``id`` that it stood under (RFC 8461 section 3). ``max_age`` in seconds."""

    seen_at: datetime
    id: str
    mode: str
    max_age: int
    mx: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What may still be remembered, newest first."""

    hosts: tuple[HostSeen, ...] = ()
    policies: tuple[PolicySeen, ...] = ()
