"""What is worth telling about a zone whose chain holds: what ends soon, what is weak, what a roll-over is waiting for.

Pure functions over look-ups. A remark never changes whether an answer is secure; what it is worth is for others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from checks.dnssec.model import Lookup, Outcome, SignatureView, ZoneLink

SOON = timedelta(days=3)
SMALL_RSA = 2048  # bits; NIST SP 800-57 part 1, table 2: smaller keys are below 112 bits of strength
IGNORED_ITERATIONS = 50  # validators of today treat more as insecure (RFC 9276 section 3.2)
_SHA1_ALGORITHMS = frozenset({"RSASHA1", "RSASHA1NSEC3SHA1"})
_DELETE_CDS, _DELETE_CDNSKEY = "0 0 0 00", "0 3 0 AA=="


class Note(StrEnum):
    """What a remark says."""

    ENDS_SOON = "ends-soon"  # a signature ends within three days
    ENDS_BEFORE_SOA_EXPIRE = "ends-before-soa-expire"  # RFC 6781 section 4.4.2
    ENDS_WITHIN_TTL = "ends-within-ttl"  # RFC 4035 section 5.3.3: caches must cut the TTL
    SHA1_ALGORITHM = "sha1-algorithm"  # RFC 9905
    SHA1_DIGEST = "sha1-digest"  # RFC 8624 section 3.3, RFC 9905
    SMALL_KEY = "small-key"
    DANGLING_DS = "dangling-ds"  # a DS that fits no key
    STANDBY_DS = "standby-ds"  # a DS for a key that is there and signs nothing (RFC 6781 section 4.1)
    DS_WITHOUT_SIGNATURE = "ds-without-signature"  # an algorithm in the DS set that signs nothing (RFC 6840 5.11)
    NSEC3_ITERATIONS = "nsec3-iterations"  # RFC 9276 section 3.1: publish zero
    NSEC3_ITERATIONS_IGNORED = "nsec3-iterations-ignored"
    NSEC3_SALT = "nsec3-salt"  # RFC 9276 section 3.1: no salt
    CDS_WAITS = "cds-waits"  # RFC 7344 section 4: the zone asks its parent for another DS set
    CDS_DELETE = "cds-delete"  # RFC 8078 section 4: the zone asks its parent to take the DS away
    CDS_CONTRADICTS = "cds-contradicts"  # CDS and CDNSKEY do not ask for the same keys (RFC 7344 section 4)


class Stage(StrEnum):
    """Where a roll-over of keys stands (RFC 6781 section 4.1)."""

    NONE = "none"
    NEW_ZSK_PUBLISHED = "new-zsk-published"  # two zone keys of one algorithm, one of which signs
    TWO_ZSK_SIGN = "two-zsk-sign"
    TWO_KSK_SIGN = "two-ksk-sign"  # double signature: the DS may be replaced
    TWO_DS = "two-ds"  # double DS: the new key may be put to use
    TWO_ALGORITHMS = "two-algorithms"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to tell about ``where`` (a zone or an owner name), with JSON-able values."""

    note: Note
    where: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Apex:
    """Look-ups at the apex of a zone that the remarks about it need."""

    dnskey: Lookup
    ds: Lookup
    soa: Lookup
    cds: Lookup
    cdnskey: Lookup
    nsec3param: Lookup


APEX_TYPES = ("DNSKEY", "DS", "SOA", "CDS", "CDNSKEY", "NSEC3PARAM")


def remarks_on_zone(apex: Apex, now: datetime) -> tuple[Remark, ...]:
    """Everything worth telling about a zone whose DNSKEY look-up is secure; nothing about any other."""
    if not apex.dnskey.secure or not apex.dnskey.chain:
        return ()
    link = apex.dnskey.chain[-1]
    return (
        *_on_keys(link),
        *_on_ds(link),
        *remarks_on_signatures((apex.dnskey, apex.soa), now),
        *_on_soa_expire(apex.soa, now),
        *_on_nsec3(apex.nsec3param),
        *_on_cds(apex),
    )


