"""Documents of looked-at services as the engine makes them, from measurements that are built by hand."""

from __future__ import annotations

from typing import Any

from checks.dnssec import Lookup
from checks.evaluate.view import View
from checks.facts.dns import DnsFacts
from checks.facts.network import Reason, Unreachable
from checks.facts.service import Opening, Service, ServiceSession
from checks.tools import service
from tests.checks.builders import a_handshake, a_lookup
from tests.checks.made import NOW, Made

ROOT = Made.issued("Root", ca=True, cert_sign=True)
LEAF = Made.issued("mx1.good.example", ROOT, names=("mx1.good.example",))
NEXT = Made.issued("mx1.good.example", ROOT, names=("mx1.good.example",))
OWNER = "_25._tcp.mx1.good.example."
GONE = "3 1 1 " + "ab" * 32


def record_of(made: Made) -> str:
    """``3 1 1`` of a certificate's key."""
    import hashlib

    return f"3 1 1 {hashlib.sha256(made.spki).hexdigest()}"


def a_document(
    *records: str, shown: Made = LEAF, port: int = 25, tlsa: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """A service with an IPv4 address that shows a certificate and an IPv6 address that could not be reached."""
    lookups = {
        (found.name, found.rdtype): found
        for found in (
            a_lookup("mx1.good.example.", "A", "192.0.2.25"),
            a_lookup("mx1.good.example.", "AAAA", "2001:db8::25"),
            a_lookup(f"_{port}._tcp.mx1.good.example.", "TLSA", *records, **{"zone": "good.example.", **(tlsa or {})}),
            a_lookup("good.example.", "SOA", "ns1.good.example. hostmaster.good.example. 1 3600 900 604800 300"),
        )
    }
    opening = service.OPENINGS[port]
    lines = ("S: 220 <b>mx1</b> ESMTP", "C: EHLO zegel.example") if opening is Opening.SMTP else ()
    sessions = (
        ServiceSession("192.0.2.25", None, a_handshake(shown, ROOT), None, lines),
        ServiceSession("2001:db8::25", Unreachable(Reason.NO_IPV6)),
    )
    made = Service("mx1.good.example", port, opening, NOW, DnsFacts(), sessions, 812)
    return {**_judged(made, lookups), **changes}


def _judged(made: Service, lookups: dict[tuple[str, str], Lookup]) -> dict[str, Any]:
    judged = service._Judged(made)
    measurement = judged._view.measurement
    judged._view = View(measurement, lambda name, rdtype: lookups.get((name, rdtype)) or a_lookup(name, rdtype))
    judged._tlsa = service.endpoint_tlsa(judged._view, made.host, made.port, smtp=made.port == 25)
    judged._addresses = judged._view.addresses(made.host + ".")
    return judged.document()
