"""What concurrent scans share, on a real Redis: one measurement of a mail host for all, and few connections to one address."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator

import pytest
from django.conf import settings

from checks import Options, Suite, Target, scan
from lab import Lab
from portal.lib.commons import MOST_OPEN, RedisCommons

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
