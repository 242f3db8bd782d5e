"""How often something may be done: counters in Redis, per visitor or per domain. A counter that cannot be reached stops nobody, and is counted."""

from __future__ import annotations

import hashlib
import hmac
import logging
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import count

import redis
from django.conf import settings
from django.http import HttpRequest

from portal.lib.breaker import Breaker
from portal.lib.redis import client

logger = logging.getLogger(__name__)

_failed_open = count(1)
breaker = Breaker()


def seconds_to_wait(name: str, key: str, rate: tuple[int, int]) -> int:
    """Count one use of ``key``; 0 when it is within ``rate`` (how many, in how many seconds), else the seconds until the counter begins anew.

    The key is hashed before it is stored: Redis holds no visitor's address.
    """
    allowed, window = rate
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{name}:{key}".encode(), hashlib.sha256).hexdigest()[:32]
    counter = f"zegel-limit:{name}:{digest}"
    if breaker.is_open:
        return _not_counted(name, "Redis was away a moment ago")
    try:
        with client().pipeline() as pipe:
            pipe.set(counter, 0, ex=window, nx=True)
            pipe.incr(counter)
            pipe.ttl(counter)
            _made, used, left = pipe.execute()
    except redis.RedisError as error:
        breaker.trip()
        return _not_counted(name, error)
    return max(1, int(left)) if int(used) > allowed else 0


def _not_counted(name: str, why: object) -> int:
    logger.warning("limit %s is not kept, for the %d. time in this process: %s", name, next(_failed_open), why)
    return 0


def visitor(request: HttpRequest) -> str:
    """Who asks, for counting: an IPv4 address, or the /64 of an IPv6 address. Proxies are believed when TRUSTED_PROXIES names them."""
    address = _client_address(request)
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


def _client_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """The nearest address that is no proxy of ours, read from the right: what stands left of it, a visitor may have made up."""
    hops = [request.META.get("REMOTE_ADDR", ""), *reversed(request.headers.get("X-Forwarded-For", "").split(","))]
    nearest = None
    for hop in hops:
        try:
            address = ip_address(hop.strip())
        except ValueError:
            return nearest
        nearest = address
        if not any(address in network for network in settings.TRUSTED_PROXIES):
            return nearest
    return nearest
