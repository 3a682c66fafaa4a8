"""How a definition file is laid out: one way for all, so that a change shows as what it is and nothing else.

Two spaces for each level. An object or a list is on one line if it fits; otherwise, it has a line per entry. `python -m
connector.definition.formatter definitions` lays out every file of a folder, or the files named.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

WIDTH = 120
"""Characters in a line that holds a whole object or list; a long text makes a longer line."""
_INDENT = 2


def formatted(document: Any) -> str:
    """The text of a definition file."""
    return _value(document, 0, 0) + "\n"


def format_files(paths: list[Path]) -> list[Path]:
    """Lay out the JSON files that were named, and those in the folders that were named.

    Returns:
        The files that changed.

    Raises:
        ValueError: A file is not JSON.
        OSError: A file cannot be read or written.
    """
    files = [file for path in paths for file in (sorted(path.rglob("*.json")) if path.is_dir() else [path])]
    changed = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        new = formatted(json.loads(text))
        if new != text:
            file.write_text(new, encoding="utf-8")
            changed.append(file)
    return changed


def _value(value: Any, depth: int, column: int) -> str:
    """A value that begins at a column of a line at that depth."""
    line = _line(value)
    if not isinstance(value, dict | list) or not value or column + len(line) <= WIDTH:
        return line
    inside = (depth + 1) * _INDENT
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    if isinstance(value, dict):
        names = [f"{json.dumps(name, ensure_ascii=False)}: " for name in value]
        items = [
            name + _value(item, depth + 1, inside + len(name)) for name, item in zip(names, value.values(), strict=True)
        ]
    else:
        items = [_value(item, depth + 1, inside) for item in value]
    between = "\n" + " " * inside
    return f"{opening}{between}{f',{between}'.join(items)}\n{' ' * depth * _INDENT}{closing}"


def _line(value: Any) -> str:
    if isinstance(value, dict) and value:
        pairs = (f"{json.dumps(name, ensure_ascii=False)}: {_line(item)}" for name, item in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_line, value))}]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    for laid_out in format_files([Path(name) for name in sys.argv[1:]]):
        print(laid_out)  # noqa: T201
