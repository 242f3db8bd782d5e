"""One practice internet for these tests, in a thread of its own, on ports that it draws."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checks import Options
from lab import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab(forward=False) as running:
        yield running


@pytest.fixture(scope="session")
def options(lab: Lab) -> Options:
    return Options.from_env({**lab.environment(), "SITE_NAME": "zegel.example"})
