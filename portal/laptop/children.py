"""Child processes that never outlive the supervisor: each in a process group of its own, told by the kernel when its parent is gone.

Knows nothing of what the processes do.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2)
GRACE = 6.0  # seconds between asking a process to stop and killing its group
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine that a server runs as, because PostgreSQL refuses to be root."""

    uid: int
    gid: int


def unprivileged() -> Account | None:
    """The account for servers when we are root, else None: they run as we do."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


@dataclass(slots=True)
class Child:
    """A running process, its name for people, its log, and the signal that asks it to stop."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    def ended(self) -> str:
        """How it ended, in words; empty while it runs."""
        code = self.process.poll()
        if code is None:
            return ""
        return f"signal {-code}" if code < 0 else f"exit status {code}"

    def last_words(self, lines: int = 5) -> str:
        """The last lines of its log."""
        try:
            text = self.log.read_text("utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def start(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    account: Account | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start a process that writes to ``log`` and is asked to stop when this process dies. Call from the main thread: the kernel watches the thread."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environ is None else dict(environ),
            cwd=folder,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=_die_with(os.getpid(), stop_signal),
        )
    return Child(name, process, log, stop_signal)


def _die_with(parent: int, death_signal: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    prctl = _LIBC.prctl

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def stop_all(children: Sequence[Child], grace: float = GRACE) -> None:
    """Ask all to stop at once, wait up to ``grace`` seconds, then kill what is left of each process group."""
    for child in children:
        _signal_group(child, child.stop_signal, leader_only=True)
    until = time.monotonic() + grace
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, until - time.monotonic()))
    for child in children:
        _signal_group(child, signal.SIGKILL, leader_only=False)
        child.process.wait()


def _signal_group(child: Child, number: signal.Signals, *, leader_only: bool) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if leader_only:
            child.process.send_signal(number)
        else:
            os.killpg(child.process.pid, number)
