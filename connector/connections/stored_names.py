"""The file with the names of the stored connections; it holds no secrets.

Kept free of the models, so that a shell completes the names instantly.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from connector import state_dir

Entries = dict[str, dict[str, Any]]
"""Connections by name, each with its `base_url`, `allow_insecure`, `kind`, the `fields` that are not secret, and
`default` for one of them."""


def read(connector: str) -> Entries:
    """The stored connections of the connector with that key.

    Raises:
        StateError: The file is damaged.
    """
    path = _file(connector)
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(stored, dict) or not all(isinstance(entry, dict) for entry in stored.values()):
            raise ValueError
    except (ValueError, RecursionError, OSError):
        raise state_dir.StateError(
            f"The file {path} is damaged and cannot be read.",
            hint="Move it away and add the connections again. It contains no secrets.",
        ) from None
    return stored


def write(connector: str, entries: Entries) -> None:
    """Replace the stored connections of a connector."""
    content = json.dumps(entries, ensure_ascii=False, indent=2, sort_keys=True)
    state_dir.write_private(_file(connector), content.encode())


def _file(connector: str) -> Path:
    return state_dir.folder() / f"{connector}-connections.json"
