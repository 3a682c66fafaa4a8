"""Every export writes of a small connector, word for word, what is recorded."""

from __future__ import annotations

import pytest

from tests.connector.export.recorded import CASES, FOLDER, path, written


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_an_export_writes_what_is_recorded(name: str, kind: str) -> None:
    assert written(name, kind) == path(name, kind).read_text(encoding="utf-8"), (
        "Run: python -m tests.connector.export.recorded"
    )


def test_nothing_else_is_recorded() -> None:
    assert sorted(FOLDER.iterdir()) == sorted(path(name, kind) for name, kind in CASES)
