"""The tables of RPKI on disk: fetched whole or not at all, kept while their source is away, thrown away when too old."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from checks import Options, rpki_tables
from checks.probes.rpki import STALE, Tables
from checks.records.rpki import vrp_table

VRPS = json.dumps({"roas": [{"asn": "AS64496", "prefix": "192.0.2.0/24", "maxLength": 24}]}).encode()
ROUTES = b"64496\t192.0.2.0/24\t350\n64496\t192.0.2.64/26\t350\n"
Site = tuple[str, dict[str, bytes]]


def options(*vrps: str, routes: str) -> Options:
    return Options((), (), "", rpki_vrps=vrps, rpki_routes=(routes,))


@pytest.fixture
def chosen(site: Site, tmp_path: Path) -> Options:
    """VRPs by address, routes in a file."""
    base, files = site
    files["/vrps.json"] = VRPS
    (tmp_path / "routes").write_bytes(ROUTES)
    return options(f"{base}/vrps.json", routes=str(tmp_path / "routes"))


def the_copy(chosen: Options, directory: Path) -> Path:
    return Path(rpki_tables.with_copies(chosen, directory).rpki_vrps[0])


def test_what_is_named_by_address_is_read_from_its_copy_and_a_file_from_itself(chosen: Options, tmp_path: Path) -> None:
    found = rpki_tables.refresh(chosen, tmp_path / "rpki")
    assert [(row.table, row.entries, row.problem) for row in found] == [("vrps", 1, ""), ("routes", 0, "")]
    copies = rpki_tables.with_copies(chosen, tmp_path / "rpki")
    assert Path(copies.rpki_vrps[0]).read_bytes() == VRPS
    assert copies.rpki_routes == chosen.rpki_routes


def test_nothing_is_fetched_unless_there_are_both_tables(site: Site, tmp_path: Path) -> None:
    base, _ = site
    assert rpki_tables.refresh(Options((), (), "", rpki_vrps=(f"{base}/vrps.json",)), tmp_path / "rpki") == ()
    assert not (tmp_path / "rpki").exists()


def test_a_copy_that_did_not_change_is_not_touched(chosen: Options, tmp_path: Path) -> None:
    rpki_tables.refresh(chosen, tmp_path)
    os.utime(the_copy(chosen, tmp_path), (1000, 1000))
    rpki_tables.refresh(chosen, tmp_path)
    assert the_copy(chosen, tmp_path).stat().st_mtime == 1000


@pytest.mark.parametrize("broken", [b"", b"<html>not found</html>", gzip.compress(VRPS)[:-9], None])
def test_what_cannot_be_read_never_takes_the_place_of_what_can(
    chosen: Options, site: Site, tmp_path: Path, broken: bytes | None
) -> None:
    first = rpki_tables.refresh(chosen, tmp_path)[0]
    if broken is None:
        del site[1]["/vrps.json"]
    else:
        site[1]["/vrps.json"] = broken
    again = rpki_tables.refresh(chosen, tmp_path)[0]
    assert again.problem
    assert again.at is not None
    assert first.at is not None
    assert abs((again.at - first.at).total_seconds()) < 60
    assert the_copy(chosen, tmp_path).read_bytes() == VRPS
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".new")] == []


def test_a_copy_older_than_a_day_is_thrown_away(chosen: Options, site: Site, tmp_path: Path) -> None:
    rpki_tables.refresh(chosen, tmp_path)
    del site[1]["/vrps.json"]
    copy = the_copy(chosen, tmp_path)
    long_ago = copy.stat().st_mtime - STALE - 60
    os.utime(f"{copy}.seen", (long_ago, long_ago))
    found = rpki_tables.refresh(chosen, tmp_path)[0]
    assert (found.at, copy.exists()) == (None, False)


def test_too_much_is_refused(chosen: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpki_tables, "MOST_BYTES", 10)
    assert "larger than" in rpki_tables.refresh(chosen, tmp_path)[0].problem


def test_a_file_that_is_not_there_is_told(chosen: Options, tmp_path: Path) -> None:
    (tmp_path / "routes").unlink()
    found = rpki_tables.refresh(chosen, tmp_path / "rpki")[1]
    assert (found.at, found.problem) == (None, "No such file or directory")


def test_names_and_passwords_stay_out_of_what_is_shown(tmp_path: Path) -> None:
    found = rpki_tables.refresh(options("http://me:secret@127.0.0.1:9/vrps.json", routes="/nowhere"), tmp_path)[0]
    assert found.source == "http://127.0.0.1:9/vrps.json"
    assert "secret" not in found.problem


def test_a_worker_reads_a_copy_that_was_replaced(chosen: Options, site: Site, tmp_path: Path) -> None:
    tables = Tables(beside=lambda work: work())
    rpki_tables.refresh(chosen, tmp_path)
    sources = rpki_tables.with_copies(chosen, tmp_path).rpki_vrps
    assert len(tables.get(sources, vrp_table) or ()) == 1
    os.utime(sources[0], (1000, 1000))
    site[1]["/vrps.json"] = VRPS.replace(b"}]}", b'}, {"asn": 64497, "prefix": "198.51.100.0/24"}]}')
    rpki_tables.refresh(chosen, tmp_path)
    tables.get(sources, vrp_table)
    assert len(tables.get(sources, vrp_table) or ()) == 2
