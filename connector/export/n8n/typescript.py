"""Plain data as TypeScript source, in the house style of n8n's own nodes: tabs, single quotes, trailing commas."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


@dataclass(frozen=True)
class Code:
    """TypeScript that is put into data unchanged: the name of a function, a call."""

    text: str


def source(value: Any, depth: int = 0) -> str:
    """The expression that makes the value; `depth` is how far the lines after the first are indented, in tabs."""
    if isinstance(value, Code):
        return value.text
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        entries = [f"{name(key)}: {source(item, depth + 1)}" for key, item in value.items()]
        return _block("{", entries, "}", depth)
    if isinstance(value, list | tuple):
        return _block("[", [source(item, depth + 1) for item in value], "]", depth)
    return json.dumps(value, allow_nan=False)


def text(value: str) -> str:
    """A string literal in single quotes."""
    inner = json.dumps(value, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    # These two end a line for JavaScript, not for JSON.
    return "'" + inner.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "'"


def name(key: str) -> str:
    """A property's name, in quotes only where it needs them."""
    return key if _NAME.fullmatch(key) else text(key)


def _block(start: str, entries: list[str], end: str, depth: int) -> str:
    if not entries:
        return start + end
    if all(re.fullmatch(r"[^\n]{0,30}", entry) for entry in entries) and sum(map(len, entries)) < 80:  # noqa: PLR2004
        inside = ", ".join(entries)
        return f"{start} {inside} {end}" if start == "{" else f"{start}{inside}{end}"
    indent = "\t" * (depth + 1)
    lines = "".join(f"{indent}{entry},\n" for entry in entries)
    return f"{start}\n{lines}" + "\t" * depth + end
