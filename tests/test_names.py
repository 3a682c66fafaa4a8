"""The code speaks the field's language: names of the old private one are not identifiers any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("connector", "actions", "sandbox", "benchmarks", "tests")

PRIVATE = re.compile(
    r"""
    ^_*(
      Judge\w* | judged? | judge_\w+ | misfits? | (?-i:Given) | Teller | tell | told | telling | patience
    | chance | deliver | give | refusals? | is_refusal | bounded | bounded_\w+ | signed
    | ring | rings | ring_\w+ | guard | shadow | floors? | hit | duty | duties | remedy
    | faces? | rooms? | box | boxes | answer | answers | answered | skeleton
    | (?-i:Record) | exchanges?
    )$
    """,
    re.VERBOSE | re.IGNORECASE,
)


def names(path: Path) -> Iterator[tuple[int, str]]:
    """The names that a file gives: of functions, classes, arguments, variables and attributes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_name_is_of_the_private_language(folder: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    found = [f"{path}:{line} {name}" for path in files for line, name in names(path) if PRIVATE.match(name)]
    assert found + [str(path) for path in files if PRIVATE.match(path.stem)] == []


@pytest.mark.parametrize("code", ["def judge(x): pass", "told = 1", "class Ring: pass", "def f(box): pass"])
def test_such_a_name_is_seen(code: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(code)
    assert any(PRIVATE.match(name) for _, name in names(path))
