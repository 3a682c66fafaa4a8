"""Lint says of each broken folder exactly what is recorded: every finding once, at its place, in these words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connector.lint.recorded import CASES, FILE, findings

RECORDED = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_the_findings_are_those_recorded(name: str, tmp_path: Path) -> None:
    assert findings(name, tmp_path) == RECORDED[name], "Run: python -m tests.connector.lint.recorded"


def test_nothing_else_is_recorded() -> None:
    assert RECORDED.keys() == CASES.keys()
