"""The policy file of MTA-STS as it was seen (RFC 8461 section 3.3)."""

from __future__ import annotations

from dataclasses import dataclass

from checks.facts.http import HttpResponse
from checks.facts.network import Unreachable
from checks.facts.tls import TlsFailure, TlsHandshake


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One try at one address of ``host``. ``body`` is what came, base64, bounded; redirects are not followed."""

    host: str
    address: str
    tls: TlsHandshake | TlsFailure | Unreachable
    response: HttpResponse | Unreachable | None = None
    body: str = ""
