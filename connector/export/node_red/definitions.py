"""`definitions.json`: what the runtime in the package is driven by, and what the nodes are called."""

from __future__ import annotations

import json
from typing import Any

from connector.export.javascript import definitions
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection


def document(selection: ExportSelection, names: PackageNames) -> bytes:
    """The file's content.

    Raises:
        ExportError: The runtime cannot put an input into the request, or a pattern is not valid in JavaScript.
    """
    whole = definitions.document(selection)
    connector = whole["connector"]
    made = {
        "types": {"connection": names.connection, "groups": dict(names.groups)},
        "connector": {**connector, "userAgent": f"{names.package}/{connector['version']}"},
        "actions": {key: _with_definitions(action, whole["defs"]) for key, action in whole["actions"].items()},
    }
    return (json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _with_definitions(action: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """The action with the definitions that it refers to in their place."""
    made = {"outcomes": [], "errors": [], **action}
    for part in ("inputs", "outputs"):
        schema = action[part]
        used = _used(schema, {**shared, **schema.get("$defs", {})})
        if used:
            made[part] = {**schema, "$defs": used}
    return made


def _used(schema: Any, known: dict[str, Any]) -> dict[str, Any]:
    """The definitions that a schema refers to, and that these refer to."""
    used: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
            name = value["$ref"].removeprefix("#/$defs/") if isinstance(value.get("$ref"), str) else None
            if name is not None and name not in used:
                used[name] = known[name]
                waiting.append(known[name])
    return dict(sorted(used.items()))
