"""One practice internet for these tests, in a thread of its own, on ports that it draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from checks import Options
from lab import Lab


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    with Lab(forward=False) as running:
        yield running


@pytest.fixture(scope="session")
def options(lab: Lab) -> Options:
    found = Options.from_env({**lab.environment(), "SITE_NAME": "zegel.example"})
    return replace(found, connect_timeout=3.0)  # where nobody takes the call: nothing else takes longer on loopback
