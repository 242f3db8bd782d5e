"""Will DANE survive the next certificate? Which records are in use, which wait, which belong to nothing any more; what to
publish, and in which order (RFC 7671 section 8, RFC 7672 section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any

from cryptography import x509

from checks.evaluate import dane, history
from checks.evaluate.dane import Fit, Match, authenticate
from checks.evaluate.dane_mail import advised, other_certificate, peer
from checks.evaluate.mail_hosts import hosts_or_reason
from checks.evaluate.tlsa import host_tlsa
from checks.evaluate.view import View
from checks.facts.tls import TlsHandshake
from checks.model import Finding, Observation
from checks.records.tlsa import Selector, Tlsa, Usage

LONG_TTL = 6 * 3600  # seconds from which the waits of a roll-over take more than a working day
SHORT_LIVED = timedelta(days=91)  # certificates of 90 days: renewed by a machine, at a moment nobody watches
WAITS = 2  # times the TTL: once for caches, once for signatures and transfers (RFC 7671 section 8.1)


class Rollover(StrEnum):
    """Whether a record is ready for the next certificate."""

    OK = "ok"
    NO_HOSTS = "no-hosts"
    NULL_MX = "null-mx"
    MX_BOGUS = "mx-bogus"
    NO_TLSA = "no-tlsa"
    MX_UNKNOWN = "mx-unknown"
    NOTHING_FITS = "nothing-fits"
    LONG_TTL = "long-ttl"
    ISSUER_ONLY = "issuer-only"
    SINGLE = "single"
    SAME_KEY = "same-key"
    TOO_SOON = "too-soon"
    SAME_CERTIFICATE = "same-certificate"
    WRONG_ISSUER = "wrong-issuer"
    COMBINATION = "combination"
    CERTIFICATE_RECORD = "certificate-record"


class Use(StrEnum):
    """What a record is good for, as far as the outside can tell."""

    IN_USE = "in-use"  # fits the certificate at every address
    LAGGING = "lagging"  # fits at some addresses only
    WAITING = "waiting"  # fits nothing, beside one that does: the next key, or an old one
    STALE = "stale"  # fits nothing, and nothing else does
    IDLE = "idle"  # a weaker digest beside a stronger one: nobody looks at it


def rollover(view: View) -> Finding:
    """One row for each host: judged over all its addresses, and over both certificates where a server has two."""
    hosts, reason = hosts_or_reason(view)
    return Finding(Rollover(reason), tuple(_row(view, host.name.rstrip(".")) for host in hosts))


def _row(view: View, host: str) -> Observation:
    tlsa = host_tlsa(view, host)
    if not tlsa.usable:
        return Observation(host, Rollover.NO_TLSA)
    shown = _handshakes(view, host)
    fits = [authenticate(tlsa.usable, peer(view, host, handshake)) for handshake in shown]
    found = _Records(tlsa.usable, fits, [view.chain(handshake) for handshake in shown])
    evidence: dict[str, Any] = {
        "records": [{**dane.describe_record(record), "use": found.use(record).value} for record in tlsa.usable],
        "parameters": ", ".join(sorted(record.parameters for record in tlsa.usable)),
        "ttl": tlsa.ttl,
        "wait_seconds": WAITS * tlsa.ttl,
        "hours": WAITS * tlsa.ttl // 3600,
    }
    if shown:
        evidence["advised"] = advised(view, host, *shown)
        evidence["steps"] = _steps(found, evidence["advised"], evidence["wait_seconds"])
    if end := found.first_end():
        evidence["not_after"] = end.date().isoformat()
    outcome = _outcome(found)
    if outcome is Rollover.OK and tlsa.ttl > LONG_TTL:
        outcome = Rollover.LONG_TTL
    if found.matched() and (held := history.overtaken(view, host, shown)):
        evidence |= {"held": list(held.records), "until": f"{held.until:%Y-%m-%d %H:%M} UTC"}
        outcome = max(outcome, Rollover.TOO_SOON, key=list(Rollover).index)
    return Observation(host, outcome, evidence)


def _handshakes(view: View, host: str) -> list[TlsHandshake]:
    """What the host's addresses show, each chain once."""
    found: dict[tuple[str, ...], TlsHandshake] = {}
    for session in view.sessions:
        if session.host == host and isinstance(session.tls, TlsHandshake):
            for handshake in (session.tls, other_certificate(view, session)):
                if handshake is not None:
                    found.setdefault(handshake.chain, handshake)
    return list(found.values())


