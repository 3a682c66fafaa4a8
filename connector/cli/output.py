"""Results on stdout: JSON for programs, tables for people. Messages go to stderr, through `console`."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from connector.cli import layout
from connector.definition.file_value import CONTENT, CONTENT_TYPE, FILENAME, File, FileError
from connector.secrets import printable

_MAX_EMPTY_SHOWN = 5
_TIME_AS_TEXT = "_iso"
"""What the name of a time as text ends in, where the same time is also a number."""
_TIME = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+Z$")
"""A time with parts of a second, which people do not need."""


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON with readable letters; terminal controls, and what stdout cannot encode, are escaped."""
    text = json.dumps(value, ensure_ascii=not _stdout_is_unicode(), indent=indent)
    return "".join(char if _is_safe(char) else json.dumps(char)[1:-1] for char in text)


def _is_safe(char: str) -> bool:
    return char.isprintable() or char == "\n" or unicodedata.category(char) == "Zs"


def _stdout_is_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")


def to_json_lines(rows: Iterable[Any]) -> str:
    """JSON Lines: each row as JSON on a line of its own."""
    return "".join(f"{to_json(row, indent=None)}\n" for row in rows)


def to_csv(rows: Sequence[Any], columns: Sequence[str] = ()) -> str:
    """CSV with a header, quoted as RFC 4180 has it; what is not an object is a row with the column `value`."""
    records = [row if isinstance(row, dict) else {"value": row} for row in rows]
    names = columns or list(dict.fromkeys(name for record in records for name in record))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([names, *([_plain(record.get(name)) for name in names] for record in records)])
    return file.getvalue()


def to_text(rows: Iterable[Any]) -> str:
    """Values for a shell: those of a row in a line, separated by tabs."""
    lines = (
        "\t".join(map(_plain, row.values() if isinstance(row, dict) else row if isinstance(row, list) else [row]))
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def _plain(value: Any) -> str:
    """A value as text, an object or a list as JSON, and nothing for null."""
    text = "" if value is None else value if isinstance(value, str) else to_json(value, indent=None)
    return _safe(text) if sys.stdout.isatty() else text


def without_empty(value: Any) -> Any:
    """The value without nulls, empty texts, lists and objects, at any depth."""
    if isinstance(value, dict):
        kept = {name: without_empty(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if not _is_empty(item)}
    if isinstance(value, list):
        return [item for item in map(without_empty, value) if not _is_empty(item)]
    return value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def to_table(value: Any) -> str:
    """Fields as names beside values, and each list of rows as a table below.

    A few empty fields are shown; many are only counted, because they would hide the others. A time that is there as a
    number and as text is shown as text.
    """
    if isinstance(value, list):
        return _rows_table(value)
    if not isinstance(value, dict):
        return _cell(value)
    fields = [(_safe(name), _cell(item)) for name, item in _without_doubles(value).items() if not _is_rows(item)]
    empty = sum(not cell for _, cell in fields)
    hide_empty = empty > _MAX_EMPTY_SHOWN
    lines = layout.name_value_lines([(name, cell) for name, cell in fields if cell or not hide_empty])
    lines += [f"({empty} more fields are empty)"] if hide_empty else []
    parts = ["\n".join(lines)] if lines else []
    parts += [f"{_safe(name)} ({len(item)})\n{_rows_table(item)}" for name, item in value.items() if _is_rows(item)]
    return "\n\n".join(parts) or "(empty)"


def _without_doubles(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without the numbers of times that are there as text, too."""
    return {name: value for name, value in fields.items() if f"{name}{_TIME_AS_TEXT}" not in fields}


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _rows_table(rows: list[Any]) -> str:
    if not rows:
        return "(none)"
    if not _is_rows(rows):
        return "\n".join(_cell(row) for row in rows)
    every = _without_doubles(dict.fromkeys(name for row in rows for name in row))
    names = [name for name in every if _has_value(name, rows)]
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
    if isinstance(value, dict) and (file := _file_cell(value)):
        return _safe(file)
    if isinstance(value, str):
        return _safe(_TIME.sub(r"\1Z", value))
    return _safe(json.dumps(value, ensure_ascii=False))


def _file_cell(file: dict[str, Any]) -> str:
    """A file in a table: its name or path, its type and its size; empty for an object that is not a file."""
    try:
        size = [f"{len(File.from_json(file).read()):,} bytes"] if CONTENT in file else []
    except FileError:
        return ""
    content_type, path = file.get(CONTENT_TYPE), file.get("$path")
    if not isinstance(content_type, str) or not (size or path):
        return ""
    return f"{path or file.get(FILENAME) or 'a file'} ({', '.join([content_type, *size])})"


def _safe(text: str) -> str:
    """The text without terminal controls and lone surrogates, which cannot be written."""
    return printable(text)
