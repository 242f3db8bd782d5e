"""Every row of the house's list of hard cases about mail has a test that bears its id: in the name of the test
(``test_t28_…``) or of one case of it (``id="T28-…"``). Ids are never used again, so a row that is dropped stays out.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# M: finding the mail hosts, S: SMTP and STARTTLS, T: TLSA and DANE, P: MTA-STS and TLS reporting beside DANE.
ROWS = {"M": 17, "S": 34, "T": 63, "P": 9}
IDS = tuple(f"{section}{number:02}" for section, last in ROWS.items() for number in range(1, last + 1))
_IN_NAME = re.compile(r"(?<=_)[mstp]\d\d(?=_)")
_IN_CASE = re.compile(r"\b[MSTP]\d\d\b")


@cache
def borne() -> frozenset[str]:
    """The ids that tests bear."""
    return frozenset(found for file in TESTS.rglob("test_*.py") for found in _ids(ast.parse(file.read_text("utf-8"))))


def _ids(tree: ast.AST) -> list[str]:
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            found += (match.upper() for match in _IN_NAME.findall(node.name))
        elif isinstance(node, ast.keyword) and node.arg in ("id", "ids"):
            texts = (part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant))
            found += (match for text in texts if isinstance(text, str) for match in _IN_CASE.findall(text))
    return found


@pytest.mark.parametrize("row", IDS)
def test_a_row_of_the_list_has_a_test_that_bears_its_id(row: str) -> None:
    assert row in borne()


def test_only_names_and_cases_of_tests_bear_an_id() -> None:
    tree = ast.parse('"T99"\n# T98\ndef test_t97_x(): pass\ndef t96_x(): pass\nparam(1, id="T95-x")\nparam("T94")\n')
    assert _ids(tree) == ["T97", "T95"]
