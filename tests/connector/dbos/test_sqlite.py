"""A machine whose SQLite is too old for DBOS is said plainly, before anything is kept."""

from __future__ import annotations

import sqlite3
import sys

import pytest

from connector.batch.journal import BatchError
from connector.dbos import check_sqlite


@pytest.mark.parametrize(
    ("python", "sqlite", "fits"),
    [((3, 11, 7), (3, 40, 1), True), ((3, 12, 1), (3, 40, 1), False), ((3, 13, 0), (3, 42, 0), True)],
)
def test_a_newer_python_needs_a_newer_sqlite(
    python: tuple[int, ...], sqlite: tuple[int, ...], fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", python)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", sqlite)
    check_sqlite("postgresql://localhost/x")
    if fits:
        check_sqlite("sqlite:///x")
    else:
        with pytest.raises(BatchError, match=r"SQLite 3\.42 or newer"):
            check_sqlite("sqlite:///x")
