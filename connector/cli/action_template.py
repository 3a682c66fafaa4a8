"""What `new` writes: the JSON of an action whose words are still to do, and the line of code that goes with it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from connector.errors import DefinitionError

_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def document(key: str, group: str, method: str, path: str, summary: str | None) -> dict[str, Any]:
    """The definition of a new action."""
    names = re.findall(r"{([^}]*)}", path)
    filled = re.sub(r"{([^}]*)}", lambda match: f"example-{match.group(1).replace('_', '-')}", path)
    return {
        "key": key,
        "operationId": "".join(word.title() for word in key.split("_")),
        "summary": summary or key.replace("_", " ").capitalize(),
        "description": "TODO: what happens, and what a flow builder must know before running it.",
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
            {"status": 404, "code": "not_found", "sentence": "TODO: what is not there.", "hint": "TODO: what to do."}
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
        "description": "TODO: which one, and where its value is found.",
        "examples": [f"example-{name.replace('_', '-')}"],
        "x-in": "path",
        "x-ms-visibility": "important",
        "x-ms-url-encoding": "single",
    }


def _output() -> dict[str, Any]:
    return {
        "type": ["string", "null"],
        "title": "ID",
        "description": "TODO: what the value is good for.",
        "x-ms-visibility": "important",
    }


def _examples(method: str, path: str, inputs: dict[str, str]) -> list[dict[str, Any]]:
    request = {"method": method, "path": path}
    return [
        {
            "title": "TODO: a case from life",
            "inputs": inputs,
            "interactions": [{"request": request, "response": {"status": 200, "body": {"id": "example"}}}],
            "outputs": {"id": "example"},
        },
        {
            "title": "TODO: a case that is refused",
            "inputs": inputs,
            "interactions": [{"request": request, "response": {"status": 404, "body": {"message": "Not found"}}}],
            "error": {"code": "not_found"},
        },
    ]


def with_handler(path: Path, key: str, title: str) -> str:
    """The code of the group's module with the standard handler bound under the action's name.

    Raises:
        DefinitionError: The module is no Python, or has that name already.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else f'"""Handlers of the group “{title}”."""\n'
    try:
        statements = ast.parse(text).body
    except SyntaxError as error:
        raise DefinitionError(f"{path} is no Python (line {error.lineno}); nothing was changed.") from None
    if key in _names(statements):
        raise DefinitionError(f"{path} has the name “{key}” already; nothing was changed.")
    lines = text.rstrip().split("\n")
    if "send" not in _names(statements):
        lines[_end_of_imports(statements) :] = [*_import(statements), *lines[_end_of_imports(statements) :]]
    return "\n".join(lines) + f"\n\n{key} = send\n"


def _names(statements: list[ast.stmt]) -> set[str]:
    """What the module's own statements bind."""
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.ImportFrom | ast.Import):
            names |= {alias.asname or alias.name for alias in statement.names}
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return names


def _end_of_imports(statements: list[ast.stmt]) -> int:
    """The line after the last import at the top, or after the docstring."""
    end = 0
    for place, statement in enumerate(statements):
        is_docstring = place == 0 and isinstance(statement, ast.Expr)
        if not is_docstring and not isinstance(statement, ast.ImportFrom | ast.Import):
            break
        end = statement.end_lineno or 0
    return end


def _import(statements: list[ast.stmt]) -> list[str]:
    """The import of the standard handler, set apart where it is the first."""
    has_imports = any(isinstance(statement, ast.ImportFrom | ast.Import) for statement in statements)
    return [*([] if has_imports else [""]), "from connector.call import send"]
