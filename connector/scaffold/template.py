"""The definition of a new action: complete JSON, with a TODO for each text that only its author can write."""

from __future__ import annotations

import re
from typing import Any

_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def definition(key: str, group: str, method: str, path: str, summary: str | None) -> dict[str, Any]:
    """The definition of a new action."""
    names = re.findall(r"{([^}]*)}", path)
    filled = re.sub(r"{([^}]*)}", lambda match: f"example-{match.group(1).replace('_', '-')}", path)
    return {
        "key": key,
        "operationId": "".join(word.title() for word in key.split("_")),
        "summary": summary or key.replace("_", " ").capitalize(),
        "description": "TODO: what the action does, and what one must know before running it.",
        "group": group,
        "since": "0.1.0",
        "documented": False,
        "effects": {
            "readOnly": method == "GET",
            "destructive": method == "DELETE",
            "idempotent": method in {"GET", "PUT", "DELETE"},
        },
        "request": {"method": method, "path": path},
        "inputs": _object({name: _path_input(name) for name in names}, names),
        "outputs": _object({"id": _output()}, ["id"]),
        "errors": [
            {
                "status": 404,
                "code": "not_found",
                "sentence": "TODO: what was not found.",
                "hint": "TODO: what to do about it.",
            }
        ],
        "examples": _examples(method, filled, {name: f"example-{name.replace('_', '-')}" for name in names}),
    }


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _path_input(name: str) -> dict[str, Any]:
    return {
        "type": "string",
        "title": name.replace("_", " ").title().replace(" Id", " ID"),
        "description": "TODO: which one it is, and where to find the value.",
        "examples": [f"example-{name.replace('_', '-')}"],
        "x-in": "path",
        "x-ms-visibility": "important",
        "x-ms-url-encoding": "single",
    }


def _output() -> dict[str, Any]:
    return {
        "type": ["string", "null"],
        "title": "ID",
        "description": "TODO: what the value is.",
        "x-ms-visibility": "important",
    }


def _examples(method: str, path: str, inputs: dict[str, str]) -> list[dict[str, Any]]:
    request = {"method": method, "path": path}
    return [
        {
            "title": "TODO: a typical case",
            "inputs": inputs,
            "interactions": [{"request": request, "response": {"status": 200, "body": {"id": "example"}}}],
            "outputs": {"id": "example"},
        },
        {
            "title": "TODO: a rejected request",
            "inputs": inputs,
            "interactions": [{"request": request, "response": {"status": 404, "body": {"message": "Not found"}}}],
            "error": {"code": "not_found"},
        },
    ]
