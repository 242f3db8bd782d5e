"""A PDF as other people's programs read it: Poppler for its words and its structure, qpdf for its syntax."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest


def run(program: str, *arguments: str, given: bytes = b"") -> bytes:
    """What a program prints. Skips where it is not installed; with CI set, that is a failure."""
    if not shutil.which(program):
        if os.environ.get("CI"):
            pytest.fail(f"{program} is not installed (see tests/install-servers).")
        pytest.skip(f"{program} is not installed (see tests/install-servers).")
    return subprocess.run([program, *arguments], input=given, capture_output=True, check=True, timeout=30).stdout


def read(program: str, *arguments: str, given: bytes) -> str:
    """What a program of Poppler says about a PDF on its standard input; its structure comes in mixed encodings."""
    return run(program, *arguments, "-", given=given).decode(errors="replace")


def words_of(pdf: bytes) -> str:
    """All text in reading order, each run of white space as one space."""
    return re.sub(r"\s+", " ", read("pdftotext", "-raw", "-", given=pdf).replace("\f", " "))


def letters_of(pdf: bytes) -> str:
    """All text without white space: what was broken over two lines is whole again."""
    return re.sub(r"\s+", "", read("pdftotext", "-raw", "-", given=pdf))


def pages_of(pdf: bytes) -> int:
    """How many pages it has."""
    found = re.search(r"^Pages: +(\d+)$", read("pdfinfo", given=pdf), re.MULTILINE)
    assert found
    return int(found[1])
