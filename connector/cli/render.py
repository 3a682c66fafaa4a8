"""Results on stdout: JSON for programs, tables for people."""

from __future__ import annotations

import json
import shutil
import textwrap
from typing import Any

from tabulate import tabulate

from connector.redact import printable

_NARROWEST = 12


def width() -> int:
    """Columns of the terminal."""
    return shutil.get_terminal_size((100, 24)).columns


def wrap(text: str) -> str:
    """A paragraph, broken at the terminal's width."""
    return textwrap.fill(text, min(width(), 100))


def as_json(value: Any) -> str:
    """A value as JSON with readable letters; control characters stay escaped, as JSON does it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(char if char == "\n" or char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def grid(headers: list[str], rows: list[list[str]]) -> str:
    """A table that fits the terminal: the last column is broken, the others keep their lines."""
    clean = [[printable(cell) for cell in row] for row in rows]
    needed = [max(len(row[place]) for row in [headers, *clean]) for place in range(len(headers))]
    widths = _fitting(needed, width() - 2 * len(headers))
    return tabulate(clean, headers=headers, tablefmt="simple", maxcolwidths=widths, disable_numparse=True)


def _fitting(needed: list[int], room: int) -> list[int]:
    """Column widths that together fit the room; the widest column gives first."""
    widths = list(needed)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        widths[widest] = max(_NARROWEST, widths[widest] - (sum(widths) - room), sorted(widths)[-2] - 1)
    return widths


def as_table(value: Any) -> str:
    """Fields as a table of names and values; each list of rows as a table of its own below."""
    if isinstance(value, list):
        return _rows_table(value)
    if not isinstance(value, dict):
        return printable(_cell(value))
    flat = {name: item for name, item in value.items() if not _is_rows(item)}
    parts = [grid(["Field", "Value"], [[name, _cell(item)] for name, item in flat.items()])] if flat else []
    parts += [f"{name} ({len(item)})\n{_rows_table(item)}" for name, item in value.items() if _is_rows(item)]
    return "\n\n".join(parts)


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _rows_table(rows: list[Any]) -> str:
    if not _is_rows(rows):
        return "\n".join(printable(_cell(row)) for row in rows)
    names = [name for name in rows[0] if any(row.get(name) is not None for row in rows)]
    return grid(names, [[_cell(row.get(name)) for name in names] for row in rows])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
