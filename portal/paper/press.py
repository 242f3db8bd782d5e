"""Makes a PDF from a template of ours and plain data, in a process of its own: bounded in time, memory and number, and a fault in it ends nothing else.

typst is an extra (``requirements-pdf.txt``); ``is_available`` says whether it is here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders

HERE = Path(__file__).resolve().parent
SECONDS = 15  # for one file; the usual one takes a quarter of a second
AT_ONCE = 2  # in one web process
PATIENCE = 5  # seconds to wait for a place
FONTS = "vendor/print"

_places = BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """All places are taken; try again in a moment."""


class Failed(Exception):
    """No file was made; the message is for the log."""


def is_available() -> bool:
    """Whether this installation can make a PDF: typst is installed, and the fonts were built."""
    return importlib.util.find_spec("typst") is not None and fonts().is_dir()


@cache
def fonts() -> Path:
    """The folder with the fonts: among the sources, or where they were collected."""
    found = finders.find(FONTS)
    return Path(found) if isinstance(found, str) else Path(settings.STATIC_ROOT) / FONTS


def tag(template: str, content: Mapping[str, Any]) -> str:
    """A name for the file that ``make`` would give: the same content, template and typst give the same name."""
    parts = [_canonical(content), (HERE / template).read_bytes(), metadata.version("typst").encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]


def make(template: str, content: Mapping[str, Any]) -> bytes:
    """The PDF of a template in this folder, which reads ``content`` as JSON and never as markup. Raises Busy or Failed."""
    if not _places.acquire(timeout=PATIENCE):
        raise Busy
    try:
        return _run([sys.executable, "-I", str(HERE / "child.py"), str(HERE / template), str(fonts())], content)
    finally:
        _places.release()


def _run(command: list[str], content: Mapping[str, Any]) -> bytes:
    try:
        done = subprocess.run(
            command,
            input=_canonical(content),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"not finished within {SECONDS} seconds") from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise Failed(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
