"""Why an endpoint could not be talked to, in words that tell whose side it is on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What ended a connection, or kept it from being made."""

    TIMEOUT = "timeout"  # no connection, or no data, in the time allowed
    REFUSED = "refused"  # the port is closed
    UNREACHABLE = "unreachable"  # no route, or the network said so
    RESET = "reset"  # they broke the connection
    CLOSED = "closed"  # they closed it before the dialogue was over
    FORBIDDEN = "forbidden"  # we never dial this address: private, loopback, documentation ...
    NO_IPV6 = "no-ipv6"  # this machine has no IPv6
    TOO_MUCH = "too-much"  # more bytes or lines than anybody may send
    PROTOCOL = "protocol"  # what came is not the protocol of this port
    OURS = "ours"  # our own limits: deadline of the whole scan, too many files, ...


OURS = frozenset({Reason.NO_IPV6, Reason.OURS})


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A connection that was not made or did not last. ``detail`` is our own words, never text of the other side."""

    reason: Reason
    detail: str = ""