def remarks_on_signatures(lookups: Iterable[Lookup], now: datetime) -> Iterator[Remark]:
    """Signatures over answers that end soon, or sooner than the answer may be cached."""
    for lookup in lookups:
        view = _over_answer(lookup)
        if view is None:
            continue
        left = datetime.fromisoformat(view.expiration) - now
        values = {"covers": view.covers, "ends": view.expiration, "hours": int(left.total_seconds() // 3600)}
        if left <= SOON:
            yield Remark(Note.ENDS_SOON, lookup.canonical_name, values)
        if left < timedelta(seconds=lookup.signed_ttl):
            yield Remark(Note.ENDS_WITHIN_TTL, lookup.canonical_name, {**values, "ttl": lookup.signed_ttl})


def rollover_stage(dnskey: Lookup, soa: Lookup) -> Stage:
    """The stage that the DS set, the keys and what they sign are in; ``soa`` shows which keys sign data."""
    if not dnskey.secure or not dnskey.chain:
        return Stage.NONE
    link = dnskey.chain[-1]
    if len({key.algorithm for key in link.keys}) > 1:
        return Stage.TWO_ALGORITHMS
    entries = {key.tag for key in link.keys if key.role != "ZSK"}
    signing_keys = {view.tag for view in link.signatures if view.covers == "DNSKEY"}
    signing_data = {view.tag for view in soa.chain[-1].signatures if view.covers == "SOA"} if soa.secure else set()
    zone_keys = {key.tag for key in link.keys if key.role == "ZSK"}
    if len(entries & signing_keys) > 1:
        return Stage.TWO_KSK_SIGN
    if len({ds.tag for ds in link.ds}) > 1:
        return Stage.TWO_DS
    if len(zone_keys & signing_data) > 1:
        return Stage.TWO_ZSK_SIGN
    return Stage.NEW_ZSK_PUBLISHED if len(zone_keys) > 1 else Stage.NONE


def _over_answer(lookup: Lookup) -> SignatureView | None:
    """The valid signature over the records of a secure look-up that ends last."""
    if not lookup.secure or not lookup.chain:
        return None
    views = [v for v in lookup.chain[-1].signatures if v.covers == lookup.rdtype and v.valid is not False]
    return max(views, key=lambda view: view.expiration, default=None)


def _on_keys(link: ZoneLink) -> Iterator[Remark]:
    for key in link.keys:
        values = {"tag": key.tag, "algorithm": key.algorithm, "bits": key.bits}
        if key.algorithm in _SHA1_ALGORITHMS:
            yield Remark(Note.SHA1_ALGORITHM, link.zone, values)
        if key.algorithm.startswith("RSA") and key.bits < SMALL_RSA:
            yield Remark(Note.SMALL_KEY, link.zone, values)


def _on_ds(link: ZoneLink) -> Iterator[Remark]:
    signing = {view.tag for view in link.signatures if view.covers == "DNSKEY" and view.valid is not False}
    signing_algorithms = {view.algorithm for view in link.signatures if view.covers == "DNSKEY"}
    for ds in link.ds:
        values = {"tag": ds.tag, "algorithm": ds.algorithm, "digest_type": ds.digest_type}
        if ds.digest_type == "SHA1":
            yield Remark(Note.SHA1_DIGEST, link.zone, values)
        if not ds.matches:
            yield Remark(Note.DANGLING_DS, link.zone, values)
        elif ds.tag not in signing:
            yield Remark(Note.STANDBY_DS, link.zone, values)
        if ds.algorithm not in signing_algorithms:
            yield Remark(Note.DS_WITHOUT_SIGNATURE, link.zone, values)


def _on_soa_expire(soa: Lookup, now: datetime) -> Iterator[Remark]:
    """A secondary that cannot reach its primary serves its copy until the SOA expires."""
    view = _over_answer(soa)
    if view is None or not soa.records:
        return
    expire = int(soa.records[0].split()[5])
    if datetime.fromisoformat(view.expiration) - now < timedelta(seconds=expire):
        yield Remark(Note.ENDS_BEFORE_SOA_EXPIRE, soa.name, {"ends": view.expiration, "expire": expire})


def _on_nsec3(nsec3param: Lookup) -> Iterator[Remark]:
    if not nsec3param.secure:
        return
    for record in nsec3param.records:
        _, _, iterations, salt = record.split()
        values = {"iterations": int(iterations), "salt": "" if salt == "-" else salt}
        if int(iterations) > IGNORED_ITERATIONS:
            yield Remark(Note.NSEC3_ITERATIONS_IGNORED, nsec3param.name, values)
        elif int(iterations) > 0:
            yield Remark(Note.NSEC3_ITERATIONS, nsec3param.name, values)
        if salt != "-":
            yield Remark(Note.NSEC3_SALT, nsec3param.name, values)


def _on_cds(apex: Apex) -> Iterator[Remark]:
    """What the zone asks of its parent, when that differs from what the parent has."""
    zone = apex.dnskey.name
    cds = _records(apex.cds)
    cdnskey = _records(apex.cdnskey)
    if _DELETE_CDS in cds or _DELETE_CDNSKEY in cdnskey:
        yield Remark(Note.CDS_DELETE, zone)
        return
    wanted = _tags_by_algorithm(cds)
    if cds and cdnskey and wanted != _algorithms_of_keys(cdnskey):
        yield Remark(Note.CDS_CONTRADICTS, zone, {"cds": sorted(cds), "cdnskey": len(cdnskey)})
    has = _records(apex.ds)
    if cds and has and cds != has:
        yield Remark(Note.CDS_WAITS, zone, {"wanted": sorted(cds), "has": sorted(has)})


def _records(lookup: Lookup) -> set[str]:
    if lookup.outcome is not Outcome.FOUND or not lookup.secure:
        return set()
    return {" ".join(record.split()) for record in lookup.records}


def _tags_by_algorithm(cds: Iterable[str]) -> dict[int, int]:
    """How many keys of each algorithm a CDS set asks for."""
    tags: dict[int, set[int]] = defaultdict(set)
    for record in cds:
        tag, algorithm, *_ = record.split()
        tags[int(algorithm)].add(int(tag))
    return {algorithm: len(found) for algorithm, found in tags.items()}


def _algorithms_of_keys(cdnskey: Iterable[str]) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for record in cdnskey:
        counts[int(record.split()[2])] += 1
    return dict(counts)
