"""``make``: a clear sentence for whoever types something wrong or lacks something."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portal.laptop import make_venv
from portal.laptop.place import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_target_that_is_not_there_is_answered_with_those_that_are() -> None:
    done = make("foo")
    assert done.returncode == 2
    assert done.stderr.startswith("There is no target 'foo'. These are:")
    assert "run " in done.stderr


def test_make_alone_lists_every_target_that_people_use() -> None:
    listed = {line.split()[0] for line in make().stdout.splitlines()[1:]}
    assert listed >= {"setup", "run", "test", "check", "lab", "bench", "messages"}


def test_setup_without_python_says_what_to_install(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-pdf.txt"):
        (tmp_path / name).touch()
    command = ["make", "PYTHON=no-such-python", "setup"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("No no-such-python on this machine. Install Python 3.11 or newer")


def test_a_second_setup_does_nothing() -> None:
    """With the stamp newer than the requirement files, make has no command to run but the one that looks at static/vendor."""
    if not (ROOT / ".venv/.stamp").exists():
        pytest.skip("this .venv was not made by make")
    (ROOT / ".venv/.stamp").touch()
    planned = make("--dry-run", "setup").stdout
    assert "make_venv.py" not in planned


def test_an_old_python_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert make_venv.main() == 2
    assert capsys.readouterr().err.startswith("This is Python 3.9; the portal needs 3.11 or newer.")


def test_a_python_without_venv_names_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr(make_venv, "usable", lambda: False)
    assert make_venv.main() == 2
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert version in capsys.readouterr().err
