"""Where a laptop's portal keeps its things: the ``var/`` folder, its secret key, its lock, and the note that tells ``manage.py`` where the running database is.

No process is started here.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from portal.env import env_str, read_env_file

ROOT = Path(__file__).resolve().parents[2]


class AlreadyRunning(Exception):
    """Another supervisor has this ``var/`` folder; the message is a sentence for the person at the keyboard."""


def var_folder(environ: Mapping[str, str]) -> Path:
    """The folder for data of this machine: VAR_DIR, or ``var`` beside the code."""
    return Path(env_str(environ, "VAR_DIR") or ROOT / "var").resolve()


def secret_key_file(var: Path) -> Path:
    """The file with this machine's secret key, made on first use and readable by its owner only."""
    path = var / "secret-key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50))
    return path


def write_private(path: Path, text: str) -> None:
    """Write ``text`` to a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def write_run_note(var: Path, environ: Mapping[str, str]) -> None:
    """Leave the settings of the running portal where ``manage.py`` finds them."""
    write_private(var / "run.env", "".join(f"{name}={value}\n" for name, value in environ.items()))


def forget_run_note(var: Path) -> None:
    """Take the note away when the portal stops."""
    (var / "run.env").unlink(missing_ok=True)


def adopt_running(environ: MutableMapping[str, str]) -> None:
    """Give ``manage.py`` the settings of the portal that runs from this folder, unless DATABASE_URL names another."""
    if not environ.get("DATABASE_URL") and not environ.get("DATABASE_URL_FILE"):
        for name, value in read_env_file(var_folder(environ) / "run.env").items():
            environ.setdefault(name, value)


@contextmanager
def held(var: Path) -> Iterator[None]:
    """Hold ``var`` for one supervisor. The lock goes with the process, however it ends. Raises AlreadyRunning."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            address = read_env_file(var / "run.env").get("SITE_URL", "")
            where = f" It answers at {address}/." if address else ""
            raise AlreadyRunning(f"The portal already runs from {var}.{where}") from None
        yield
