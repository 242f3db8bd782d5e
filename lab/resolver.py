"""The two ways in which a question is answered: by a name server out of the zones it holds, or by a recursive
resolver that follows aliases from zone to zone and, like one that is asked with the CD flag, checks no signature.
"""

import dataclasses
from collections.abc import Iterable, Mapping

from dns.name import Name
from dns.rcode import Rcode
from dns.rdatatype import RdataType

from lab.answers import Answer, Kind, SignedZone

MAX_ALIASES = 16


class Zones:
    """All zones of the practice internet by name. One may be put in the place of another while questions come in."""

    def __init__(self, zones: Iterable[SignedZone]) -> None:
        self._zones = {zone.zone.origin: zone for zone in zones}

    def put(self, zone: SignedZone) -> None:
        """Serve this zone from now on."""
        self._zones[zone.zone.origin] = zone

    def holding(self, name: Name, rdtype: RdataType, among: Iterable[Name] | None = None) -> SignedZone | None:
        """The zone that answers for this name: the deepest, but for DS the one above the cut (RFC 4035 section
        3.1.4.1).
        """
        at_hand: Mapping[Name, SignedZone] = self._zones
        if among is not None:
            at_hand = {origin: self._zones[origin] for origin in among}
        candidates = sorted((origin for origin in at_hand if name.is_subdomain(origin)), key=len)
        if rdtype == RdataType.DS and len(candidates) > 1 and candidates[-1] == name:
            candidates.pop()
        return at_hand[candidates[-1]] if candidates else None


def answer_as_name_server(zones: Zones, held: Iterable[Name], name: Name, rdtype: RdataType) -> Answer:
    """What a name server with these zones answers; aliases within one zone are followed (RFC 1034 section 4.3.2)."""
    zone = zones.holding(name, rdtype, held)
    if zone is None:
        return Answer(Kind.REFUSAL, Rcode.REFUSED)
    answer = zone.look_up(name, rdtype)
    for _ in range(MAX_ALIASES):
        if answer.kind is not Kind.ALIAS or answer.target is None or not answer.target.is_subdomain(zone.zone.origin):
            break
        answer = _joined(answer, zone.look_up(answer.target, rdtype))
    return answer


def answer_as_resolver(zones: Zones, name: Name, rdtype: RdataType) -> Answer | None:
    """What a recursive resolver answers; None when the name is none of ours."""
    zone = zones.holding(name, rdtype)
    if zone is None:
        return None
    answer = zone.look_up(name, rdtype)
    for _ in range(MAX_ALIASES):
        if answer.kind is not Kind.ALIAS or answer.target is None:
            break
        zone = zones.holding(answer.target, rdtype)
        if zone is None:
            return Answer(Kind.REFUSAL, Rcode.SERVFAIL)
        answer = _joined(answer, zone.look_up(answer.target, rdtype))
    # An alias without an end, or a delegation to a zone that nobody serves: recursion came to nothing.
    return Answer(Kind.REFUSAL, Rcode.SERVFAIL) if answer.kind in (Kind.ALIAS, Kind.REFERRAL) else answer


def _joined(first: Answer, then: Answer) -> Answer:
    if then.kind in (Kind.SILENCE, Kind.REFUSAL):
        return then
    return dataclasses.replace(
        then,
        answer=first.answer + then.answer,
        authority=first.authority + then.authority,
        delay=first.delay + then.delay,
    )
