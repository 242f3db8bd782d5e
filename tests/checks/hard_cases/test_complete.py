"""No row of the lists L (TLS) and W (web) goes without a test that bears its id and asserts something."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = [*(f"L{number:02}" for number in range(1, 18)), *(f"W{number:02}" for number in range(1, 12))]


def by_row() -> dict[str, list[ast.AST]]:
    """The tests of this folder by the id in their name."""
    found: dict[str, list[ast.AST]] = {}
    for path in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
                match := re.match(r"test_([LW]\d\d)_\w", node.name)
            ):
                found.setdefault(match[1], []).append(node)
    return found


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_test_that_asserts(row: str) -> None:
    assert any(isinstance(node, ast.Assert) for test in by_row().get(row, []) for node in ast.walk(test))


def test_no_test_bears_an_id_that_is_no_row() -> None:
    assert set(by_row()) <= set(ROWS)
