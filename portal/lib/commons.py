"""What concurrent scans share, in Redis: measurements of mail hosts for a few minutes, and places for connections to one address over all workers.

Fails open: without Redis every scan measures for itself, within its own limits. Whoever holds something renews it while it lives, so what a killed worker held is free again within seconds.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis import asyncio as redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MOST_OPEN = 4  # connections to one address, of all workers together
LEASE = 12  # seconds that a place or a claim outlives its last renewal
RENEW = 4  # seconds between two renewals
POLL = 0.2  # seconds between two looks

# All times are Redis's own: the clocks of workers may differ. KEYS: the set of places. ARGV: lease, most, own name.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""
_HOLD = """
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'XX', time[1] + time[2] / 1000000 + ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
"""
# KEYS: the claim. ARGV: our secret, lease. A claim that has become somebody else's is left alone.
_KEEP = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('EXPIRE', KEYS[1], ARGV[2]) end return 0"
_LET_GO = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class RedisCommons:
    """One for each scan, inside its event loop; ``close`` ends its connections."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2, decode_responses=True)
        self._claims: dict[str, tuple[str, asyncio.Task[None]]] = {}  # key to our secret and its renewal
        self._away = False

    async def close(self) -> None:
        """Lets go of what is still claimed, and of Redis."""
        for name in list(self._claims):
            await self._let_go(name)
        with suppress(RedisError):
            await self._redis.aclose()

    async def recall(self, key: str, owner: str, patience: float) -> str | None:
        """See ``Commons`` of the engine."""
        end, name = time.monotonic() + patience, _digest(key)
        while not self._away:
            kept = await self._asked(self._redis.get(f"zegel-visit:{name}"))
            if (text := _of_another(kept, owner)) is not None:
                return text
            if await self._claim(name) or time.monotonic() >= end:
                return None
            await asyncio.sleep(POLL)
        return None

    async def keep(self, key: str, owner: str, text: str, seconds: float) -> None:
        """See ``Commons`` of the engine."""
        entry = json.dumps({"owner": owner, "text": text})
        await self._asked(self._redis.set(f"zegel-visit:{_digest(key)}", entry, ex=max(1, round(seconds))))
        await self.give_up(key)

    async def give_up(self, key: str) -> None:
        """See ``Commons`` of the engine."""
        await self._let_go(_digest(key))

    @asynccontextmanager
    async def place(self, address: str) -> AsyncIterator[None]:
        """See ``Commons`` of the engine. Whoever waits longer than the scan allows is cancelled from outside."""
        places, own = f"zegel-places:{address}", secrets.token_hex(8)
        renewal: asyncio.Task[None] | None = None
        try:
            await self._take(places, own)
            renewal = asyncio.create_task(self._renewed(lambda: self._eval(_HOLD, places, LEASE, own)))
            yield
        finally:
            if renewal is not None:
                renewal.cancel()
            # Also when it was cancelled while it asked: the place may be ours by then.
            await self._asked(self._redis.zrem(places, own))

    async def _take(self, places: str, own: str) -> None:
        while True:
            if await self._eval(_TAKE, places, LEASE, MOST_OPEN, own) or self._away:
                return
            await asyncio.sleep(POLL)

    async def _claim(self, name: str) -> bool:
        secret, key = secrets.token_hex(8), f"zegel-visiting:{name}"
        if not await self._asked(self._redis.set(key, secret, nx=True, ex=LEASE)):
            return False
        renewal = asyncio.create_task(self._renewed(lambda: self._eval(_KEEP, key, secret, LEASE)))
        self._claims[name] = secret, renewal
        return True

    async def _let_go(self, name: str) -> None:
        secret, renewal = self._claims.pop(name, ("", None))
        if renewal is not None:
            renewal.cancel()
            await self._eval(_LET_GO, f"zegel-visiting:{name}", secret)

    async def _renewed(self, renew: Callable[[], Awaitable[Any]]) -> None:
        while not self._away:
            await asyncio.sleep(RENEW)
            await renew()

    async def _eval(self, script: str, key: str, *values: str | int) -> Any:
        return await self._asked(self._redis.eval(script, 1, key, *map(str, values)))

    async def _asked(self, answer: Any) -> Any:
        """The answer of Redis; None once it did not answer. Then it is not asked again: a scan has no time to wait for it
        at every connection.
        """
        if self._away:
            if asyncio.iscoroutine(answer):
                answer.close()
            return None
        try:
            return await _heard_out(answer)
        except RedisError as error:
            self._away = True
            logger.warning("this scan shares nothing: %s", error)
            return None


async def _heard_out(question: Awaitable[Any]) -> Any:
    """The answer to a question, which is waited for even when we are cancelled in the middle of it. Left alone on its connection
    it could reach Redis after what takes it back; and a client library that is cancelled just as the answer comes may keep
    the cancellation to itself.
    """
    asked = asyncio.ensure_future(question)
    try:
        return await asyncio.shield(asked)
    except asyncio.CancelledError:
        await asyncio.gather(asked, return_exceptions=True)
        raise


def _of_another(kept: str | None, owner: str) -> str | None:
    """What is kept, when another than ``owner`` keeps it and it can be read."""
    try:
        entry = json.loads(kept or "null")
        return str(entry["text"]) if entry and entry["owner"] != owner else None
    except (ValueError, KeyError, TypeError) as error:
        logger.warning("a shared measurement cannot be read: %s", error)
        return None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
