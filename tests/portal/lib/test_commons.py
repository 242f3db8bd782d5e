"""What concurrent scans share, on a real Redis: one measurement of a mail host for all, and few connections to one address."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings

from checks import Options, Suite, Target, scan
from lab import Lab
from portal.lib.commons import _HOLD, _KEEP, LEASE, MOST_OPEN, RedisCommons

pytestmark = pytest.mark.usefixtures("servers")


@pytest.fixture
def key() -> str:
    return f"mx.{uuid.uuid4()} 192.0.2.25"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(forward=False) as running:
        yield running


def test_what_one_domain_measured_another_gets(key: str) -> None:
    async def story() -> tuple[str | None, str | None]:
        commons = RedisCommons(settings.REDIS_URL)
        first = await commons.recall(key, "a.example.", 1)
        await commons.keep(key, "a.example.", "seen", 30)
        second = await commons.recall(key, "b.example.", 1)
        await commons.close()
        return first, second

    assert asyncio.run(story()) == (None, "seen")


def test_a_domain_that_asks_again_is_measured_again(key: str) -> None:
    async def story() -> str | None:
        commons = RedisCommons(settings.REDIS_URL)
        await commons.recall(key, "a.example.", 1)
        await commons.keep(key, "a.example.", "seen", 30)
        again = await commons.recall(key, "a.example.", 1)
        await commons.give_up(key)
        await commons.close()
        return again

    assert asyncio.run(story()) is None


def test_concurrent_scans_wait_for_the_one_that_measures(key: str) -> None:
    measured = []

    async def visitor(name: str) -> str:
        commons = RedisCommons(settings.REDIS_URL)
        try:
            kept = await commons.recall(key, name, 10)
            if kept is not None:
                return kept
            measured.append(name)
            for _ in range(20):
                await asyncio.sleep(0)
            await commons.keep(key, name, f"seen by {name}", 30)
            return f"seen by {name}"
        finally:
            await commons.close()

    async def story() -> list[str]:
        return list(await asyncio.gather(*(visitor(f"{number}.example.") for number in range(8))))

    found = asyncio.run(story())
    assert len(measured) == 1
    assert set(found) == {f"seen by {measured[0]}"}


def test_when_a_measurement_comes_to_nothing_the_next_may_try(key: str) -> None:
    async def story() -> str | None:
        first, second = RedisCommons(settings.REDIS_URL), RedisCommons(settings.REDIS_URL)
        await first.recall(key, "a.example.", 1)
        await first.give_up(key)
        found = await second.recall(key, "b.example.", 5)
        await second.give_up(key)
        await asyncio.gather(first.close(), second.close())
        return found

    assert asyncio.run(story()) is None


def test_all_workers_together_keep_to_few_connections(key: str) -> None:
    now = most = 0

    async def worker() -> None:
        nonlocal now, most
        commons = RedisCommons(settings.REDIS_URL)
        for _ in range(3):
            async with commons.place(key):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0)
                now -= 1
        await commons.close()

    async def story() -> None:
        await asyncio.gather(*(worker() for _ in range(6)))

    asyncio.run(story())
    assert 0 < most <= MOST_OPEN


def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


def _claim_of(key: str) -> str:
    return f"zegel-visiting:{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def test_what_a_killed_worker_claimed_is_free_again_within_its_lease(key: str) -> None:
    """A killed worker renews nothing: its claim is put there without anybody who would."""
    client = _client()
    client.set(_claim_of(key), "of a worker that was killed", ex=LEASE)
    assert 0 < client.ttl(_claim_of(key)) <= LEASE

    async def story() -> tuple[str | None, str | None]:
        commons = RedisCommons(settings.REDIS_URL)
        await commons.recall(key, "b.example.", 0)  # no patience: it measures all the same
        waiting = asyncio.create_task(commons.recall(key, "b.example.", 60))
        await asyncio.sleep(0)
        client.delete(_claim_of(key))  # as its lease ends
        found = await asyncio.wait_for(waiting, 10)
        claimed = client.get(_claim_of(key))
        await commons.close()
        return found, claimed

    found, claimed = asyncio.run(story())
    assert found is None
    assert claimed not in (None, "of a worker that was killed")


class Watched(RedisCommons):
    """Tells when it has renewed what it holds."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.renewed = {script: asyncio.Event() for script in (_KEEP, _HOLD)}

    async def _eval(self, script: str, key: str, *values: str | int) -> object:
        answer = await super()._eval(script, key, *values)
        if script in self.renewed:
            self.renewed[script].set()
        return answer

    async def next_renewal(self) -> None:
        for _ in range(2):  # the first may have been under way already
            for event in self.renewed.values():
                event.clear()
                await event.wait()


