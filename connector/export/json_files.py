"""Values as the content of JSON files."""

from __future__ import annotations

import json
from typing import Any


def json_bytes(value: Any, *, ascii_only: bool = False) -> bytes:
    """A value as the content of a JSON file, indented; `ascii_only` for readers that do not expect UTF-8."""
    return (json.dumps(value, ensure_ascii=ascii_only, indent=2) + "\n").encode()


def compact_json_bytes(value: Any) -> bytes:
    """A value as a JSON file for programs alone: on one line, without blanks."""
    return (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def dense_json_bytes(value: Any, levels: int) -> bytes:
    """A value in ASCII as a JSON file that has to be small: what is below so many objects is on one line."""
    return (_dense(value, levels, "") + "\n").encode()


def _dense(value: Any, levels: int, indent: str) -> str:
    if not levels or not isinstance(value, dict) or not value:
        return json.dumps(value, separators=(",", ":"))
    inner = indent + "  "
    lines = (f"{inner}{json.dumps(key)}: {_dense(item, levels - 1, inner)}" for key, item in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
