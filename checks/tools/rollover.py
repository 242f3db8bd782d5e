"""The order and the times of replacing a certificate under TLSA records, as a pure model (RFC 7671 section 8.1, RFC 7672
section 3.1): what has to be in DNS before the server changes, for how long, and what may go afterwards.

A resolver may give the old set for as long as its TTL, counted from the moment at which the last name server still gave
it. A secondary that missed the news gives the old set until it refreshes, and nothing at all once the SOA's expire time
has passed. So the clock starts when every name server has been seen with the new set, or else only after that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from checks.records.tlsa import Tlsa

TTLS = 2  # how many we wait: one is what caches may take, one is for senders that hold on to what they looked up
LEAD = timedelta(days=2)  # between publishing and the switch, so that people have a working day for each
REST = timedelta(days=1)  # between the switch and taking away, so that one can still go back
LONGEST_TIME = 10 * 365 * 86_400  # seconds that any of the times may have


@dataclass(frozen=True, slots=True)
class Timing:
    """The TTL of the TLSA set and the SOA's refresh, retry and expire of its zone, in seconds. Raises ValueError for
    what no zone has.
    """

    ttl: int
    refresh: int = 0
    retry: int = 0
    expire: int = 0

    def __post_init__(self) -> None:
        if not all(0 <= value <= LONGEST_TIME for value in (self.ttl, self.refresh, self.retry, self.expire)):
            raise ValueError("not a time of a zone")

    @property
    def wait(self) -> timedelta:
        """What has to pass after the last old answer."""
        return timedelta(seconds=TTLS * self.ttl)

    @property
    def spread(self) -> timedelta:
        """What a secondary may take that did not hear the news and asks by itself, one failed attempt included."""
        return timedelta(seconds=self.refresh + self.retry)

    @property
    def forgotten(self) -> timedelta:
        """After this a secondary that never refreshed no longer answers (RFC 1035 section 3.3.13)."""
        return timedelta(seconds=self.expire)


class Published(StrEnum):
    """What the present records are about."""

    LEAF_KEY = "leaf-key"  # 3 1 x
    LEAF_CERTIFICATE = "leaf-certificate"  # 3 0 x
    ISSUER = "issuer"  # 2 x x


class StepId(StrEnum):
    """A step of the plan."""

    PREPARE = "prepare"
    PUBLISH = "publish"
    SEEN = "seen"
    SWITCH = "switch"
    VERIFY = "verify"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """A step, when it is planned, and the earliest moment at which it can be right if all goes well. ``certain`` is the
    moment from which it is right without looking at the name servers.
    """

    id: StepId
    at: datetime
    not_before: datetime | None = None
    certain: datetime | None = None


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is going to happen: the wished moment of the switch, whether key and issuer change, what is published."""

    switch_at: datetime
    new_key: bool
    new_issuer: bool
    published: frozenset[Published]


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in order. ``moved``: the wished moment could not be kept. ``changes``: records change at all.
    ``covered``: a record that stays right matches all the time, so that no mail waits even when a step goes wrong.
    """

    steps: tuple[Step, ...]
    moved: bool
    changes: bool
    covered: bool

    def step(self, which: StepId) -> Step | None:
        """The step, when the plan has it."""
        return next((step for step in self.steps if step.id is which), None)


def plan(renewal: Renewal, timing: Timing, now: datetime) -> Plan:
    """The plan that ends soonest after the wished moment without ever leaving a sender in doubt."""
    changing = _changing(renewal)
    covered = bool(renewal.published - changing)
    if not changing:
        at = max(renewal.switch_at, now)
        steps = (Step(StepId.SWITCH, at), Step(StepId.VERIFY, at))
        return Plan(steps, moved=at > renewal.switch_at, changes=False, covered=True)
    lead = max(timing.spread + timing.wait, LEAD)
    publish = max(now, renewal.switch_at - lead)
    switch = max(renewal.switch_at, _whole_minute(publish + timing.spread + timing.wait))
    remove = switch + max(timing.wait, REST)
    steps = (
        *((Step(StepId.PREPARE, publish),) if renewal.new_key else ()),
        Step(StepId.PUBLISH, publish),
        Step(StepId.SEEN, publish + timing.spread, publish),
        Step(StepId.SWITCH, switch, publish + timing.wait, publish + timing.forgotten + timing.wait),
        Step(StepId.VERIFY, switch, switch),
        Step(StepId.REMOVE, remove, switch + timing.wait),
    )
    return Plan(steps, moved=switch > renewal.switch_at, changes=True, covered=covered)


def _changing(renewal: Renewal) -> frozenset[Published]:
    """The kinds of record that no longer fit after the switch. Without records, the leaf's key will be published."""
    changed = {Published.LEAF_CERTIFICATE}
    changed |= {Published.LEAF_KEY} if renewal.new_key else set()
    changed |= {Published.ISSUER} if renewal.new_issuer else set()
    return (renewal.published or frozenset({Published.LEAF_KEY})) & changed


