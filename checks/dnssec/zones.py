"""What is known of a zone, and the steps that lead from its parent to it: DS, DNSKEY, or the proof that it is unsigned.

Pure steps over messages that are there already; which question comes next is for ``chain``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import dns.rdatatype
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.NSEC import NSEC
from dns.rdtypes.ANY.NSEC3 import NSEC3

from checks.dnssec.budget import Meter
from checks.dnssec.denial import Denial, Nsec
from checks.dnssec.keys import Key, algorithm_name, ds_text, ds_views, fits, read_keys, usable_ds
from checks.dnssec.message import Message, Name, RRset
from checks.dnssec.model import KeyView, Security, SignatureView, Why, ZoneLink, security_of
from checks.dnssec.nsec3 import Nsec3
from checks.dnssec.signatures import Verdict, verify

_NSEC, _NSEC3 = dns.rdatatype.NSEC, dns.rdatatype.NSEC3


@dataclass(slots=True, eq=False)
class Zone:
    """A zone and the verdict on it. ``keys`` are the validated ones of a secure zone. ``is_cut`` is False for a name
    that its parent zone proves to be an ordinary name."""

    name: Name
    parent: Zone | None
    security: Security
    reason: Why
    link: ZoneLink
    detail: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[Key, ...] = ()
    is_cut: bool = True
    exists: bool = True
    _verdicts: dict[object, Verdict] = field(default_factory=dict)

    @property
    def secure(self) -> bool:
        """Answers of this zone can be proven."""
        return self.security is Security.SECURE

    def verify(self, rrset: RRset, now: int, meter: Meter) -> Verdict:
        """The verdict on an RRset by the keys of this zone; the same records are verified once."""
        signatures = tuple(sorted(signature.to_digestable() for signature in rrset.signatures))
        key = (rrset.owner, rrset.rdtype, tuple(rrset.canonical_rdatas()), signatures)
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._verdicts[key] = verify(rrset, self.name, self.keys, now, meter)
        return replace(verdict, ttl=min(verdict.ttl, rrset.ttl))


class Cut(StrEnum):
    """What a parent zone says about a name."""

    SIGNED = "signed"  # there is a DS set, and it is signed
    NONE = "none"  # an ordinary name of the parent zone
    NO_NAME = "no-name"  # the name does not exist, so nothing below it does
    ENDS = "ends"  # the chain ends here: unsigned, not provable, or not to be had


@dataclass(frozen=True, slots=True)
class Delegation:
    """The parent's word on a name, with the reason when the chain ends."""

    cut: Cut
    reason: Why = Why.OK
    detail: Mapping[str, Any] = field(default_factory=dict)
    ds: tuple[DS, ...] = ()
    signatures: tuple[SignatureView, ...] = ()
    mechanism: str | None = None


def delegation(parent: Zone, name: Name, message: Message, now: int, meter: Meter) -> Delegation:
    """What secure zone ``parent`` proves about ``name``, given the answer to the DS question (RFC 4035 section 5.2)."""
    if message.failure is not None:
        return Delegation(Cut.ENDS, Why.RESOLVER_FAILED, {"failure": message.failure.value, "question": "DS"})
    rrset = message.answer.get((name, dns.rdatatype.DS))
    if rrset is not None:
        verdict = parent.verify(rrset, now, meter)
        if verdict.reason is not Why.OK or verdict.labels is not None:
            reason = verdict.reason if verdict.reason is not Why.OK else Why.WRONG_SIGNER
            return Delegation(Cut.ENDS, reason, verdict.detail, signatures=verdict.views)
        records = tuple(rdata for rdata in dict.fromkeys(rrset.rdatas) if isinstance(rdata, DS))
        return Delegation(Cut.SIGNED, ds=records, signatures=verdict.views)
    if _is_alias(parent, name, message, now, meter):
        return Delegation(Cut.NONE)
    return _without_ds(parent, name, message, now, meter)


def _is_alias(parent: Zone, name: Name, message: Message, now: int, meter: Meter) -> bool:
    """An alias that the parent zone signs cannot stand at a zone cut, nor can a zone lie below a DNAME."""
    alias = message.answer.get((name, dns.rdatatype.CNAME))
    if alias is not None and alias.signatures:
        verdict = parent.verify(alias, now, meter)
        return verdict.reason is Why.OK and verdict.labels is None
    for (owner, rdtype), rrset in message.answer.items():
        if rdtype == dns.rdatatype.DNAME and name != owner and name.is_subdomain(owner):
            return parent.verify(rrset, now, meter).reason is Why.OK
    return False


