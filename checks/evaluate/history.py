"""What senders may still remember of an earlier state of the domain, and where that goes wrong with what is there now: a
certificate that came before its record had spread, a policy that changed under its old id.

A measurement carries what was seen before (``facts.earlier``), so judging stays pure: the same measurement always gives the
same verdicts. ``digest`` is what it hands on to the next.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.evaluate.dane import Fit, authenticate
from checks.evaluate.dane_mail import handshakes_of, peer
from checks.evaluate.mail_hosts import hosts_or_reason
from checks.evaluate.tlsa import host_tlsa
from checks.evaluate.view import View
from checks.facts.earlier import Earlier, HostSeen, PolicySeen
from checks.facts.tls import TlsHandshake
from checks.records.tlsa import parse, unusable

MOST_KEPT = 32  # entries of a kind that are handed on
LONGEST = 2**31 - 1  # seconds; RFC 2181 section 8


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Records that caches may still hold, and that do not fit what the host shows now; until when at the latest."""

    records: tuple[str, ...]
    until: datetime


def digest(view: View, policy: PolicySeen | None) -> Earlier:
    """What the next measurement has to know of this one, with what is still remembered from before it."""
    earlier, now = view.measurement.earlier or Earlier(), view.measured_at
    hosts, _ = hosts_or_reason(view)
    own = [seen for host in hosts if (seen := _seen(view, host.name.rstrip(".")))]
    known = {(seen.host, frozenset(seen.records)) for seen in own}
    older = [
        seen
        for seen in earlier.hosts
        if after(seen.seen_at, seen.ttl) > now and (seen.host, frozenset(seen.records)) not in known
    ]
    kept = (seen for seen in earlier.policies if _in_force(seen, now))
    policies = [policy, *(seen for seen in kept if _differs(seen, policy))] if policy else list(kept)
    return Earlier((*own, *older)[:MOST_KEPT], tuple(policies[:MOST_KEPT]))


def _seen(view: View, host: str) -> HostSeen | None:
    tlsa = host_tlsa(view, host)
    if not tlsa.secure:
        return None
    records, now = tlsa.lookup.records, view.measured_at
    before = (seen.since for seen in _of(view, host) if set(seen.records) == set(records))
    leaves = {leaf(tls) for session in view.sessions if session.host == host for tls in handshakes_of(view, session)}
    return HostSeen(
        host, next(before, now), now, records, tlsa.lookup.ttl, tlsa.lookup.signed_ttl, tuple(sorted(leaves))
    )


def _of(view: View, host: str) -> tuple[HostSeen, ...]:
    earlier = view.measurement.earlier
    return tuple(seen for seen in earlier.hosts if seen.host == host) if earlier else ()


def overtaken(view: View, host: str, shown: Sequence[TlsHandshake]) -> Overtaken | None:
    """Records that were seen so short a time ago that caches still hold them, and that do not fit a certificate which
    the host did not show then (RFC 7671 section 8.1); None when there are none.
    """
    records = host_tlsa(view, host).lookup.records
    since = next((seen.since for seen in _of(view, host) if set(seen.records) == set(records)), view.measured_at)
    for seen in _of(view, host):
        held = after(seen.seen_at, seen.ttl) > view.measured_at and set(seen.records) != set(records)
        if held and any(leaf(tls) not in seen.leaves and not _fits(view, seen, tls) for tls in shown):
            return Overtaken(seen.records, after(since, max(seen.ttl, seen.signed_ttl)))
    return None


def _fits(view: View, seen: HostSeen, tls: TlsHandshake) -> bool:
    """Whether a sender that still holds those records delivers; one that may use none of them does so unchecked."""
    usable = [record for record in map(parse, seen.records) if unusable(record, smtp=True) is None]
    matches = authenticate(usable, peer(view, seen.host, tls))
    return not usable or any(match.fit is Fit.MATCH for match in matches)


def former_policy(view: View, policy: PolicySeen) -> PolicySeen | None:
    """Another policy that stood under the same id, and that senders may still keep to: they look at the id only (RFC 8461
    section 3.1). None when there is none.
    """
    earlier = view.measurement.earlier.policies if view.measurement.earlier else ()
    return next((seen for seen in earlier if _in_force(seen, view.measured_at) and _differs(seen, policy)), None)


def _in_force(seen: PolicySeen, now: datetime) -> bool:
    return after(seen.seen_at, seen.max_age) > now


def _differs(seen: PolicySeen, policy: PolicySeen) -> bool:
    """The same id for another policy. A shorter or longer ``max_age`` alone is one too: it decides how long it is kept."""
    same = (seen.mode, seen.max_age, set(seen.mx)) == (policy.mode, policy.max_age, set(policy.mx))
    return seen.id == policy.id and not same


def leaf(tls: TlsHandshake) -> str:
    """The SHA-256 of the certificate of a server, in hexadecimal; empty when it sent none."""
    return hashlib.sha256(base64.b64decode(tls.chain[0])).hexdigest() if tls.chain else ""


def after(moment: datetime, seconds: int) -> datetime:
    """So many seconds later, within what a TTL can say."""
    return moment + timedelta(seconds=max(0, min(seconds, LONGEST)))
