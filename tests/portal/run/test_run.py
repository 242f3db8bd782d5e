"""``make run``: one address, and nothing left behind however it ends. Starts real processes, so the tests share one folder and its database."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from portal.laptop.place import ROOT
from tests.portal.run.conftest import MADE_FOR_TESTS, Supervisor, wait_for

Launch = Callable[..., Supervisor]
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")


def one_sentence(text: str) -> str:
    """What a person reads when it goes wrong: one line, and no traceback."""
    lines = [line for line in text.splitlines() if not line.startswith("Making the database")]
    assert len(lines) == 1, text
    return lines[0]


def test_one_address_is_said_and_answers_and_ctrl_c_ends_all(launch: Launch) -> None:
    portal = launch().ready()
    assert re.fullmatch(rf"Zegel is ready at http://127\.0\.0\.1:{portal.port}/ .*\n", portal.said)
    assert 'name="domain"' in portal.get("/")
    for part in ("gunicorn", "worker", "beat", "postgres", "redis-server"):
        assert portal.only(part), f"no {part}"
    assert portal.stop(signal.SIGINT) == 0
    assert portal.processes() == {}
    assert portal.complained.splitlines()[1:] == []


def test_a_second_start_finds_the_data_and_the_key_of_the_first(launch: Launch) -> None:
    portal = launch().ready()
    key = (portal.folder / "secret-key").read_text()
    mode = (portal.folder / "secret-key").stat().st_mode & 0o777
    assert (len(key) >= 50, mode) == (True, 0o600)
    assert portal.stop(signal.SIGTERM) == 0
    again = launch().ready()
    assert (again.folder / "secret-key").read_text() == key
    assert "Making the database" not in again.complained
    assert again.processes()
    assert again.stop() == 0


def test_manage_py_works_on_the_running_database(launch: Launch) -> None:
    portal = launch().ready()
    environ = {name: value for name, value in os.environ.items() if name not in MADE_FOR_TESTS}
    environ["VAR_DIR"] = str(portal.folder)
    command = [sys.executable, "manage.py", "rejudge"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout[:15]) == (0, "0 scans judged ")
    assert (portal.folder / "run.env").stat().st_mode & 0o777 == 0o600
    portal.stop()
    assert not (portal.folder / "run.env").exists()


def test_a_folder_that_is_in_use_is_refused_with_the_address(launch: Launch) -> None:
    portal = launch().ready()
    command = [sys.executable, "-m", "portal.run"]
    environ = {**os.environ, "VAR_DIR": str(portal.folder)}
    second = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 2
    assert f"already runs from {portal.folder}. It answers at http://127.0.0.1:{portal.port}/" in one_sentence(
        second.stderr
    )
    assert portal.process.poll() is None


@pytest.mark.parametrize(("name", "part"), [("worker", "celery"), ("web", "gunicorn"), ("Redis", "redis-server")])
def test_a_process_that_crashes_is_named_and_ends_the_rest(launch: Launch, name: str, part: str) -> None:
    portal = launch().ready()
    mine = [
        pid
        for pid in portal.only(part)
        if os.getsid(pid) == pid and (part != "celery" or "worker" in portal.processes()[pid])
    ]
    os.kill(mine[0], signal.SIGKILL)
    assert portal.ended() == 1
    assert f"The {name} ended by itself (signal 9)" in one_sentence(portal.complained)
    assert portal.processes() == {}


@linux
def test_nothing_stays_when_the_supervisor_itself_is_killed(launch: Launch) -> None:
    portal = launch().ready()
    portal.stop(signal.SIGKILL)
    wait_for(lambda: portal.processes() == {}, "all processes to end")


def test_a_signal_during_the_start_leaves_nothing_behind(launch: Launch) -> None:
    portal = launch()
    wait_for(lambda: portal.only("postgres"), "the database")
    assert portal.stop(signal.SIGTERM) == 0
    assert portal.processes() == {}


def test_a_taken_port_is_said_with_a_way_out(launch: Launch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        portal = launch(PORT=str(port))
        assert portal.ended() == 2
    assert f"Port {port} on 127.0.0.1 is taken" in one_sentence(portal.complained)
    assert portal.said == ""


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"WORKER_CONCURRENCY": "many"}, "WORKER_CONCURRENCY is 'many'"),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps'"),
        ({"HOST": "203.0.113.1"}, "HOST is '203.0.113.1'"),
        ({"LIMIT_VISITOR": "lots"}, "LIMIT_VISITOR is 'lots'"),
        ({"CHECKS_RESOLVERS": "nowhere"}, "CHECKS_RESOLVERS has 'nowhere'"),
        ({"CHECKS_DEADLINE": "0"}, "CHECKS_DEADLINE is '0'"),
        ({"DATABASE_URL": "mysql://host/x"}, "DATABASE_URL should look like postgresql://"),
        ({"DATABASE_URL": "postgresql://u@127.0.0.1:9/x"}, "The PostgreSQL server of DATABASE_URL cannot be used"),
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, "The Redis server of REDIS_URL does not answer"),
        ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL should look like redis://"),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE is '/nowhere/key'"),
    ],
)
def test_a_wrong_variable_is_one_sentence_that_names_it(
    launch: Launch, variables: dict[str, str], sentence: str
) -> None:
    portal = launch(**variables)
    assert portal.ended() == 2
    assert sentence in one_sentence(portal.complained)
    assert portal.processes() == {}
