"""The planner, tried in a model world of secondaries, caches, and senders that hold on to what they looked up: no
schedule that it calls safe leaves one of them without a matching record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.records.tlsa import Tlsa, parse
from checks.tools.rollover import (
    LEAD,
    Published,
    Renewal,
    Stage,
    StepId,
    Timing,
    kinds,
    plan,
    progress,
    removal_safe_from,
    switch_safe_from,
)

UNHURRIED = settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])

START = datetime(2027, 2, 2, 9, tzinfo=UTC)
OLD, NEW = "old", "new"


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def since(at: datetime) -> float:
    return (at - START).total_seconds()


@dataclass(frozen=True)
class World:
    """Seconds since the new record was published at the primary. Server i gives the old set until ``heard[i]``; one of
    ``lost`` never hears at all, and falls silent then. Address k shows the new certificate from ``switched[k]`` on. The
    old record goes at ``removed``, and server i hears that ``late[i]`` later.
    """

    ttl: int
    heard: tuple[float, ...]
    lost: frozenset[int]
    switched: tuple[float, ...]
    removed: float
    late: tuple[float, ...]

    def given(self, server: int, at: float) -> frozenset[str] | None:
        """What a server answers; None when it does not."""
        if at < 0 or at < self.heard[server]:
            return frozenset({OLD})
        if server in self.lost:
            return None
        return frozenset({NEW}) if at >= self.removed + self.late[server] else frozenset({OLD, NEW})

    def shown(self, address: int, at: float) -> str:
        return NEW if at >= self.switched[address] else OLD

    def stranded(self) -> tuple[float, float] | None:
        """A look-up and a delivery of a validating sender that finds no matching record; None when there is none.

        A resolver keeps an answer for its TTL, a sender what it got from there for as long again. Sets and certificates
        only change at certain moments, so only the moments just before, at and after those can be the worst.
        """
        changes = [*self.heard, *self.switched, self.removed, *(self.removed + late for late in self.late)]
        moments = {change + nudge for change in changes for nudge in (-0.001, 0, 0.001)} | {-2.0 * self.ttl}
        for asked in moments:
            for server in range(len(self.heard)):
                records = self.given(server, asked)
                if records is None:
                    continue
                delivered = {asked, max(asked, asked + 2 * self.ttl - 0.002)} | {
                    moment for moment in moments if asked <= moment < asked + 2 * self.ttl
                }
                for moment in delivered:
                    for address in range(len(self.switched)):
                        if self.shown(address, moment) not in records:
                            return asked, moment
        return None


@st.composite
def worlds(draw: st.DrawFn, *, looked: bool) -> World:
    """A world in which people act at moments that the planner calls safe, no earlier."""
    ttl, expire = draw(st.integers(0, 10_000)), draw(st.integers(0, 100_000))
    timing = Timing(ttl, expire=expire)
    heard = tuple(draw(st.lists(st.integers(0, expire), min_size=1, max_size=4)))
    lost = frozenset() if looked else frozenset(draw(st.sets(st.integers(0, len(heard) - 1))))
    # Seen with the new set is seen by all: a silent server is no answer, and so no proof.
    seen = after(max(heard) + draw(st.integers(0, 5_000))) if looked else None
    safe = since(switch_safe_from(START, seen, timing))
    switched = tuple(safe + draw(st.integers(0, 50_000)) for _ in range(draw(st.integers(1, 3))))
    removed = since(removal_safe_from(after(max(switched)), timing)) + draw(st.integers(0, 5_000))
    late = tuple(draw(st.integers(0, expire)) for _ in heard)
    return World(ttl, heard, lost, switched, removed, late)


@UNHURRIED
@given(worlds(looked=True))
def test_no_safe_schedule_strands_a_sender_when_all_name_servers_were_seen_with_the_new_set(world: World) -> None:
    assert world.stranded() is None


@UNHURRIED
@given(worlds(looked=False))
def test_no_safe_schedule_strands_a_sender_when_nobody_looked_and_some_secondaries_never_heard(world: World) -> None:
    assert world.stranded() is None


@UNHURRIED
@given(st.integers(2, 10_000), st.integers(0, 100_000))
def test_waiting_a_second_less_would_strand_one(ttl: int, heard: int) -> None:
    safe = since(switch_safe_from(START, after(heard), Timing(ttl)))
    world = World(ttl, (heard,), frozenset(), (safe - 1,), safe + 10 * ttl, (0,))
    assert world.stranded() is not None


@UNHURRIED
@given(st.integers(1, 10_000), st.integers(1, 100_000))
def test_without_looking_less_than_the_expire_time_would_strand_one(ttl: int, expire: int) -> None:
    safe = since(switch_safe_from(START, None, Timing(ttl, expire=expire)))
    world = World(ttl, (0, expire), frozenset({1}), (safe - 1,), safe + 10 * ttl, (0, 0))
    assert world.stranded() is not None


def test_taking_the_old_record_away_before_every_address_has_switched_strands_one() -> None:
    assert World(60, (0,), frozenset(), (1000, 2000), 1500, (0,)).stranded() is not None


RENEWALS = st.builds(
    Renewal,
    st.integers(-10_000_000, 10_000_000).map(after),
    st.booleans(),
    st.booleans(),
    st.sets(st.sampled_from(Published)).map(frozenset),
)
TIMINGS = st.builds(Timing, *[st.integers(0, 200_000)] * 4)


@UNHURRIED
@given(RENEWALS, TIMINGS)
def test_a_plan_is_in_order_and_keeps_its_own_rules(renewal: Renewal, timing: Timing) -> None:
    made = plan(renewal, timing, START)
    times = [step.at for step in made.steps]
    assert times == sorted(times)
    assert all(step.not_before is None or step.at >= step.not_before for step in made.steps)
    assert min(times) >= START
    switch, publish = made.step(StepId.SWITCH), made.step(StepId.PUBLISH)
    assert switch is not None
    assert switch.at >= renewal.switch_at
    assert made.moved == (switch.at != renewal.switch_at)
    if publish is not None:
        heard = publish.at + timing.spread
        remove = made.step(StepId.REMOVE)
        assert remove is not None
        assert switch.at >= switch_safe_from(publish.at, heard, timing)
        assert remove.at >= removal_safe_from(switch.at, timing)


def test_the_plan_of_the_example_on_paper() -> None:
    """By hand: TTL one hour, switch on 4 February at 10.00 in Amsterdam, two working days for publishing."""
    wished = datetime(2027, 2, 4, 9, tzinfo=UTC)
    renewal = Renewal(wished, True, False, frozenset({Published.LEAF_KEY}))
    made = plan(renewal, Timing(3600, 3600, 900, 604_800), datetime(2027, 1, 10, tzinfo=UTC))
    at = {step.id: step for step in made.steps}
    assert at[StepId.PUBLISH].at == datetime(2027, 2, 2, 9, tzinfo=UTC)
    assert at[StepId.SWITCH].at == wished
    assert at[StepId.SWITCH].not_before == datetime(2027, 2, 2, 11, tzinfo=UTC)
    assert at[StepId.SWITCH].certain == datetime(2027, 2, 9, 11, tzinfo=UTC)
    assert at[StepId.REMOVE].at == datetime(2027, 2, 5, 9, tzinfo=UTC)
    assert (made.moved, made.changes, made.covered) == (False, True, False)


def test_a_wish_that_comes_too_soon_is_moved_and_said_so() -> None:
    renewal = Renewal(START, True, False, frozenset({Published.LEAF_KEY}))
    made = plan(renewal, Timing(3600, 60, 30), START)
    switch = made.step(StepId.SWITCH)
    assert switch is not None
    assert (made.moved, switch.at) == (True, START + timedelta(seconds=2 * 3600 + 120))  # to the whole minute


@pytest.mark.parametrize(
    ("new_key", "new_issuer", "published", "changes", "covered"),
    [
        (False, False, {Published.LEAF_KEY}, False, True),
        (False, True, {Published.LEAF_KEY}, False, True),
        (False, False, {Published.LEAF_CERTIFICATE}, True, False),
        (True, False, {Published.LEAF_KEY, Published.ISSUER}, True, True),
        (True, True, {Published.LEAF_KEY, Published.ISSUER}, True, False),
        (True, False, {Published.ISSUER}, False, True),
        (True, False, set(), True, False),
    ],
)
def test_what_changes_depends_on_what_the_records_are_about(
    new_key: bool, new_issuer: bool, published: set[Published], changes: bool, covered: bool
) -> None:
    made = plan(Renewal(START + LEAD * 3, new_key, new_issuer, frozenset(published)), Timing(3600), START)
    assert (made.changes, made.covered) == (changes, covered)


def test_kinds_of_records() -> None:
    records = [parse(f"{numbers} {'aa' * 32}") for numbers in ("3 1 1", "3 0 1", "2 1 1")]
    assert kinds(records) == frozenset(Published)


@pytest.mark.parametrize("times", [(-1, 0, 0, 0), (0, 0, 0, 10**12)])
def test_times_that_no_zone_has_are_refused(times: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="not a time"):
        Timing(*times)


# --- How far it is, by what was measured ---

FIRST, SECOND = parse("3 1 1 " + "aa" * 32), parse("3 1 1 " + "bb" * 32)
BOTH, ONLY_OLD, ONLY_NEW = frozenset({FIRST, SECOND}), frozenset({FIRST}), frozenset({SECOND})
NONE: frozenset[Tlsa] = frozenset()


@pytest.mark.parametrize(
    ("servers", "addresses", "stage"),
    [
        ([ONLY_OLD, ONLY_OLD], [ONLY_OLD], Stage.NOT_PUBLISHED),
        ([BOTH, ONLY_OLD], [ONLY_OLD], Stage.SPREADING),
        ([BOTH, BOTH], [ONLY_OLD], Stage.WAITING),
        ([BOTH, BOTH], [ONLY_OLD, ONLY_NEW], Stage.SWITCHING),
        ([BOTH, BOTH], [ONLY_NEW, ONLY_NEW], Stage.SWITCHED),
        ([ONLY_NEW, ONLY_NEW], [ONLY_NEW], Stage.DONE),
        ([ONLY_OLD, ONLY_OLD], [ONLY_NEW], Stage.OUT_OF_ORDER),
        ([BOTH, ONLY_OLD], [ONLY_OLD, ONLY_NEW], Stage.OUT_OF_ORDER),
        ([BOTH, None], [ONLY_OLD], Stage.UNKNOWN),
        ([BOTH], [None], Stage.UNKNOWN),
        ([], [ONLY_OLD], Stage.UNKNOWN),
    ],
)
def test_the_stage_is_what_was_measured(
    servers: list[frozenset[Tlsa] | None], addresses: list[frozenset[Tlsa] | None], stage: Stage
) -> None:
    assert progress(servers, addresses, SECOND, (START, Timing(3600))).stage is stage


@pytest.mark.parametrize(("servers", "addresses"), [([BOTH], [ONLY_OLD]), ([BOTH], [ONLY_NEW])])
def test_a_clock_that_runs_gives_the_moment_of_the_next_step(
    servers: list[frozenset[Tlsa] | None], addresses: list[frozenset[Tlsa] | None]
) -> None:
    assert progress(servers, addresses, SECOND, (START, Timing(3600))).next_from == START + timedelta(hours=2)
