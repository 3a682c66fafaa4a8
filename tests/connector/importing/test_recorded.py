"""An import makes of each description exactly what is recorded: the connector, its actions, the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connector.importing.recorded import CASES, FILE, imported

RECORDED = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("description", CASES, ids=lambda path: path.stem)
def test_an_import_makes_what_is_recorded(description: Path, tmp_path: Path) -> None:
    made = imported(description, tmp_path)
    recorded = RECORDED[description.stem]
    assert made == recorded, "Run: python -m tests.connector.importing.recorded"
    assert list(made) == list(recorded)


def test_nothing_else_is_recorded() -> None:
    assert RECORDED.keys() == {path.stem for path in CASES}
