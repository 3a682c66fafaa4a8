"""The definition of a new action: with a TODO for each text that only its author can write."""

from __future__ import annotations

import re
from typing import Any


def definition(key: str, method: str, path: str, summary: str | None, since: str | None) -> dict[str, Any]:
    """The definition of a new action, as its file has it; names in braces in the path become inputs."""
    inputs = {name: f"example-{name.replace('_', '-')}" for name in re.findall(r"{([^}]*)}", path)}
    return {
        "operationId": "".join(word.title() for word in key.split("_")),
        "summary": summary or key.replace("_", " ").capitalize(),
        "description": "TODO: what the action does, and what one must know before running it.",
        **({"since": since} if since else {}),
        **({"effects": {"destructive": False}} if method == "POST" else {}),
        "request": {"method": method, "path": path},
        "inputs": {"properties": {name: _input(name, example) for name, example in inputs.items()}} if inputs else {},
        "outputs": {"properties": {"id": {"title": "ID", "description": "TODO: what the value is."}}},
        "errors": [
            {
                "status": 404,
                "code": "not_found",
                "sentence": "TODO: what was not found.",
                "hint": "TODO: what to do about it.",
            }
        ],
        "examples": [
            {
                "title": "TODO: a typical case",
                "inputs": inputs,
                "interactions": [{"response": {"body": {"id": "example"}}}],
                "outputs": {"id": "example"},
            },
            {
                "title": "TODO: a rejected request",
                "inputs": inputs,
                "interactions": [{"response": {"status": 404, "body": {"message": "Not found"}}}],
                "error": {"code": "not_found"},
            },
        ],
    }


def _input(name: str, example: str) -> dict[str, Any]:
    return {
        "title": name.replace("_", " ").title().replace(" Id", " ID"),
        "description": "TODO: which one it is, and where to find the value.",
        "examples": [example],
    }
