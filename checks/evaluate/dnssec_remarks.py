"""What is worth telling about the signed zones below a look-up, as evidence: codes with values, in words elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checks.dnssec import Lookup
from checks.dnssec.remarks import APEX_TYPES, Apex, Stage, remarks_on_signatures, remarks_on_zone, rollover_stage
from checks.evaluate.signed_zones import apexes
from checks.evaluate.view import View
from checks.facts.dns import Question

MOST = 20  # remarks on one look-up
_LONG_TTL = 7 * 86_400  # seconds; resolvers cut what is longer (RFC 8767 section 4)
Remark = dict[str, Any]


def remarks(view: View, *lookups: Lookup) -> list[Remark]:
    """Remarks on the zones that hold these answers, and on the answers; each once."""
    zones = dict.fromkeys(zone for lookup in lookups for zone in apexes(lookup))
    told = [
        *(remark for zone in zones for remark in _remembered(view, zone)),
        *(
            _flat(found.note.value, found.where, found.values)
            for found in remarks_on_signatures(lookups, view.measured_at)
        ),
        *(_flat("long-ttl", seen.name, {"ttl": seen.ttl}) for seen in lookups if seen.ttl > _LONG_TTL),
    ]
    return [remark for place, remark in enumerate(told) if remark not in told[:place]][:MOST]


def _remembered(view: View, zone: str) -> tuple[Remark, ...]:
    """The remarks on a zone, which several rows of a report share."""
    return view.once(("remarks", zone), lambda: tuple(_on_zone(view, zone)))


def _on_zone(view: View, zone: str) -> Iterator[Remark]:
    looked_up = {
        rdtype: view.lookup(zone, rdtype) if rdtype in ("DNSKEY", "DS") else view.said_directly(Question(zone, rdtype))
        for rdtype in APEX_TYPES
    }
    apex = Apex(*(looked_up[rdtype] for rdtype in APEX_TYPES))
    for found in remarks_on_zone(apex, view.measured_at):
        yield _flat(found.note.value, found.where, found.values)
    stage = rollover_stage(apex.dnskey, apex.soa)
    if stage is not Stage.NONE:
        yield _flat(f"rollover-{stage.value}", zone, {})
    yield from _between_servers(view, zone)
    for clash in view.contradictions(zone):
        yield _flat(clash.clash.value, clash.name, {"record_type": clash.rdtype})


def _between_servers(view: View, zone: str) -> Iterator[Remark]:
    """Where servers of the zone and its parent differ in what they may differ in."""
    seen = view.servers(zone)
    if len(seen.ds_sets) > 1:
        yield _flat("ds-sets-differ", zone, {})
    if seen.ns_sets_differ:
        yield _flat("ns-sets-differ", zone, {"parent": ", ".join(seen.ns_of_parent), "own": ", ".join(seen.ns_of_zone)})
    if len(seen.denial_kinds) > 1:
        yield _flat("denial-kinds-differ", zone, {"kinds": ", ".join(seen.denial_kinds)})


def _flat(note: str, where: str, values: Any) -> Remark:
    return {"note": note, "where": where, **values}
