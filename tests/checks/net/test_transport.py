"""Limits on connections at a time, and the scripted door that other tests stand on."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from checks.facts.network import Reason
from checks.net.scripted import After, ScriptedDoor
from checks.net.transport import Interrupted, Limits


async def most_at_a_time(limits: Limits, addresses: list[str]) -> tuple[int, int]:
    """The most places held at a time, in all and for one address, when a connection is wanted to each of these."""
    held: list[str] = []
    peaks: list[tuple[int, int]] = []

    async def visit(address: str) -> None:
        async with limits.slot(address):
            held.append(address)
            peaks.append((len(held), held.count(address)))
            for _ in range(3):
                await asyncio.sleep(0)
            held.remove(address)

    await asyncio.gather(*map(visit, addresses))
    return max(total for total, _ in peaks), max(own for _, own in peaks)


async def test_one_address_gets_four_connections_at_a_time() -> None:
    assert await most_at_a_time(Limits(), ["192.0.2.1"] * 20) == (4, 4)


async def test_all_addresses_get_sixteen_connections_at_a_time() -> None:
    addresses = [f"192.0.2.{number % 9}" for number in range(90)]
    total, own = await most_at_a_time(Limits(), addresses)
    assert (total, own <= 4) == (16, True)


async def test_a_queue_before_one_address_does_not_hold_up_another() -> None:
    limits = Limits(per_address=1, total=2)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(limits.slot("192.0.2.1"))
        waiting = [asyncio.create_task(stack.enter_async_context(limits.slot("192.0.2.1"))) for _ in range(3)]
        await asyncio.sleep(0)
        await stack.enter_async_context(limits.slot("192.0.2.2"))
        for task in waiting:
            task.cancel()


async def test_a_script_is_played_a_step_a_read_and_then_is_silent() -> None:
    door = ScriptedDoor({("192.0.2.1", 25): [[b"one", After(5), b"two"]]})
    async with door.connect("192.0.2.1", 25, 8, 2000) as link:
        assert await link.read(1010) == b"one"
        assert await link.read(1010) == b"two"
        assert door.clock() == 1005
        with pytest.raises(Interrupted) as caught:
            await link.read(1010)
        assert caught.value.why.reason is Reason.TIMEOUT
        assert door.clock() == 1010
    assert door.connections[0].closed


async def test_a_step_that_comes_too_late_is_a_timeout_and_still_comes() -> None:
    door = ScriptedDoor({("192.0.2.1", 25): [[After(5), b"late"]]})
    async with door.connect("192.0.2.1", 25, 8, 2000) as link:
        with pytest.raises(Interrupted):
            await link.read(1003)
        assert await link.read(1006) == b"late"
        assert door.clock() == 1005


async def test_a_script_can_refuse_and_a_port_without_script_is_closed() -> None:
    door = ScriptedDoor({("192.0.2.1", 25): [Reason.TIMEOUT]})
    for reason in (Reason.TIMEOUT, Reason.REFUSED):
        with pytest.raises(Interrupted) as caught:
            async with door.connect("192.0.2.1", 25, 8, 2000):
                pass
        assert caught.value.why.reason is reason
    assert door.clock() == 1008