def _without_ds(parent: Zone, name: Name, message: Message, now: int, meter: Meter) -> Delegation:
    proof, views = prove_absence(parent, name, dns.rdatatype.DS, message, now, meter)
    if proof.outcome is None:
        reason = Why.NO_PROOF_OF_NO_DS if proof.reason in _NO_PROOF else proof.reason
        return Delegation(Cut.ENDS, reason, {"missing": proof.detail}, signatures=views)
    if proof.reason is not Why.OK or proof.delegation:
        reason = Why.NO_DS if proof.reason is Why.OK else proof.reason
        return Delegation(Cut.ENDS, reason, signatures=views, mechanism=proof.mechanism)
    return Delegation(Cut.NO_NAME if proof.outcome == "no-such-name" else Cut.NONE)


_NO_PROOF = frozenset({Why.DENIAL_MISSING, Why.DENIAL_INCOMPLETE, Why.WRONG_SIGNER, Why.SIGNATURE_MISSING})


def prove_absence(
    zone: Zone, name: Name, rdtype: dns.rdatatype.RdataType, message: Message, now: int, meter: Meter
) -> tuple[Denial, tuple[SignatureView, ...]]:
    """What the authority section of ``message`` proves about ``name`` and ``rdtype``, and the signatures used."""
    records, verdict, views = _verified_denials(zone, message, now, meter)
    if records is None:
        return _unproven(verdict), views
    return _or_else(records.deny(name, rdtype), verdict), views


def prove_expansion(
    zone: Zone, name: Name, labels: int, message: Message, now: int, meter: Meter
) -> tuple[Denial, tuple[SignatureView, ...]]:
    """What the authority section proves about a wildcard answer at ``name``."""
    records, verdict, views = _verified_denials(zone, message, now, meter)
    if records is None:
        return _unproven(verdict), views
    return _or_else(records.deny_closer(name, labels), verdict), views


def _or_else(proof: Denial, failed: Verdict | None) -> Denial:
    """A proof that lacks a part because a record's signature is not good: that is the reason to tell."""
    if proof.reason is Why.DENIAL_INCOMPLETE and failed is not None:
        return replace(proof, reason=failed.reason)
    return proof


def _unproven(verdict: Verdict | None) -> Denial:
    if verdict is None:
        return Denial(None, "", Why.DENIAL_MISSING, detail="no NSEC or NSEC3 record")
    return Denial(None, "", verdict.reason, detail=str(verdict.detail.get("covers", "")))


def _verified_denials(
    zone: Zone, message: Message, now: int, meter: Meter
) -> tuple[Nsec | Nsec3 | None, Verdict | None, tuple[SignatureView, ...]]:
    """The records that the zone signed (never those expanded from a wildcard), else the first reason against one."""
    verified: list[RRset] = []
    views: dict[SignatureView, None] = {}
    failed: Verdict | None = None
    sets = [r for r in (*message.denials(_NSEC3), *message.denials(_NSEC)) if r.owner.is_subdomain(zone.name)]
    for rrset in sets[: meter.budget.denial_sets]:
        verdict = zone.verify(rrset, now, meter)
        views.update(dict.fromkeys(verdict.views))
        if verdict.reason is Why.OK and verdict.labels is None:
            verified.append(rrset)
        elif failed is None:
            failed = verdict if verdict.reason is not Why.OK else replace(verdict, reason=Why.DENIAL_INCOMPLETE)
    nsec3 = [(r.owner, rdata) for r in verified for rdata in r.rdatas if isinstance(rdata, NSEC3)]
    nsec = [(r.owner, rdata) for r in verified for rdata in r.rdatas if isinstance(rdata, NSEC)]
    if nsec:
        return Nsec(zone.name, nsec), failed, tuple(views)
    if nsec3:
        return Nsec3(zone.name, nsec3, meter), failed, tuple(views)
    return None, failed, tuple(views)


