"""Whether an RRset is signed by a key of its zone: RFC 4035 section 5.3, and the data that a signature covers.

Times are strict to the second, with serial number arithmetic (RFC 4034 section 3.1.5).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import dns.name
import dns.rdatatype
from dns.rdtypes.ANY.RRSIG import RRSIG

from checks.dnssec.budget import Meter
from checks.dnssec.keys import ALGORITHMS, Key, algorithm_name
from checks.dnssec.message import IN, Name, RRset
from checks.dnssec.model import SignatureView, Why

_HALF = 1 << 31
_WHOLE = 1 << 32
# The more a failure tells, the earlier it stands.
_TELLING = (
    Why.SIGNATURE_EXPIRED,
    Why.SIGNATURE_NOT_YET_VALID,
    Why.SIGNATURE_INVALID,
    Why.KEY_UNUSABLE,
    Why.SIGNATURE_BY_UNKNOWN_KEY,
    Why.WRONG_SIGNER,
    Why.SIGNATURE_MISSING,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an RRset is signed. ``labels`` is set when it was expanded from a wildcard: the labels of the wildcard's
    parent, so that the proof that goes with it is known (RFC 4035 section 5.3.4). ``ttl`` is an upper bound,
    ``original_ttl`` the one that was signed."""

    reason: Why
    views: tuple[SignatureView, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)
    labels: int | None = None
    ttl: int = 0
    original_ttl: int = 0


def instant(stamp: int, now: int) -> datetime:
    """The moment that a 32-bit time stamp means: the one nearest to ``now`` (seconds since 1970)."""
    ahead = (stamp - now) % _WHOLE
    return datetime.fromtimestamp(now + (ahead if ahead < _HALF else ahead - _WHOLE), UTC)


def _iso(stamp: int, now: int) -> str:
    return instant(stamp, now).isoformat().replace("+00:00", "Z")


def _not_after(earlier: int, later: int) -> bool:
    return (later - earlier) % _WHOLE < _HALF


def label_count(name: Name) -> int:
    """Labels as RRSIG counts them: without the root, and without a leading asterisk (RFC 4034 section 3.1.3)."""
    return len(name) - 1 - (1 if name.is_wild() else 0)


def signer_of(signatures: Iterable[RRSIG], owner: Name, *, above: bool = False) -> Name | None:
    """The zone that says it signed a set of ``owner``: the nearest signer at the owner or above it (``above``: only
    above, for what lives in the parent). None when nobody can have."""
    signers = {signature.signer for signature in signatures if owner.is_subdomain(signature.signer)}
    fit = [signer for signer in signers if not (above and signer == owner)]
    return max(fit, key=len, default=None)


def verify(rrset: RRset, zone: Name, keys: Sequence[Key], now: int, meter: Meter) -> Verdict:
    """The verdict on ``rrset`` by the given keys of ``zone``, at ``now`` (seconds since 1970). One good one is enough."""
    views: list[SignatureView] = []
    failures: list[tuple[Why, RRSIG]] = []
    good: RRSIG | None = None
    tries = meter.budget.tries_per_rrset
    for signature in sorted(rrset.signatures, key=lambda s: (int(s.algorithm), s.key_tag, -s.expiration)):
        if good is not None:
            views.append(_view(signature, now, None))
            continue
        reason = _refusal(rrset, signature, zone, now)
        if reason is Why.OK:
            reason, tries = _try(rrset, signature, keys, tries, meter)
        if reason is Why.EXHAUSTS_VALIDATORS:
            return Verdict(reason, tuple(views), {"covers": dns.rdatatype.to_text(rrset.rdtype)})
        if reason is Why.OK:
            good = signature
        else:
            failures.append((reason, signature))
        views.append(_view(signature, now, reason is Why.OK))
    if good is None:
        return _failed(rrset, tuple(views), failures, now)
    expanded = good.labels if good.labels < label_count(rrset.owner) else None
    remaining = (good.expiration - now) % _WHOLE
    return Verdict(Why.OK, tuple(views), {}, expanded, min(rrset.ttl, good.original_ttl, remaining), good.original_ttl)


