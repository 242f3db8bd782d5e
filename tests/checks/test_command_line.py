"""The command line: what it prints and how it exits. Measured on the practice internet, judged again from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checks.__main__ import main
from lab import Lab


@pytest.fixture(autouse=True, scope="module")
def practice() -> object:
    with Lab(forward=False) as lab, pytest.MonkeyPatch.context() as patch:
        for name, value in lab.environment().items():
            patch.setenv(name, value)
        yield lab


def test_measured_saved_and_replayed_gives_the_same_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "measurement.json"
    assert main(["mail", "oud-record.voorbeeld.test", "--json", "--save", str(file)]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert main(["mail", "oud-record.voorbeeld.test", "--json", "--replay", str(file)]) == 0
    assert json.loads(capsys.readouterr().out) == measured
    assert measured["schema"] == 1


def test_the_report_for_people_names_the_record_and_where_it_matched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mail", "dubbele-tlsa.voorbeeld.test", "--language", "en"]) == 0
    shown = capsys.readouterr().out
    assert "dubbele-tlsa.voorbeeld.test · mail test · 100 out of 100" in shown
    assert ": matches at depth 0" in shown
    assert ": matches at depth 1" in shown


@pytest.mark.parametrize(
    ("name", "language", "line"),
    [
        ("goed", "en", "goed.voorbeeld.test: delivered with authentication"),
        ("geen-tlsa", "en", "geen-tlsa.voorbeeld.test: delivered encrypted only"),
        ("oud-record", "nl", "oud-record.voorbeeld.test: niet bezorgd, blijft wachten"),
    ],
)
def test_the_report_for_people_says_what_a_dane_sender_does(
    name: str, language: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mail", f"{name}.voorbeeld.test", "--language", language]) == 0
    assert f"  {line}" in capsys.readouterr().out.splitlines()


def test_a_host_without_tls_still_shows_its_records(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mail", "zonder-starttls.voorbeeld.test", "--language", "nl"]) == 0
    shown = capsys.readouterr().out
    assert "TLSA-records op _25._tcp." in shown
    assert "geen verbinding: er is geen werkende TLS" in shown


@pytest.mark.parametrize(
    "arguments",
    [["mail", "192.0.2.1"], ["web", "geen domein"], ["web", "nl"], ["mail", "a.example", "--replay", "/no/such/file"]],
)
def test_bad_input_exits_2_with_a_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("checks: ")
    assert "Traceback" not in shown.err


def test_a_file_that_is_no_measurement_exits_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("{", "{}", '{"schema": 1}', '{"schema": 99}', "[]", "null"):
        file = tmp_path / "nonsense.json"
        file.write_text(text)
        assert main(["mail", "a.example", "--replay", str(file)]) == 2


def test_a_wrong_setting_exits_2_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHECKS_DEADLINE", "soon")
    assert main(["mail", "goed.voorbeeld.test"]) == 2
    assert "CHECKS_DEADLINE" in capsys.readouterr().err


def test_a_domain_that_does_not_exist_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", "bestaat-niet.voorbeeld.test", "--language", "nl"]) == 3
    assert "bestaat niet" in capsys.readouterr().out


def test_a_measurement_of_before_is_handed_in_and_stored_with_the_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, now = tmp_path / "before.json", tmp_path / "now.json"
    domain = "goed.voorbeeld.test"
    assert main(["mail", domain, "--json", "--save", str(before)]) == 0
    digest = json.loads(capsys.readouterr().out)["digest"]
    assert [host["host"] for host in digest["hosts"]]
    assert main(["mail", domain, "--json", "--earlier", str(before), "--save", str(now)]) == 0
    capsys.readouterr()
    assert json.loads(now.read_text())["earlier"] == digest
    assert main(["mail", "oud-record.voorbeeld.test", "--earlier", str(before)]) == 2
    assert "mail measurement of goed.voorbeeld.test" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "told"), [("goed", False), ("oud-record", True)])
def test_records_to_publish_are_given_only_where_something_is_wrong(
    name: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mail", f"{name}.voorbeeld.test", "--language", "en"]) == 0
    shown = capsys.readouterr().out
    assert f"TLSA records at _25._tcp.mx.{name}.voorbeeld.test" in shown
    assert (" IN TLSA " in shown) is told
