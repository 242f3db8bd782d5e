"""The parts that an answer is made of, each judged, and the look-up that they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import dns.rdatatype

from checks.dnssec.message import Name, Rdatatype, RRset
from checks.dnssec.model import Lookup, Outcome, Security, SignatureView, Why, ZoneLink, security_of, weakest
from checks.dnssec.zones import Zone


@dataclass(frozen=True, slots=True)
class Part:
    """One RRset of an answer, or its absence, judged."""

    reason: Why
    where: str
    zone: Zone | None
    detail: Mapping[str, Any] = field(default_factory=dict)
    views: tuple[SignatureView, ...] = ()
    mechanism: str | None = None
    ttl: int = 0
    signed_ttl: int = 0

    @property
    def security(self) -> Security:
        return security_of(self.reason)


@lru_cache(maxsize=4096)
def name_text(name: Name) -> str:
    """A name the way questions and results spell it: lower case, absolute."""
    return name.canonicalize().to_text()


def assemble(
    name: Name,
    rdtype: Rdatatype,
    outcome: Outcome,
    parts: Sequence[Part],
    aliases: Sequence[Name],
    found: RRset | None,
) -> Lookup:
    """The look-up of ``name``: as good as its weakest part, and the first such part is the reason."""
    security = weakest(part.security for part in parts)
    weak = next((part for part in parts if part.security is security and security is not Security.SECURE), parts[-1])
    last = parts[-1].zone
    return Lookup(
        name_text(name),
        dns.rdatatype.to_text(rdtype),
        outcome,
        security,
        weak.reason,
        weak.where,
        dict(weak.detail),
        found.texts() if found is not None else (),
        min(part.ttl for part in parts),
        parts[-1].signed_ttl,
        tuple(name_text(alias) for alias in aliases),
        name_text(last.name) if last is not None else "",
        tuple(_chain(parts)),
    )


def _chain(parts: Iterable[Part]) -> Iterator[ZoneLink]:
    """The zones that the parts rest on, each once, from its anchor down, with the signatures over the answer."""
    links: dict[Name, ZoneLink] = {}
    for part in parts:
        for zone in reversed(list(_upward(part.zone))):
            links.setdefault(zone.name, zone.link)
        if part.zone is not None:
            links[part.zone.name] = _with_answer(links[part.zone.name], part)
    return iter(links.values())


def _upward(zone: Zone | None) -> Iterator[Zone]:
    while zone is not None:
        if zone.is_cut:
            yield zone
        zone = zone.parent


def _with_answer(link: ZoneLink, part: Part) -> ZoneLink:
    """Add the signatures over an answer; a KSK that signs answers too is a CSK."""
    views = tuple(view for view in part.views if view not in link.signatures)
    signing = {view.tag for view in views if view.covers != "DNSKEY"}
    keys = tuple(replace(k, role="CSK") if k.role == "KSK" and k.tag in signing else k for k in link.keys)
    return replace(link, signatures=link.signatures + views, keys=keys, denial=part.mechanism or link.denial)
