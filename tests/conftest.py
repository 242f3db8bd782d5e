"""What all tests share: no network but loopback, and a real PostgreSQL and Redis that start when the first test asks for them.

DATABASE_URL and REDIS_URL, when set, name servers to use instead. Their addresses are settled here, before Django reads its settings; nothing starts until it is needed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import django
import pytest

from portal.laptop.messages import compile_all
from portal.laptop.services import database_url, redis_url, start_postgres, start_redis
from tests.loopback import only_loopback


@dataclass(frozen=True, slots=True)
class Scratch:
    """Folders and addresses of this test run."""

    folder: Path
    own_database: bool
    own_redis: bool


def _settle() -> Scratch:
    folder = Path(tempfile.mkdtemp(prefix="zegel-tests-"))
    # PostgreSQL runs as somebody else when we are root, and has to get in.
    folder.chmod(0o755)
    (folder / "static").mkdir()
    scratch = Scratch(folder, not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL"))
    if scratch.own_database:
        (folder / "sockets").mkdir()
        os.environ["DATABASE_URL"] = database_url(folder / "sockets")
    if scratch.own_redis:
        os.environ["REDIS_URL"] = redis_url()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ["SECRET_KEY"] = "a-key-for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz"
    os.environ["STATIC_ROOT"] = str(folder / "static")
    os.environ.setdefault("CHECKS_RESOLVERS", "127.0.0.1:9")
    return scratch


_SCRATCH = _settle()


def pytest_configure(config: pytest.Config) -> None:
    """Close the network, compile the translations, and let Django read the settings that were made above."""
    only_loopback()
    compile_all()
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(_SCRATCH.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """PostgreSQL and Redis, for as long as the test run lasts."""
    with ExitStack() as stack:
        if _SCRATCH.own_database:
            sockets = _SCRATCH.folder / "sockets"
            log = _SCRATCH.folder / "postgres.log"
            postgres = start_postgres(_SCRATCH.folder / "postgres", log, sockets=sockets, durable=False)
            stack.callback(postgres.stop)
        if _SCRATCH.own_redis:
            log = _SCRATCH.folder / "redis.log"
            stack.callback(start_redis(_SCRATCH.folder / "redis", log, url=os.environ["REDIS_URL"]).stop)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """pytest-django makes its test database after this."""
