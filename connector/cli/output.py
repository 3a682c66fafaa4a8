"""Results on stdout: JSON for programs, tables for people."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import Any

from connector.cli import columns
from connector.secrets import printable

_MOST_EMPTY = 5


def as_json(value: Any) -> str:
    """A value as JSON with readable letters; what steers a terminal, or what stdout cannot write, is escaped."""
    text = json.dumps(value, ensure_ascii=not _speaks_unicode(), indent=2)
    return "".join(char if _is_letter(char) else json.dumps(char)[1:-1] for char in text)


def _is_letter(char: str) -> bool:
    return char.isprintable() or char == "\n" or unicodedata.category(char) == "Zs"


def _speaks_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")


def grid(headers: list[str], rows: list[list[str]]) -> str:
    """A table that fits the terminal."""
    return columns.grid(headers, [[_shown(cell) for cell in row] for row in rows])


def as_table(value: Any) -> str:
    """Fields as a table of names and values; each list of rows as a table of its own below.

    A few empty fields are shown as such; many are only counted, for they would hide the others.
    """
    if isinstance(value, list):
        return _rows_table(value)
    if not isinstance(value, dict):
        return _shown(_cell(value))
    flat = [(_shown(name), _shown(_cell(item))) for name, item in value.items() if not _is_rows(item)]
    empty = sum(not cell for _, cell in flat)
    lines = columns.pairs(flat if empty <= _MOST_EMPTY else [(name, cell) for name, cell in flat if cell])
    lines += [f"({empty} more fields are empty)"] if empty > _MOST_EMPTY else []
    parts = ["\n".join(lines)] if lines else []
    parts += [f"{_shown(name)} ({len(item)})\n{_rows_table(item)}" for name, item in value.items() if _is_rows(item)]
    return "\n\n".join(parts)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _rows_table(rows: list[Any]) -> str:
    if not rows:
        return "(none)"
    if not _is_rows(rows):
        return "\n".join(_shown(_cell(row)) for row in rows)
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if _holds_something(name, rows)]
    return grid(names, [[_cell(row.get(name)) for name in names] for row in rows]) if names else "(all empty)"


def _holds_something(name: str, rows: list[dict[str, Any]]) -> bool:
    return any(row.get(name) is not None for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ", ".join(map(_cell, value)) if value else "(none)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(text: str) -> str:
    """The text without what a terminal would obey, and without halves of characters, which cannot be written."""
    return printable(text).encode("utf-8", "replace").decode()