def test_a_claim_and_a_place_last_as_long_as_they_are_renewed(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.lib.commons.RENEW", 0.01)
    client, places = _client(), f"zegel-places:{key}"

    async def story() -> tuple[int, float]:
        commons = Watched(settings.REDIS_URL)
        await commons.recall(key, "a.example.", 1)
        async with commons.place(key):
            client.expire(_claim_of(key), 2)  # nearly over
            [own] = client.zrange(places, 0, -1)
            nearly = client.time()[0] + 1.0
            client.zadd(places, {own: nearly})
            await commons.next_renewal()
            seen = client.ttl(_claim_of(key)), client.zscore(places, own) - nearly
        await commons.close()
        return seen

    claim, place = asyncio.run(asyncio.wait_for(story(), 20))
    assert claim > 2
    assert place > 0


def test_places_that_killed_workers_held_do_not_close_an_address(key: str) -> None:
    client = _client()
    now = client.time()[0]
    client.zadd(f"zegel-places:{key}", {f"killed {number}": now - 1 for number in range(MOST_OPEN)})

    async def story() -> int:
        commons = RedisCommons(settings.REDIS_URL)
        async with commons.place(key):
            held = client.zcard(f"zegel-places:{key}")
        await commons.close()
        return held

    assert asyncio.run(asyncio.wait_for(story(), 10)) == 1
    assert client.zcard(f"zegel-places:{key}") == 0


def test_whoever_is_cancelled_while_waiting_or_holding_leaves_no_place_taken(key: str) -> None:
    client = _client()

    async def hold(commons: RedisCommons, held: asyncio.Semaphore) -> None:
        async with commons.place(key):
            held.release()
            await asyncio.Event().wait()

    async def story() -> None:
        commons = RedisCommons(settings.REDIS_URL)
        held = asyncio.Semaphore(0)
        tasks = [asyncio.create_task(hold(commons, held)) for _ in range(MOST_OPEN + 2)]
        for _ in range(MOST_OPEN):
            await held.acquire()
        for task in tasks:  # those that hold, and those that wait in the middle of a question
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await commons.close()

    asyncio.run(asyncio.wait_for(story(), 20))
    assert client.zcard(f"zegel-places:{key}") == 0


def test_a_scan_that_ends_early_gives_its_claims_up(key: str) -> None:
    client = _client()

    async def story() -> None:
        commons = RedisCommons(settings.REDIS_URL)
        await commons.recall(key, "a.example.", 1)
        assert client.exists(_claim_of(key))
        await commons.close()

    asyncio.run(story())
    assert not client.exists(_claim_of(key))


def test_a_claim_that_has_become_somebody_elses_is_left_alone(key: str) -> None:
    client = _client()

    async def story() -> None:
        commons = RedisCommons(settings.REDIS_URL)
        await commons.recall(key, "a.example.", 1)
        client.set(_claim_of(key), "of another", ex=LEASE)
        await commons.give_up(key)
        await commons.close()

    asyncio.run(story())
    assert client.get(_claim_of(key)) == "of another"


@pytest.mark.parametrize("kept", ["nonsense", "[]", "1", "{}", '{"owner": "b.example."}', '"text"'])
def test_what_cannot_be_read_is_measured_again(key: str, kept: str) -> None:
    _client().set(f"zegel-visit:{hashlib.sha256(key.encode()).hexdigest()[:32]}", kept, ex=30)

    async def story() -> str | None:
        commons = RedisCommons(settings.REDIS_URL)
        found = await commons.recall(key, "a.example.", 5)
        await commons.close()
        return found

    assert asyncio.run(story()) is None


def test_a_redis_that_went_away_is_asked_once_and_not_at_every_connection(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        commons = RedisCommons("redis://127.0.0.1:9/0")
        for number in range(20):
            async with commons.place(f"192.0.2.{number}"):
                pass
        await commons.recall("a", "a.example.", 5)
        await commons.close()

    asyncio.run(story())
    assert [record.message for record in caplog.records if "shares nothing" in record.message] != []
    assert len(caplog.records) == 1


def test_without_redis_every_scan_measures_for_itself() -> None:
    async def story() -> str | None:
        commons = RedisCommons("redis://127.0.0.1:9/0")
        found = await commons.recall("a", "a.example.", 5)
        await commons.keep("a", "a.example.", "seen", 5)
        async with commons.place("192.0.2.25"):
            pass
        await commons.close()
        return found

    assert asyncio.run(story()) is None


def test_s20_m10_a_provider_is_visited_once_for_several_domains(lab: Lab) -> None:
    options = Options.from_env({**lab.environment(), "SITE_NAME": "zegel.example"})
    names = ["onondertekend", "verlopen-handtekening", "verkeerde-ds"]

    async def one(name: str) -> dict[str, object]:
        commons = RedisCommons(settings.REDIS_URL)
        try:
            target = Target.parse(f"{name}.voorbeeld.test", Suite.MAIL)
            return (await scan(target, options, commons=commons)).to_json()
        finally:
            await commons.close()

    async def story() -> list[dict[str, object]]:
        return list(await asyncio.gather(*map(one, names)))

    def connections() -> int:
        return sum(
            times for (address, port), times in lab.counters.connections.items() if port == 25 and ":" not in address
        )

    lab.counters.reset()
    asyncio.run(one("tlsa-onondertekend"))  # another provider: what one domain costs
    alone = connections()
    lab.counters.reset()
    documents = asyncio.run(story())
    assert connections() <= alone + 2
    sessions = [json.loads(json.dumps(document))["measurement"]["smtp"] for document in documents]
    assert len({json.dumps(found[0]["tls"]["chain"]) for found in sessions}) == 1
