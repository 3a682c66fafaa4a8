"""Markdown for GitHub and most other readers: escaped text, code, tables, anchors of headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

_SPECIAL = re.compile(r"([\\`*\[\]<>|~]|(?<!\w)_|_(?!\w))")
_BAR = re.compile(r"(?<!\\)\|")
_FIRST = re.compile(r"^(\s*)([#+\-]|\d+(?=[.)]))")


def text(plain: str) -> str:
    """A text with every Markdown character escaped, on one line."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(plain.split()))
    return _FIRST.sub(lambda match: f"{match[1]}\\{match[2]}" if not match[2].isdigit() else match[0], escaped)


def code(plain: str) -> str:
    """A name or a value as inline code."""
    fence = "``" if "`" in plain else "`"
    pad = " " if "`" in plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown; bars in code, which `text` does not see, are escaped."""
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join(lines)


def _cell(markdown: str) -> str:
    return _BAR.sub(r"\|", markdown)


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def json_block(value: Any) -> str:
    """A value as a block of JSON code."""
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```"