class _Records:
    """The usable records of a host beside all chains that it shows."""

    def __init__(
        self,
        usable: tuple[Tlsa, ...],
        fits: Sequence[tuple[Match, ...]],
        chains: Sequence[tuple[x509.Certificate | None, ...]],
    ) -> None:
        self.usable = usable
        self.seen = bool(fits)
        self._chains = chains
        self._fits = {
            record: [_fit(match) for fit in fits for match in fit if match.record == record] for record in usable
        }

    def of(self, usage: Usage) -> list[Tlsa]:
        return [record for record in self.usable if record.usage == usage]

    def fits(self, record: Tlsa) -> set[Fit]:
        return set(self._fits[record])

    def matching(self, usage: Usage) -> list[Tlsa]:
        return [record for record in self.of(usage) if Fit.MATCH in self.fits(record)]

    def matched(self) -> bool:
        """Whether any record fits."""
        return any(Fit.MATCH in self.fits(record) for record in self.usable)

    def use(self, record: Tlsa) -> Use:
        fits = self.fits(record)
        if fits == {Fit.MATCH}:
            return Use.IN_USE
        if Fit.MATCH in fits:
            return Use.LAGGING
        if Fit.WEAKER_DIGEST in fits:
            return Use.IDLE
        return Use.WAITING if self.matched() or not self.seen else Use.STALE

    def waiting(self) -> list[Tlsa]:
        """DANE-EE records for another key, of the kind that is in use: others would switch each other off or be switched
        off (RFC 7671 section 9).
        """
        kinds = {(record.selector, record.matching) for record in self.matching(Usage.DANE_EE)}
        return [
            record
            for record in self.of(Usage.DANE_EE)
            if self.use(record) is Use.WAITING and (record.selector, record.matching) in kinds
        ]

    def first_end(self) -> Any:
        """When the first leaf runs out; None when no leaf was seen."""
        leaves = [chain[0] for chain in self._chains if chain and chain[0] is not None]
        return min((leaf.not_valid_after_utc for leaf in leaves), default=None)

    def short_lived(self) -> bool:
        leaves = [chain[0] for chain in self._chains if chain and chain[0] is not None]
        return any(leaf.not_valid_after_utc - leaf.not_valid_before_utc <= SHORT_LIVED for leaf in leaves)


def _fit(match: Match) -> Fit:
    """A wrong name is told elsewhere; for the roll-over it counts that the record is about the issuer of this chain."""
    return Fit.MATCH if match.fit is Fit.NAME_MISMATCH else match.fit


def _outcome(found: _Records) -> Rollover:
    if not found.seen:
        return _by_number(found)
    own, issuer = found.matching(Usage.DANE_EE), found.matching(Usage.DANE_TA)
    if not own and not issuer:
        return Rollover.NOTHING_FITS
    if _broken_combination(found):
        return Rollover.COMBINATION
    if own and (issuer or found.waiting()):
        return Rollover.OK
    if not own:
        return Rollover.ISSUER_ONLY
    return _without_successor(found, own)


def _without_successor(found: _Records, own: Sequence[Tlsa]) -> Rollover:
    """Why a host with a fitting record of its own is not ready."""
    if any(Fit.MATCHES_LEAF_ONLY in found.fits(record) for record in found.of(Usage.DANE_TA)):
        return Rollover.SAME_CERTIFICATE
    if found.of(Usage.DANE_TA):
        return Rollover.WRONG_ISSUER
    if found.short_lived() and all(record.selector == Selector.CERT for record in own):
        return Rollover.CERTIFICATE_RECORD
    return Rollover.SAME_KEY if len(found.of(Usage.DANE_EE)) > 1 else Rollover.SINGLE


def _broken_combination(found: _Records) -> bool:
    """Every published combination of usage, selector and matching type has to fit by itself (RFC 7671 section 8): a
    client may know only one of them.
    """
    own = found.of(Usage.DANE_EE)
    kinds = {(record.selector, record.matching) for record in own}
    fitting = {(record.selector, record.matching) for record in own if found.use(record) is not Use.WAITING}
    return bool(fitting) and kinds != fitting


def _by_number(found: _Records) -> Rollover:
    """Without a certificate to compare with, only the number of records tells."""
    kinds = [(record.selector, record.matching) for record in found.of(Usage.DANE_EE)]
    pair = any(kinds.count(kind) > 1 for kind in kinds)
    return Rollover.OK if pair or (kinds and found.of(Usage.DANE_TA)) else Rollover.SINGLE


def _steps(found: _Records, records: Sequence[str], wait: int) -> list[dict[str, Any]]:
    """What to do at a renewal, in order, for way 2 of the advice (the own key and the issuer's): publish what is missing,
    wait, install on every address, publish the new key's record, wait, remove what is stale.
    """
    present = {(str(record.usage), record.data.hex()) for record in found.usable if record.parameters[2:] == "1 1"}
    missing = [line for line in records if (line.split()[3], line.split()[-1]) not in present]
    stale = [record.text for record in found.usable if found.use(record) in (Use.STALE, Use.IDLE)]
    first = [{"step": "publish", "records": missing}] if missing else []
    last = [{"step": "remove", "records": stale}] if stale else []
    return [
        *first,
        {"step": "wait", "seconds": wait},
        {"step": "install"},
        {"step": "publish-new-key"},
        {"step": "wait", "seconds": wait},
        *last,
    ]
