"""A supervisor as a subprocess, on a free port and with a folder of its own, and what it left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.laptop.place import ROOT
from portal.laptop.services import free_port

PATIENCE = 90.0  # seconds; a limit for a machine that is very busy, not an expectation


def wait_for(happens: Callable[[], object], what: str) -> None:
    """Come back when ``happens`` is true; fail when it never is."""
    until = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.05)


class Supervisor:
    """``python -m portal.run`` with its output, its processes and its folder."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = int(variables.pop("PORT", "0")) or free_port()
        environ = {name: value for name, value in os.environ.items() if name not in MADE_FOR_TESTS}
        environ |= {"VAR_DIR": str(folder), "PORT": str(self.port), "PRACTICE_DOMAINS": "false", **variables}
        self._out, self._err = folder / "stdout", folder / "stderr"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.run"],
                cwd=ROOT,
                env=environ,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Standard output so far."""
        return self._out.read_text("utf-8")

    @property
    def complained(self) -> str:
        """Standard error so far."""
        return self._err.read_text("utf-8")

    def ready(self) -> Supervisor:
        """Wait until it says its address."""
        wait_for(lambda: "ready" in self.said or self.process.poll() is not None, "an address")
        assert self.process.poll() is None, self.complained
        return self

    def ended(self) -> int:
        """Wait until it ends; the exit status."""
        return self.process.wait(PATIENCE)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and wait until it ends."""
        self.process.send_signal(number)
        return self.ended()

    def get(self, path: str) -> str:
        """A page of the portal."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as response:
            return str(response.read().decode())

    def processes(self) -> dict[int, str]:
        """Every process that belongs to this folder, except the supervisor, with its command line.

        Known by its environment, or by the folder it works in: servers write their title over their environment.
        """
        mark, found = f"VAR_DIR={self.folder}".encode(), {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.process.pid:
                continue
            try:
                ours = mark in (entry / "environ").read_bytes().split(b"\0")
                if ours or (entry / "cwd").readlink().is_relative_to(self.folder):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return {pid: command for pid, command in found.items() if command}

    def only(self, part: str) -> list[int]:
        """The processes whose command line has ``part`` in it, oldest first."""
        return sorted(pid for pid, command in self.processes().items() if part in command)


MADE_FOR_TESTS = {
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "STATIC_ROOT",
    "CHECKS_RESOLVERS",
    "DJANGO_SETTINGS_MODULE",
}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL can enter also when it runs as somebody else."""
    made = Path(tempfile.mkdtemp(prefix="zegel-run-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def launch(folder: Path) -> Iterator[Callable[..., Supervisor]]:
    """Starts supervisors, and ends those that a test leaves running."""
    started: list[Supervisor] = []

    def begin(**variables: str) -> Supervisor:
        started.append(Supervisor(folder, **variables))
        return started[-1]

    yield begin
    for supervisor in started:
        if supervisor.process.poll() is None:
            supervisor.stop(signal.SIGTERM)
