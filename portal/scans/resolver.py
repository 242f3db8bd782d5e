"""Whether our own resolver is fit to measure with: tried when a worker starts and every few minutes, kept in Redis, told to the operator.

May be lost at any moment without harm: each scan notices an unfit resolver by itself.
"""

from __future__ import annotations

import asyncio
import logging

import redis
from django.conf import settings
from django.core.cache import cache

from checks import CATALOGUE, resolver_fitness

logger = logging.getLogger(__name__)

_KEY = "resolver-unfit"
_KEEP = 1800  # seconds; nobody looked for so long means that nobody knows


def look() -> str:
    """Try the resolver, log what is wrong with it, and remember: empty when it is fit, else the reason's code."""
    unfit = asyncio.run(resolver_fitness(settings.SCAN_OPTIONS))
    if unfit:
        logger.error("the resolver is unfit to measure with: %s", CATALOGUE.reasons("en").get(unfit, unfit))
    try:
        cache.set(_KEY, unfit, _KEEP)
    except redis.RedisError as error:
        logger.warning("the fitness of the resolver was not kept: %s", error)
    return unfit


def unfit() -> str:
    """Why the resolver is unfit, as a code, by the last look; empty when it is fit or nobody knows."""
    try:
        return str(cache.get(_KEY) or "")
    except redis.RedisError:
        return ""


def unfit_in_words(language: str) -> str:
    """The same in words of a language."""
    reason = unfit()
    return CATALOGUE.reasons(language).get(reason, reason) if reason else ""
