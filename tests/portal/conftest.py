"""What the portal's tests share: an empty Redis, plain static files, a stored document, and the cast."""

from __future__ import annotations

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from portal.lib import limits
from portal.lib.redis import client


@pytest.fixture(autouse=True)
def clean_redis(servers: None) -> None:
    """No counters, progress or messages of the test before, nor the memory of a Redis that was away in it."""
    from portal.scans import (
        lifecycle,
    )  # models can be imported only when Django is set up, which is after this file is read

    client().flushdb()
    limits.breaker.reset()
    lifecycle.broker.reset()


@pytest.fixture(autouse=True)
def default_language() -> None:
    """Not the language of the last page of the test before: Django leaves it active until the next request of the thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def plain_static_files(settings: Settings) -> None:
    """Names without hashes: nothing is collected for a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
