"""The switch: records published in a running practice internet from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lab import switch
from lab.__main__ import main


def lab(*arguments: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["lab", "--dir", str(folder), *arguments])
    return main()


def test_what_is_published_reaches_the_running_one_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, str, list[str]]] = []
    applied: dict[str, list[str]] = {}

    def publish(owner: str, rdtype: str, texts: object) -> None:
        done.append((owner, rdtype, list(texts)))  # type: ignore[call-overload]

    assert lab("publish", "_25._tcp.MX.a.test", "tlsa", "3 1 1 ab", folder=tmp_path, monkeypatch=monkeypatch) == 0
    for _ in range(2):
        assert switch.apply(tmp_path, publish, applied) == []
    assert lab("publish", "_25._tcp.mx.a.test.", "TLSA", folder=tmp_path, monkeypatch=monkeypatch) == 0
    switch.apply(tmp_path, publish, applied)
    assert done == [("_25._tcp.mx.a.test.", "TLSA", ["3 1 1 ab"]), ("_25._tcp.mx.a.test.", "TLSA", [])]


async def test_the_running_one_follows_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "EVERY", 0)
    published = asyncio.Event()
    following = asyncio.create_task(switch.follow(tmp_path, lambda *_: published.set(), print))
    await asyncio.sleep(0)
    switch.publish(tmp_path, "a.test", "TXT", ['"x"'])
    await asyncio.wait_for(published.wait(), 10)
    following.cancel()


def test_what_cannot_be_published_is_said_once(tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("not a name of the practice internet")

    switch.publish(tmp_path, "elsewhere.example", "TLSA", ["3 1 1 ab"])
    applied: dict[str, list[str]] = {}
    assert switch.apply(tmp_path, refuse, applied) == [
        "elsewhere.example. TLSA cannot be published: not a name of the practice internet"
    ]
    assert switch.apply(tmp_path, refuse, applied) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": ["x"]}', '{"a. TXT": "x"}', '{"a. TXT": [1]}'])
def test_a_file_of_nonsense_publishes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / switch.FILE).write_text(text)
    assert switch.read(tmp_path) == {}


def test_restoring_forgets_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch.publish(tmp_path, "a.test", "TXT", ['"x"'])
    for _ in range(2):
        assert lab("restore", folder=tmp_path, monkeypatch=monkeypatch) == 0
    assert switch.read(tmp_path) == {}


def test_another_command_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (["remove"], ["publish", "a.test"], ["restore", "now"]):
        with pytest.raises(SystemExit) as stopped:
            lab(*wrong, folder=tmp_path, monkeypatch=monkeypatch)
        assert stopped.value.code == 2


def test_without_a_folder_the_reason_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab("publish", "a.test", "TXT", folder=tmp_path / "none", monkeypatch=monkeypatch) == 1
    assert "Nothing was published" in capsys.readouterr().err
