"""Environment readers: they fail loudly, with a sentence that names the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal import env


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("TRUE", True), ("1", True), ("no", False), ("Off", False), ("", True)]
)
def test_a_boolean_is_read_in_any_case(text: str, value: bool) -> None:
    assert env.env_bool({"X": text}, "X", default=True) is value


@pytest.mark.parametrize("text", ["maybe", "2", "truee"])
def test_a_boolean_that_means_nothing_is_refused_by_name(text: str) -> None:
    with pytest.raises(env.WrongVariable, match="X is"):
        env.env_bool({"X": text}, "X", default=True)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    assert env.env_str({"KEY_FILE": str(secret)}, "KEY") == "hush"


def test_a_secret_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(env.WrongVariable, match="KEY_FILE"):
        env.env_str({"KEY_FILE": str(tmp_path / "none")}, "KEY")


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(env.WrongVariable, match="Both KEY and KEY_FILE"):
        env.env_str({"KEY": "a", "KEY_FILE": str(tmp_path)}, "KEY")


@pytest.mark.parametrize("text", ["eighty", "0", "65536", "8000.5"])
def test_a_number_out_of_bounds_is_refused_by_name(text: str) -> None:
    with pytest.raises(env.WrongVariable, match="PORT is"):
        env.env_int({"PORT": text}, "PORT", default=8000, at_least=1, at_most=65535)


def test_a_database_address_may_name_a_socket_folder() -> None:
    found = env.env_database({"DB": "postgresql://me@/mine?host=/run/pg"}, "DB")
    assert (found["HOST"], found["USER"], found["NAME"], found["PORT"]) == ("/run/pg", "me", "mine", "")


def test_a_database_address_may_have_an_escaped_password() -> None:
    found = env.env_database({"DB": "postgres://me:p%40ss@db.example:6432/mine"}, "DB")
    assert (found["PASSWORD"], found["HOST"], found["PORT"]) == ("p@ss", "db.example", "6432")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mysql://me@host/mine",
        "sqlite:///db",
        "postgresql://host",
        "postgresql://host:port/x",
        "postgresql://host/x?foo=1",
    ],
)
def test_a_database_address_that_cannot_be_used_is_refused_by_name(text: str) -> None:
    with pytest.raises(env.WrongVariable, match="DB"):
        env.env_database({"DB": text}, "DB")


@pytest.mark.parametrize("text", ["", "http://host", "redis://", "redis://host:port"])
def test_a_redis_address_that_cannot_be_used_is_refused_by_name(text: str) -> None:
    with pytest.raises(env.WrongVariable, match="BROKER"):
        env.env_redis({"BROKER": text}, "BROKER")


@pytest.mark.parametrize("text", ["30", "30/", "-1/60", "0/60", "x/y", "٣/60"])
def test_a_rate_that_means_nothing_is_refused_by_name(text: str) -> None:
    with pytest.raises(env.WrongVariable, match="LIMIT is"):
        env.env_rate({"LIMIT": text}, "LIMIT", "30/600")


@pytest.mark.parametrize("text", ["zegel.example", "ftp://zegel.example", "https://zegel.example/path", "https://"])
def test_a_site_address_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(env.WrongVariable, match="SITE is"):
        env.env_site({"SITE": text}, "SITE", "")


def test_networks_that_are_none_are_refused_by_name() -> None:
    with pytest.raises(env.WrongVariable, match="NETS"):
        env.env_networks({"NETS": "10.0.0.0/8, here"}, "NETS")


def test_an_env_file_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nA=1\nexport B='two words'\nC=x=y\n")
    assert env.read_env_file(file) == {"A": "1", "B": "two words", "C": "x=y"}


def test_an_env_file_with_a_line_that_is_none_is_refused_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\nnonsense\n")
    with pytest.raises(env.WrongVariable, match="line 2"):
        env.read_env_file(file)


def test_an_env_file_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert env.read_env_file(tmp_path / ".env") == {}
