"""Failed rows become a file of their own, once for the same rows."""

from __future__ import annotations

from pathlib import Path

from connector.batch.retries import _copied


def test_failed_rows_are_copied_under_the_next_number_and_the_same_rows_only_once(tmp_path: Path) -> None:
    failed = tmp_path / "failed.csv"
    names = []
    for rows in ("id\n1\n", "id\n2\n", "id\n1\n", "id\n2\n", "id\n3\n"):
        failed.write_text(rows)
        copied = _copied(tmp_path, failed)
        assert copied.read_text() == rows
        names.append(copied.name)
    assert names == ["retry-1.csv", "retry-2.csv", "retry-1.csv", "retry-2.csv", "retry-3.csv"]
