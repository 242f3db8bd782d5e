"""Lists with everything double: two workers for each queue, two beats, one PostgreSQL and one Redis; and what is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.env import read_env_file
from portal.laptop.children import Child, start, stop_all
from portal.laptop.place import ROOT
from tests.portal.run.conftest import MADE_FOR_TESTS, Supervisor, wait_for

DOMAINS = 40

MAKE = f"""
from portal.accounts.lifecycle import create_organisation
from portal.dashboards.lifecycle import added
from portal.dashboards.models import DomainList, Entry
from django.contrib.auth.models import User
organisation = create_organisation("Lindewaard", User.objects.create_user("alice", "alice@lindewaard.example"), by=None)
found = DomainList.objects.create(organisation=organisation, name="Alles", web=False)
added(found, Entry.objects.bulk_create(Entry(domain_list=found, domain=f"d{{n}}.voorbeeld.test") for n in range({DOMAINS})))
"""
LOOK = """
import json
from portal.dashboards.models import Result
from portal.scans.models import Scan
print(json.dumps({
    "results": list(Result.objects.order_by("pk").values_list("entry__domain", flat=True)),
    "settled": Result.objects.exclude(settled_at=None).count(),
    "scans": list(Scan.objects.order_by("pk").values_list("domain", flat=True)),
    "states": sorted(set(Scan.objects.values_list("status", flat=True))),
    "running": Scan.objects.filter(status="running").count(),
    "attempts": max(Scan.objects.values_list("attempts", flat=True), default=0),
}))
"""


def manage(portal: Supervisor, code: str) -> str:
    """Run this in a shell of the running portal; what it prints."""
    environ = {name: value for name, value in os.environ.items() if name not in MADE_FOR_TESTS}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env={**environ, "VAR_DIR": str(portal.folder)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def look(portal: Supervisor) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manage(portal, LOOK))
    return found


@pytest.fixture
def second(launch: Callable[..., Supervisor]) -> Iterator[tuple[Supervisor, list[Child]]]:
    """A portal with its practice internet, and beside it a second worker for each queue and a second beat."""
    portal = launch(PRACTICE_DOMAINS="true").ready()
    environ = {name: value for name, value in os.environ.items() if name not in MADE_FOR_TESTS}
    environ |= {**read_env_file(portal.folder / "run.env"), "VAR_DIR": str(portal.folder)}
    celery = [sys.executable, "-m", "celery", "-A", "portal.celery"]
    commands = {
        "interactive": [*celery, "worker", "-Q", "interactive", "-n", "second-interactive@%h", "-c", "2"],
        "bulk": [*celery, "worker", "-Q", "bulk", "-n", "second-bulk@%h", "-c", "2"],
        "beat": [*celery, "beat", "--schedule", str(portal.folder / "second-schedule"), "--pidfile", ""],
    }
    children = [
        start(name, command, portal.folder / f"second-{name}.log", environ=environ, folder=ROOT)
        for name, command in commands.items()
    ]
    yield portal, children
    stop_all(children)


def test_nothing_is_lost_or_doubled_though_beat_and_worker_are_killed(second: tuple[Supervisor, list[Child]]) -> None:
    portal, (_interactive, bulk, beat) = second
    manage(portal, MAKE)
    wait_for(lambda: look(portal)["running"], "a scan that runs")
    os.kill(beat.process.pid, signal.SIGKILL)
    for pid in pool_of(bulk.process.pid):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: look(portal)["settled"] == DOMAINS, "every result")
    found = look(portal)
    names = sorted(f"d{number}.voorbeeld.test" for number in range(DOMAINS))
    assert sorted(found["results"]) == names
    assert sorted(found["scans"]) == names
    assert found["states"] == ["finished"]
    assert found["attempts"] <= 2


def pool_of(pid: int) -> list[int]:
    """The processes that a worker has for the work itself."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
