"""Do the signatures hold for some time yet? One row for each signed zone that the website or the mail rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from checks.dnssec import Lookup, Security, SignatureView
from checks.evaluate.signed_zones import Place
from checks.evaluate.view import View
from checks.model import Finding, Observation, Suite

SOON = timedelta(days=3)
SHORT_LIVED = timedelta(days=8)  # a signer that signs for less than this signs anew every day, or for every answer


class Expiry(StrEnum):
    """How long the signatures of a zone still hold."""

    OK = "ok"
    INSECURE = "insecure"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    SOON = "soon"


def expiry(view: View) -> Finding:
    """Signatures over keys and answers that end within three days while nobody renews them."""
    rows = tuple(row for place in view.signed_places for row in _row(view, place))
    return Finding(_without_rows(view), rows)


def _without_rows(view: View) -> Expiry:
    first = view.lookup(view.domain, "A") if view.measurement.suite is Suite.WEB else view.mx
    words = {Security.INDETERMINATE: Expiry.UNKNOWN, Security.INSECURE: Expiry.INSECURE}
    return words.get(first.security, Expiry.BROKEN)


def _row(view: View, place: Place) -> Iterable[Observation]:
    """Nothing for a zone that is broken: its signatures are judged elsewhere."""
    secure = [lookup for lookup in place.lookups if lookup.secure]
    if not secure:
        return
    first = min(_needed(place.zone, secure), key=lambda signature: signature.expiration, default=None)
    if first is None:
        return
    left = datetime.fromisoformat(first.expiration) - view.measured_at
    evidence = {
        "zone": place.zone,
        "covers": first.covers,
        "inception": first.inception,
        "expiration": first.expiration,
        "hours": int(left.total_seconds() // 3600),
        "days": left.days,
    }
    yield Observation(place.zone.rstrip("."), Expiry.SOON if _ends_soon(first, left) else Expiry.OK, evidence)


def _needed(zone: str, lookups: Iterable[Lookup]) -> Iterable[SignatureView]:
    """For each kind of record the signature that ends last: what replaces it is there already. The DS is the parent's."""
    last: dict[str, SignatureView] = {}
    for lookup in lookups:
        for link in lookup.chain:
            for view in link.signatures if link.zone == zone else ():
                if view.valid and view.covers != "DS":
                    last[view.covers] = max(last.get(view.covers, view), view, key=lambda held: held.expiration)
    return last.values()


def _ends_soon(signature: SignatureView, left: timedelta) -> bool:
    """Within three days; for a signature that never held longer than about a week, in the last quarter of its time."""
    whole = datetime.fromisoformat(signature.expiration) - datetime.fromisoformat(signature.inception)
    return left <= SOON and (whole > SHORT_LIVED or left < whole / 4)
