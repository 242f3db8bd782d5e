"""Which networks announce the addresses of a domain, and what their holders published about that (RFC 6811)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RpkiState(StrEnum):
    """Whether there was anything to look in."""

    NOT_CONFIGURED = "not-configured"
    UNAVAILABLE = "unavailable"  # configured, and not to be had: our side
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Vrp:
    """A validated ROA payload: ``asn`` may announce ``prefix`` and its parts up to ``max_length``."""

    prefix: str
    max_length: int
    asn: int


@dataclass(frozen=True, slots=True)
class Route:
    """A route as others see it: ``origin`` is the network that announces ``prefix``; ``vrps`` are all that cover it."""

    prefix: str
    origin: int
    vrps: tuple[Vrp, ...] = ()


@dataclass(frozen=True, slots=True)
class AddressRoutes:
    """The routes that lead to one address, and the VRPs that cover the address itself."""

    address: str
    routes: tuple[Route, ...] = ()
    vrps: tuple[Vrp, ...] = ()


@dataclass(frozen=True, slots=True)
class RpkiFacts:
    """What was found for all addresses of a scan, in order of address. ``detail`` says why when nothing was to be had."""

    state: RpkiState = RpkiState.NOT_CONFIGURED
    addresses: tuple[AddressRoutes, ...] = ()
    detail: str = ""