def admit(name: Name, parent: Zone | None, given: Delegation, message: Message, now: int, meter: Meter) -> Zone:
    """The zone behind a DS set (of the parent, or our trust anchor), given the answer to its DNSKEY question."""
    owner = name.to_text()
    if not usable_ds(given.ds):
        return end(name, parent, replace(given, reason=Why.UNSUPPORTED_ALGORITHM))
    if message.failure is not None:
        failure = {"failure": message.failure.value, "question": "DNSKEY"}
        return end(name, parent, replace(given, reason=Why.RESOLVER_FAILED, detail=failure))
    rrset = message.answer.get((name, dns.rdatatype.DNSKEY))
    records = [rdata for rdata in dict.fromkeys(rrset.rdatas) if isinstance(rdata, DNSKEY)] if rrset else []
    tags: dict[str, Any] = {"ds_tags": sorted({ds.key_tag for ds in given.ds})}
    if rrset is None or not records:
        return end(name, parent, replace(given, reason=Why.CHILD_UNSIGNED, detail=tags))
    if len(records) > meter.budget.keys:
        return end(name, parent, replace(given, reason=Why.EXHAUSTS_VALIDATORS, detail={"keys": len(records)}))
    keys = read_keys(records, meter.budget.key_bits)
    detail: dict[str, Any] = {**tags, "key_tags": sorted({key.tag for key in keys})}
    entries = [key for key in keys if any(fits(ds, name, key) for ds in usable_ds(given.ds))]
    link = ZoneLink(owner, Security.SECURE, Why.OK, ds_views(given.ds, name, keys), (), given.signatures)
    if not any(key.flaw is None for key in entries):
        reason = Why.KEY_UNUSABLE if entries else Why.DS_MISMATCH
        more: dict[str, Any] = {"flaws": sorted({str(key.flaw) for key in entries})} if entries else {}
        if wanted := _wanted_ds(name, keys, rrset):
            more["wanted_ds"] = wanted
        return _broken(name, parent, reason, {**detail, **more}, replace(link, keys=key_views(keys, (), ())))
    verdict = verify(rrset, name, [key for key in entries if key.flaw is None], now, meter)
    signing = tuple(signature.key_tag for signature in rrset.signatures)
    shown = replace(link, keys=key_views(keys, signing, entries), signatures=given.signatures + verdict.views)
    if verdict.reason is not Why.OK or verdict.labels is not None:
        reason = Why.DS_MISMATCH if verdict.reason is Why.SIGNATURE_BY_UNKNOWN_KEY else verdict.reason
        return _broken(name, parent, reason, {**detail, **verdict.detail}, shown)
    return Zone(name, parent, Security.SECURE, Why.OK, shown, detail, tuple(keys))


def _wanted_ds(name: Name, keys: Sequence[Key], rrset: RRset) -> list[str]:
    """The DS records with which the parent would lead to keys that sign their own set, as the zone shows them now."""
    signing = {signature.key_tag for signature in rrset.signatures}
    return [ds_text(name, key) for key in keys if key.is_entry_point and key.flaw is None and key.tag in signing]


def _broken(name: Name, parent: Zone | None, reason: Why, detail: Mapping[str, Any], link: ZoneLink) -> Zone:
    security = security_of(reason)
    return Zone(name, parent, security, reason, replace(link, state=security, reason=reason), detail)


def end(name: Name, parent: Zone | None, given: Delegation) -> Zone:
    """The zone at which the chain ends before its keys are looked at."""
    views = ds_views(given.ds, name, ())
    link = ZoneLink(name.to_text(), Security.SECURE, Why.OK, views, (), given.signatures, given.mechanism)
    return _broken(name, parent, given.reason, given.detail, link)


def ordinary(name: Name, parent: Zone, given: Delegation) -> Zone:
    """The stand-in for a zone at a name that is none: whoever signs in its name is a wrong signer."""
    zone = _broken(name, parent, Why.WRONG_SIGNER, {}, parent.link)
    zone.is_cut = False
    zone.exists = given.cut is not Cut.NO_NAME
    return zone


def key_views(keys: Sequence[Key], signing: Sequence[int], entries: Sequence[Key]) -> tuple[KeyView, ...]:
    """Keys as they are shown, with the role that they play.

    A key that signs the key set is a KSK, or a CSK when no other key of its algorithm is left to sign the rest. A key
    without the SEP flag that the parent does not point to is a ZSK, also when it signs the key set too.
    """
    return tuple(
        KeyView(key.tag, _role(key, keys, signing, entries), algorithm_name(key.algorithm), key.bits)
        for key in sorted(keys, key=lambda key: (not key.is_entry_point, key.algorithm, key.tag))
    )


def _role(key: Key, keys: Sequence[Key], signing: Sequence[int], entries: Sequence[Key]) -> str:
    if not key.is_entry_point and not (key in entries and key.tag in signing):
        return "ZSK"
    others = [k for k in keys if k is not key and k.algorithm == key.algorithm and not k.is_entry_point]
    return "KSK" if others or key.tag not in signing else "CSK"
