"""One practice internet for all tests that only look at it; those that need their own start one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import PRACTICE, SCENERY, Lab
from tests.lab.proving_ground import PROVING_GROUND


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The practice domains and the proving ground, on ports of their own, without a way to the world."""
    with Lab(tmp_path_factory.mktemp("lab"), domains=SCENERY + PRACTICE + PROVING_GROUND, forward=False) as running:
        yield running
