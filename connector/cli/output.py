"""Results on stdout: JSON for programs, tables for people. Messages go to stderr, through `console`."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

from connector.cli import layout
from connector.secrets import printable

_MAX_EMPTY_SHOWN = 5


def to_json(value: Any) -> str:
    """A value as JSON with readable letters; terminal controls, and what stdout cannot encode, are escaped."""
    text = json.dumps(value, ensure_ascii=not _stdout_is_unicode(), indent=2)
    return "".join(char if _is_safe(char) else json.dumps(char)[1:-1] for char in text)


def _is_safe(char: str) -> bool:
    return char.isprintable() or char == "\n" or unicodedata.category(char) == "Zs"


def _stdout_is_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")


def to_table(value: Any) -> str:
    """Fields as names beside values, and each list of rows as a table below.

    A few empty fields are shown; many are only counted, because they would hide the others.
    """
    if isinstance(value, list):
        return _rows_table(value)
    if not isinstance(value, dict):
        return _cell(value)
    fields = [(_safe(name), _cell(item)) for name, item in value.items() if not _is_rows(item)]
    empty = sum(not cell for _, cell in fields)
    hide_empty = empty > _MAX_EMPTY_SHOWN
    lines = layout.name_value_lines([(name, cell) for name, cell in fields if cell or not hide_empty])
    lines += [f"({empty} more fields are empty)"] if hide_empty else []
    parts = ["\n".join(lines)] if lines else []
    parts += [f"{_safe(name)} ({len(item)})\n{_rows_table(item)}" for name, item in value.items() if _is_rows(item)]
    return "\n\n".join(parts)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _rows_table(rows: list[Any]) -> str:
    if not rows:
        return "(none)"
    if not _is_rows(rows):
        return "\n".join(_cell(row) for row in rows)
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if _has_value(name, rows)]
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    return table([_safe(name) for name in names], cells) if names else "(all empty)"


def _has_value(name: str, rows: list[dict[str, Any]]) -> bool:
    return any(row.get(name) is not None for row in rows)


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that fits the terminal."""
    return layout.table(headers, [[_safe(cell) for cell in row] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(map(_cell, value)) if value else "(none)"
    return _safe(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _safe(text: str) -> str:
    """The text without terminal controls and lone surrogates, which cannot be written."""
    return printable(text).encode("utf-8", "replace").decode()
