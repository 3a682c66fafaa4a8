"""`definitions.json`: what the JavaScript runtime is driven by. Nothing that only people read is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.catalogue.action import Action
from connector.export.errors import cannot_export
from connector.export.schema_walk import Schema, map_schemas, types_of, walk
from connector.export.selection import ExportSelection

Keywords = frozenset[str]

SCHEMA: Keywords = frozenset(
    {
        *("$ref", "$defs", "type", "title", "enum", "const", "default", "examples", "pattern", "format"),
        *("minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items", "minItems"),
        *("maxItems", "uniqueItems", "properties", "required", "additionalProperties", "minProperties"),
        *("maxProperties", "writeOnly", "x-in", "x-name", "x-pointer", "x-map-key", "x-map-value", "x-spread"),
        *("x-from", "x-time", "x-text-for", "x-keep-empty", "x-ms-dynamic-values", "dependentRequired", "x-rules"),
        *("x-file", "x-array-style", "x-ms-url-encoding"),
    }
)
"""Keywords of fields that the runtime reads."""

CONNECTOR = (
    *("key", "title", "version", "baseUrl", "insecure", "headers", "query", "connection", "throttle", "retry"),
    *("timeouts", "limits", "errorBody", "requestId", "paging", "errors"),
)
ACTION = (
    *("key", "operationId", "summary", "group", "request", "inputs", "outputs", "outcomes", "errors"),
    *("pagination", "longRunning", "throttle", "idempotency"),
)

_FLAT = frozenset({"string", "integer", "number", "boolean"})


def document(selection: ExportSelection) -> dict[str, Any]:
    """The content of `definitions.json`.

    Raises:
        ExportError: An input travels where the runtime cannot put it, or a pattern is not JavaScript's.
    """
    manifest = selection.bundle.manifest
    whole = manifest.model_dump(mode="json", by_alias=True)
    connector = {name: whole[name] for name in CONNECTOR}
    connector["connection"] = {
        "properties": {
            name: {"title": field.title or name, "writeOnly": field.write_only}
            for name, field in manifest.connection.properties.items()
        }
    }
    connector["kinds"] = [
        kind.model_dump(mode="json", by_alias=True, exclude={"description"}, exclude_none=True)
        for kind in manifest.kinds
    ]
    operations = frozenset(action.operation_id for action in selection.actions)
    actions = {action.key: _action(action, operations) for action in selection.actions}
    return {"connector": connector, "defs": _shared_definitions(actions), "actions": actions}


def _shared_definitions(actions: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Take the `$defs` out of the actions that are the same wherever they are used, so that each is there once."""
    schemas = [action[part] for action in actions.values() for part in ("inputs", "outputs")]
    found: dict[str, list[Schema]] = {}
    for schema in schemas:
        for name, inner in schema.get("$defs", {}).items():
            found.setdefault(name, []).append(inner)
    shared = {name: all_[0] for name, all_ in sorted(found.items()) if all(inner == all_[0] for inner in all_)}
    for schema in schemas:
        own = {name: inner for name, inner in schema.pop("$defs", {}).items() if name not in shared}
        if own:
            schema["$defs"] = own
    return shared


def _action(action: Action, operations: frozenset[str]) -> dict[str, Any]:
    _require_expressible(action)
    definition = action.definition
    whole = definition.model_dump(mode="json", by_alias=True, exclude={"inputs", "outputs"})
    made: dict[str, Any] = _said({name: whole[name] for name in ACTION if name in whole})
    if not made["longRunning"]:
        del made["longRunning"]
    made["errors"] = [_said(error) for error in whole["errors"]]
    made["request"] = _said(whole["request"])
    for word in ("headers", "query", "optionalBody"):
        if not made["request"][word]:
            del made["request"][word]
    made["request"]["bodyDefaults"] = [_said(default) for default in whole["request"]["bodyDefaults"]]
    made["inputs"] = _lean(action.inputs, operations)
    made["outputs"] = _lean(action.outputs, operations, without=frozenset({"examples"}))
    made["names"] = {other: name for other, name in action.accepted_names.items() if other != name}
    made["aliases"] = _aliases(action)
    return made


def _said(part: dict[str, Any]) -> dict[str, Any]:
    """A part of a definition without the keywords that say nothing."""
    return {word: value for word, value in part.items() if value not in (None, "", []) or word == "at"}


def _aliases(action: Action) -> list[str]:
    """The names beside the inputs' own that people may mean when they mistype one."""
    fields = (action.definition.input(name) for name in action.definition.inputs.properties)
    return [alias for field in fields for alias in field.x_aliases]


def _lean(schema: Schema, operations: frozenset[str], without: Keywords = frozenset()) -> Schema:
    """The schema with the keywords that the runtime reads, and only choices that an action of the package can list."""
    made = map_schemas(schema, lambda inner: _lean(inner, operations, without))
    choices = made.get("x-ms-dynamic-values")
    if choices is not None and choices["operationId"] not in operations:
        del made["x-ms-dynamic-values"]
    if "examples" in made:
        # One is shown with a problem, and none of a secret.
        made["examples"] = made["examples"][:1]
    kept = SCHEMA - without - ({"examples"} if made.get("writeOnly") else set())
    return {word: value for word, value in made.items() if word in kept}


def _require_expressible(action: Action) -> None:
    for name in action.inputs["properties"]:
        field = action.definition.input(name)
        flat = set(field.types) <= _FLAT or field.types == ("array",)
        if field.x_in != "body" and not flat:
            raise cannot_export(action, f"the input “{name}” is not a plain value, which the {field.x_in} requires")
    for side, schema in (("input", action.inputs), ("output", action.outputs)):
        for name, inner in walk(schema):
            if types_of(inner) == ("null",):
                raise cannot_export(action, f"the {side} “{name}” can only be null")
