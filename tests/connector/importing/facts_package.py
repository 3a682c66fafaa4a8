"""A package in the shape of the customer's own, made from the table of facts that the tests keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]

TABLE: dict[str, Any] = json.loads((Path(__file__).parents[2] / "facts" / "table.json").read_text(encoding="utf-8"))


def write_package(folder: Path, swagger: Json, properties: Json | None = None) -> Path:
    """Write the two files of a package, in the layout of `paconn`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "apiDefinition.swagger.json").write_text(json.dumps(swagger), encoding="utf-8")
    written = {"properties": {"iconBrandColor": "#da3b01", **(properties or {})}}
    (folder / "apiProperties.json").write_text(json.dumps(written), encoding="utf-8")
    return folder


def facts_package(folder: Path) -> Path:
    """The package of the table: an API key, and an operation for each documented action."""
    paths: Json = {}
    for operation_id, facts in TABLE.items():
        paths.setdefault(facts["path"], {})[facts["method"].lower()] = _operation(operation_id, facts)
    swagger = {
        "swagger": "2.0",
        "info": {"title": "Messages", "description": "Sends messages.", "version": "1.0"},
        "host": "api.example.com",
        "basePath": "/",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "securityDefinitions": {"api_key": {"type": "apiKey", "in": "header", "name": "Authorization"}},
        "security": [{"api_key": []}],
    }
    parameter = {
        "type": "securestring",
        "uiDefinition": {"displayName": "API key", "constraints": {"required": "true"}},
    }
    return write_package(folder, swagger, {"connectionParameters": {"api_key": parameter}})


def _operation(operation_id: str, facts: Json) -> Json:
    parameters = [
        {"name": key, "in": place, "required": required, "type": kind, "x-ms-summary": title}
        for key, place, _, kind, title, required in facts["parameters"]
        if place != "body"
    ]
    body = [
        (path, kind, title, required)
        for _, place, path, kind, title, required in facts["parameters"]
        if place == "body"
    ]
    if body:
        needed = any(required for *_, required in body)
        parameters.append({"name": "body", "in": "body", "required": needed, "schema": _schema(body)})
    returns = [(path, kind, title, False) for path, kind, title in facts["returns"]]
    response: Json = {"description": "OK"}
    if returns:
        lists = {path for path, kind, *_ in returns if kind == "array of object"}
        inside = [
            (_with_brackets(path, lists), kind, title, needed)
            for path, kind, title, needed in returns
            if kind != "array of object"
        ]
        response["schema"] = _schema(inside)
    elif facts["response"]:
        response["schema"] = {"type": facts["response"]}
    return {
        "operationId": operation_id,
        "summary": facts["summary"],
        "description": f"{facts['summary']}.",
        "parameters": parameters,
        "responses": {"200": response},
    }


def _with_brackets(path: str, lists: set[str]) -> str:
    for name in sorted(lists, key=len, reverse=True):
        if path.startswith(f"{name}."):
            return f"{_with_brackets(name, lists)}[]{path[len(name) :]}"
    return path


def _schema(leaves: list[tuple[str, str, str, bool]]) -> Json:
    """The schema with these leaves, by paths such as `a.b[].c`."""
    root: Json = {}
    for path, kind, title, required in leaves:
        node = root
        for step in path.replace("[]", ".[]").strip(".").split("."):
            if step == "[]":
                node["type"] = "array"
                node = node.setdefault("items", {})
                continue
            node["type"] = "object"
            if required:
                node["required"] = sorted({*node.get("required", []), step})
            node = node.setdefault("properties", {}).setdefault(step, {})
        node["title"] = title
        if kind.startswith("array of "):
            node |= {"type": "array", "items": {"type": kind.removeprefix("array of ")}}
        else:
            node["type"] = kind
    return root