def _whole_minute(at: datetime) -> datetime:
    return at if not (at.second or at.microsecond) else at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def kinds(records: Iterable[Tlsa]) -> frozenset[Published]:
    """What a set of records is about; usages 0 and 1 count as 2 and 3 do."""
    return frozenset(
        Published.ISSUER
        if record.usage in (0, 2)
        else Published.LEAF_CERTIFICATE
        if record.selector == 0
        else Published.LEAF_KEY
        for record in records
    )


def switch_safe_from(published: datetime, seen: datetime | None, timing: Timing) -> datetime:
    """When the server may show the new certificate. ``seen`` is the moment at which all name servers gave the new set,
    None when nobody looked: then only the expire time is certain.
    """
    if seen is not None:
        return max(published, seen) + timing.wait
    return published + timing.forgotten + timing.wait


def removal_safe_from(switched: datetime, timing: Timing) -> datetime:
    """When the old record may go, once every address showed the new certificate at ``switched``."""
    return switched + timing.wait


class Stage(StrEnum):
    """How far a roll-over is, by what was measured; declared in order."""

    NOT_PUBLISHED = "not-published"
    SPREADING = "spreading"
    WAITING = "waiting"  # all name servers give the new record; the clock runs from this moment at the latest
    SWITCHING = "switching"  # some addresses show the new certificate
    SWITCHED = "switched"  # all do; the old record is still there
    DONE = "done"
    OUT_OF_ORDER = "out-of-order"  # an address shows what some name server does not vouch for
    UNKNOWN = "unknown"  # no name server or no address could be measured


@dataclass(frozen=True, slots=True)
class Progress:
    """The stage, and from when the next step is safe at the latest (None while it is not the clock that is waited for)."""

    stage: Stage
    next_from: datetime | None = None


def progress(
    servers: Sequence[frozenset[Tlsa] | None],
    addresses: Sequence[frozenset[Tlsa] | None],
    new: Tlsa,
    measured: tuple[datetime, Timing],
) -> Progress:
    """How far it is. ``servers`` is the set that each name server gives (None: no answer), ``addresses`` the records of
    all those sets and ``new`` that each address fits (None: not measured). Records compare by their four parts.
    """
    at, timing = measured
    given = [frozenset(map(_bare, found)) for found in servers if found is not None]
    fits = [frozenset(map(_bare, found)) for found in addresses if found is not None]
    if not given or not fits or len(given) < len(servers) or len(fits) < len(addresses):
        return Progress(Stage.UNKNOWN)
    wanted = _bare(new)
    everywhere = all(wanted in found for found in given)
    showing = [wanted in found for found in fits]
    if any(showing) and not everywhere and not all(_vouched(found, given) for found in fits):
        return Progress(Stage.OUT_OF_ORDER)
    if not everywhere:
        return Progress(Stage.SPREADING if any(wanted in found for found in given) else Stage.NOT_PUBLISHED)
    if not any(showing):
        return Progress(Stage.WAITING, at + timing.wait)
    if not all(showing):
        return Progress(Stage.SWITCHING)
    others = any(len(found) > 1 and _leftover(found, wanted, fits) for found in given)
    return Progress(Stage.SWITCHED, removal_safe_from(at, timing)) if others else Progress(Stage.DONE)


def _vouched(
    fit: frozenset[tuple[int, int, int, bytes]], given: Sequence[frozenset[tuple[int, int, int, bytes]]]
) -> bool:
    """Whether every name server gives a record that the address fits."""
    return all(fit & found for found in given)


def _leftover(
    found: frozenset[tuple[int, int, int, bytes]],
    wanted: tuple[int, int, int, bytes],
    fits: Sequence[frozenset[tuple[int, int, int, bytes]]],
) -> bool:
    """Whether a set has a record that no address fits any more."""
    return any(record != wanted and not any(record in fit for fit in fits) for record in found)


def _bare(record: Tlsa) -> tuple[int, int, int, bytes]:
    return record.usage, record.selector, record.matching, record.data
