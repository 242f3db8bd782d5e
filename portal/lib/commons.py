"""What concurrent scans share, in Redis: measurements of mail hosts for a few minutes, and places for connections to one address over all workers.

Fails open: without Redis every scan measures for itself, within its own limits.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis import asyncio as redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

MOST_OPEN = 4  # connections to one address, of all workers together
LEASE = 60  # seconds after which a place is free though nobody gave it back: a worker may die
MEASURING = 90  # seconds that others believe that somebody is measuring
POLL = 0.2  # seconds between two looks

# KEYS: the set of places. ARGV: now, lease, most, own name. Returns 1 when a place was taken.
_TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[1] + ARGV[2], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""


class RedisCommons:
    """One for each scan, inside its event loop; ``close`` ends its connections."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2, decode_responses=True)
        self._measuring: dict[str, str] = {}  # key to the secret of our claim

    async def close(self) -> None:
        """Lets go of Redis."""
        with suppress(RedisError):
            await self._redis.aclose()

    async def recall(self, key: str, owner: str, patience: float) -> str | None:
        """See ``Commons`` of the engine."""
        end, name = time.monotonic() + patience, _digest(key)
        try:
            while True:
                kept = await self._redis.get(f"zegel-visit:{name}")
                if kept is not None and (entry := json.loads(kept))["owner"] != owner:
                    return str(entry["text"])
                if await self._claim(name) or time.monotonic() >= end:
                    return None
                await asyncio.sleep(POLL)
        except (RedisError, ValueError, KeyError, TypeError) as error:
            logger.warning("no shared measurement: %s", error)
            return None

    async def keep(self, key: str, owner: str, text: str, seconds: float) -> None:
        """See ``Commons`` of the engine."""
        with suppress(RedisError):
            entry = json.dumps({"owner": owner, "text": text})
            await self._redis.set(f"zegel-visit:{_digest(key)}", entry, ex=max(1, round(seconds)))
        await self.give_up(key)

    async def give_up(self, key: str) -> None:
        """See ``Commons`` of the engine."""
        name = _digest(key)
        secret = self._measuring.pop(name, None)
        with suppress(RedisError):
            if secret is not None and await self._redis.get(f"zegel-visiting:{name}") == secret:
                await self._redis.delete(f"zegel-visiting:{name}")

    @asynccontextmanager
    async def place(self, address: str) -> AsyncIterator[None]:
        """See ``Commons`` of the engine. Whoever waits longer than the scan allows is cancelled from outside."""
        places, own = f"zegel-places:{address}", secrets.token_hex(8)
        try:
            taken = await self._take(places, own)
        except RedisError as error:
            logger.warning("places at %s are not counted: %s", address, error)
            taken = False
        try:
            yield
        finally:
            if taken:
                with suppress(RedisError):
                    await self._redis.zrem(places, own)

    async def _take(self, places: str, own: str) -> bool:
        while True:
            now = str(time.time())
            if await self._redis.eval(_TAKE, 1, places, now, str(LEASE), str(MOST_OPEN), own):
                return True
            await asyncio.sleep(POLL)

    async def _claim(self, name: str) -> bool:
        secret = secrets.token_hex(8)
        if not await self._redis.set(f"zegel-visiting:{name}", secret, nx=True, ex=MEASURING):
            return False
        self._measuring[name] = secret
        return True


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
