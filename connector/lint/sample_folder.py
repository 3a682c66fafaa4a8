"""The smallest connector folder that satisfies every rule; the rules' examples are changes to it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACTION = "definitions/things/get_thing.json"
CONNECTOR = "definitions/connector.json"
HANDLERS = "actions/things.py"

FILES: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""The files by path: JSON, or text."""
ICON: str = FILES["icons/connector.svg"]


def with_inputs(**fields: Any) -> dict[str, Any]:
    """A change to inputs of the action, by name."""
    return {ACTION: {"inputs": {"properties": fields}}}


def with_outputs(**fields: Any) -> dict[str, Any]:
    """A change to outputs of the action, by name."""
    return {ACTION: {"outputs": {"properties": fields}}}


def write(folder: Path, changes: Mapping[str, Any]) -> Path:
    """Write the sample folder with changes by file: a JSON merge patch (RFC 7396), text, bytes, or None to omit it."""
    for name in [*FILES, *(name for name in changes if name not in FILES)]:
        content = FILES.get(name, {})
        if name in changes:
            change = changes[name]
            content = merged(content, change) if isinstance(change, dict) else change
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def merged(document: Any, patch: Any) -> Any:
    """The document after a JSON merge patch: objects are merged, null removes, anything else replaces."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
