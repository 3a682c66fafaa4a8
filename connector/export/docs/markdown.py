"""Markdown as GitHub and most other readers understand it: texts that stay texts, tables, links to headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

_SPECIAL = re.compile(r"([\\`*\[\]<>|~]|(?<!\w)_|_(?!\w))")
_FIRST = re.compile(r"^(\s*)([#+\-]|\d+(?=[.)]))")


def text(plain: str) -> str:
    """A text in which nothing is taken for Markdown, on one line."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(plain.split()))
    return _FIRST.sub(lambda match: f"{match[1]}\\{match[2]}" if not match[2].isdigit() else match[0], escaped)


def code(plain: str) -> str:
    """A name or a value as it is typed. Inside a table a bar must be escaped even here."""
    fence = "``" if "`" in plain else "`"
    pad = " " if "`" in plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}".replace("|", "\\|")


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the cells are Markdown already."""
    lines = [f"| {' | '.join(headers)} |", f"|{'---|' * len(headers)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def anchor(heading: str) -> str:
    """The name under which GitHub links to a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def json_block(value: Any) -> str:
    """A value as a block of JSON."""
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```"
