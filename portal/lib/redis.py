"""One Redis client for what Django's cache cannot do: counters with a time to live, lengths of queues."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings


@cache
def client() -> redis.Redis:
    """The process's client. It connects when first used, and waits a second at most for a server that is away."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2, decode_responses=True)
