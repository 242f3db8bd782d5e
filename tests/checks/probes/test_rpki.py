"""The tables that RPKI is judged by: from files and addresses, read again when they change, and kept when that fails."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.facts.rpki import AddressRoutes, Route, RpkiFacts, RpkiState, Vrp
from checks.options import Options
from checks.probes.rpki import FRESH, STALE, Tables, probe
from checks.records.rpki import route_table

VRPS = json.dumps({"roas": [{"asn": "AS64496", "prefix": "192.0.2.0/24", "maxLength": 24, "ta": "ripe"}]}).encode()
ROUTES = b"64496\t192.0.2.0/24\t350\n64496\t192.0.2.64/26\t350\n"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def at_once(work: Callable[[], None]) -> None:
    """In the place of a thread."""
    work()


def options(*, vrps: str = "", routes: str = "") -> Options:
    return Options((), (), "", rpki_vrps=(vrps,) if vrps else (), rpki_routes=(routes,) if routes else ())


@pytest.fixture
def vrps(tmp_path: Path) -> Path:
    path = tmp_path / "vrps.json"
    path.write_bytes(VRPS)
    return path


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    path = tmp_path / "riswhoisdump.IPv4.gz"
    path.write_bytes(gzip.compress(ROUTES))
    return path


async def test_routes_no_longer_than_24_bits_lead_to_an_address_with_the_vrps_that_cover_them(
    vrps: Path, routes: Path
) -> None:
    vrp = Vrp("192.0.2.0/24", 24, 64496)
    assert await probe(["192.0.2.80"], options(vrps=str(vrps), routes=str(routes)), Tables()) == RpkiFacts(
        RpkiState.OK, (AddressRoutes("192.0.2.80", (Route("192.0.2.0/24", 64496, (vrp,)),), (vrp,)),)
    )


async def test_without_either_table_nothing_is_looked_up(vrps: Path) -> None:
    for chosen in (options(), options(vrps=str(vrps)), options(routes="/nowhere")):
        assert (await probe(["192.0.2.80"], chosen, Tables())).state is RpkiState.NOT_CONFIGURED


@pytest.mark.parametrize("content", [b"", b"{}", b"\x1f\x8bnot gzip"])
def test_a_table_that_cannot_be_read_is_our_side(vrps: Path, routes: Path, content: bytes) -> None:
    vrps.write_bytes(content)
    found = asyncio.run(probe(["192.0.2.80"], options(vrps=str(vrps), routes=str(routes)), Tables()))
    assert (found.state, found.detail) == (RpkiState.UNAVAILABLE, "VRPs")


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path, tables = tmp_path / "routes", Tables(beside=at_once)
    path.write_bytes(ROUTES)
    first = tables.get((str(path),), route_table)
    assert tables.get((str(path),), route_table) is first
    path.write_bytes(ROUTES + b"64497\t2001:db8::/32\t99\n")
    os.utime(path, (1, 1))
    tables.get((str(path),), route_table)
    again = tables.get((str(path),), route_table)
    assert again is not None
    assert len(again) == 3


def test_nobody_waits_for_a_table_that_is_read_again_and_it_is_read_once(tmp_path: Path) -> None:
    waiting: list[Callable[[], None]] = []
    path, tables = tmp_path / "routes", Tables(beside=waiting.append)
    path.write_bytes(ROUTES)
    first = tables.get((str(path),), route_table)
    os.utime(path, (1, 1))
    assert [tables.get((str(path),), route_table) for _ in range(3)] == [first] * 3
    (read,) = waiting
    read()
    assert tables.get((str(path),), route_table) is not first
    assert len(waiting) == 1


def test_a_missing_file_is_found_once_it_is_there(tmp_path: Path) -> None:
    clock = Clock()
    path, tables = tmp_path / "routes", Tables(clock)
    assert tables.get((str(path),), route_table) is None
    path.write_bytes(ROUTES)
    clock.now += 600
    assert tables.get((str(path),), route_table) is not None


def test_an_address_is_fetched_again_when_an_hour_has_passed(site: tuple[str, dict[str, bytes]]) -> None:
    (base, files), clock = site, Clock()
    tables, source = Tables(clock, at_once), (f"{base}/routes",)
    files["/routes"] = ROUTES
    first = tables.get(source, route_table)
    clock.now += FRESH - 1
    assert tables.get(source, route_table) is first
    clock.now += 2
    tables.get(source, route_table)
    assert tables.get(source, route_table) is not first


def test_an_old_table_serves_while_its_source_fails_but_not_for_ever(site: tuple[str, dict[str, bytes]]) -> None:
    (base, files), clock = site, Clock()
    tables, source = Tables(clock, at_once), (f"{base}/routes",)
    files["/routes"] = ROUTES
    first = tables.get(source, route_table)
    del files["/routes"]
    clock.now += FRESH + 1
    assert tables.get(source, route_table) is first
    clock.now += STALE
    assert tables.get(source, route_table) is None


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.probes.rpki.MOST_BYTES", 1000)
    path = tmp_path / "routes.gz"
    path.write_bytes(gzip.compress(ROUTES * 100))
    assert Tables().get((str(path),), route_table) is None