def _refusal(rrset: RRset, signature: RRSIG, zone: Name, now: int) -> Why:
    """What forbids a signature before any arithmetic (RFC 4035 section 5.3.1); OK when nothing does."""
    labels = label_count(rrset.owner)
    if signature.signer != zone or not rrset.owner.is_subdomain(zone) or signature.labels > labels:
        return Why.WRONG_SIGNER
    if signature.labels < len(zone) - 1 or (rrset.owner.is_wild() and signature.labels < labels):
        return Why.WRONG_SIGNER
    if int(signature.algorithm) not in ALGORITHMS:
        return Why.SIGNATURE_MISSING
    if not _not_after(signature.inception, now):
        return Why.SIGNATURE_NOT_YET_VALID
    if not _not_after(now, signature.expiration):
        return Why.SIGNATURE_EXPIRED
    return Why.OK


def _try(rrset: RRset, signature: RRSIG, keys: Sequence[Key], tries: int, meter: Meter) -> tuple[Why, int]:
    """Every key with that tag and algorithm is tried (RFC 4034 section 8), within the budget."""
    fitting = [key for key in keys if key.tag == signature.key_tag and key.algorithm == int(signature.algorithm)]
    if not fitting:
        return Why.SIGNATURE_BY_UNKNOWN_KEY, tries
    usable = [key for key in fitting if key.flaw is None]
    if not usable:
        return Why.KEY_UNUSABLE, tries
    data = _signed_data(rrset, signature)
    for key in usable:
        if tries <= 0 or not meter.spend_signature():
            return Why.EXHAUSTS_VALIDATORS, tries
        if key.verifies(signature.signature, data):
            return Why.OK, tries
        tries -= 1
    return Why.SIGNATURE_INVALID, tries


def _signed_data(rrset: RRset, signature: RRSIG) -> bytes:
    """RFC 4034 section 3.1.8.1."""
    owner = rrset.owner
    if signature.labels < label_count(owner):
        owner = dns.name.Name((b"*", *owner.labels[-(signature.labels + 1) :]))
    head = struct.pack(
        "!HBBIIIH",
        int(rrset.rdtype),
        int(signature.algorithm),
        signature.labels,
        signature.original_ttl,
        signature.expiration,
        signature.inception,
        signature.key_tag,
    )
    each = owner.to_digestable() + struct.pack("!HHI", int(rrset.rdtype), int(IN), signature.original_ttl)
    parts = [head, signature.signer.to_digestable()]
    for rdata in rrset.canonical_rdatas():
        parts += (each, struct.pack("!H", len(rdata)), rdata)
    return b"".join(parts)


def _failed(rrset: RRset, views: tuple[SignatureView, ...], failures: list[tuple[Why, RRSIG]], now: int) -> Verdict:
    covers = dns.rdatatype.to_text(rrset.rdtype)
    if not failures:
        return Verdict(Why.SIGNATURE_MISSING, views, {"covers": covers})
    reason, signature = min(failures, key=lambda failure: _TELLING.index(failure[0]))
    detail: dict[str, Any] = {"covers": covers, "tag": signature.key_tag}
    match reason:
        case Why.SIGNATURE_EXPIRED:
            detail["expired_at"] = _iso(signature.expiration, now)
        case Why.SIGNATURE_NOT_YET_VALID:
            detail["valid_from"] = _iso(signature.inception, now)
        case Why.WRONG_SIGNER:
            detail["signer"] = signature.signer.to_text()
    return Verdict(reason, views, detail)


def _view(signature: RRSIG, now: int, valid: bool | None) -> SignatureView:
    return SignatureView(
        dns.rdatatype.to_text(signature.type_covered),
        signature.key_tag,
        algorithm_name(int(signature.algorithm)),
        _iso(signature.inception, now),
        _iso(signature.expiration, now),
        valid,
    )
