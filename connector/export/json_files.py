"""Values as the content of JSON files."""

from __future__ import annotations

import json
from typing import Any


def json_bytes(value: Any, *, ascii_only: bool = False) -> bytes:
    """A value as the content of a JSON file, indented; `ascii_only` for readers that do not expect UTF-8."""
    return (json.dumps(value, ensure_ascii=ascii_only, indent=2) + "\n").encode()
