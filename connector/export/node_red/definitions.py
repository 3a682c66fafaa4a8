"""`definitions.json`: the definitions for the runtime in the package, without texts for people."""

from __future__ import annotations

import json
from typing import Any

from connector.catalogue.action import Action
from connector.export.errors import cannot_export
from connector.export.node_red.package_names import PackageNames
from connector.export.schema_walk import Schema, map_schemas, types_of, walk
from connector.export.selection import ExportSelection
from connector.validation.normalize import accepted_names

KEPT = frozenset(
    {
        *("$ref", "$defs", "type", "title", "enum", "const", "default", "pattern", "format", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items", "minItems", "maxItems"),
        *("uniqueItems", "properties", "required", "additionalProperties", "minProperties", "maxProperties"),
        *("writeOnly", "x-in", "x-name", "x-pointer", "x-map-key", "x-map-value", "x-spread", "x-from", "x-time"),
        *("x-text-for", "x-keep-empty", "x-ms-dynamic-values"),
    }
)
"""Keywords that the runtime reads."""
LEFT_OUT = frozenset(
    {
        # For people; the form and the help have them.
        *("description", "examples", "deprecated", "x-ms-visibility"),
        # The runtime does not check rules across fields.
        *("dependentRequired", "x-rules"),
        # `names` has the other names of an input.
        *("x-path", "x-aliases"),
        # For hosts that encode in another way; the runtime encodes every part of a URL once and fully.
        "x-ms-url-encoding",
        "$schema",
    }
)
"""Keywords that it does not need."""

_CONNECTOR = (
    *("key", "title", "version", "baseUrl", "authorization", "throttle", "retry", "timeouts", "limits"),
    *("errorBody", "requestId", "paging", "errors"),
)
_FLAT = frozenset({"string", "integer", "number", "boolean"})


def document(selection: ExportSelection, names: PackageNames) -> bytes:
    """The file's content.

    Raises:
        ExportError: The runtime cannot put an input into the request, or a pattern is not valid in JavaScript.
    """
    whole = selection.bundle.manifest.model_dump(mode="json", by_alias=True)
    connector = {name: whole[name] for name in _CONNECTOR}
    connector["userAgent"] = f"{names.package}/{whole['version']}"
    connection = selection.bundle.manifest.connection
    connector["connection"] = {
        "required": connection.required,
        "properties": {
            name: {"title": field.title or name, "writeOnly": field.write_only}
            for name, field in connection.properties.items()
        },
    }
    operations = frozenset(action.operation_id for action in selection.actions)
    made = {
        "types": {"connection": names.connection, "groups": dict(names.groups)},
        "connector": connector,
        "actions": {action.key: _action(action, operations) for action in selection.actions},
    }
    return (json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _action(action: Action, operations: frozenset[str]) -> dict[str, Any]:
    _require_places(action)
    made: dict[str, Any] = {
        "key": action.key,
        "operationId": action.operation_id,
        "summary": action.summary,
        "group": action.group,
        "request": action.document["request"],
        "inputs": _lean(action.inputs, KEPT, operations),
        "outputs": _lean(action.outputs, KEPT - {"title"}, operations),
        "names": {other: name for other, name in accepted_names(action.definition).items() if other != name},
        "outcomes": action.definition.outcomes,
        "errors": action.document.get("errors", []),
    }
    definition = action.definition
    for word, part in (
        ("pagination", definition.pagination),
        ("throttle", definition.throttle),
        ("idempotency", definition.idempotency),
    ):
        if part is not None:
            made[word] = part.model_dump(mode="json", by_alias=True)
    return made


def _lean(schema: Schema, kept: frozenset[str], operations: frozenset[str]) -> Schema:
    """The schema with the keywords that the runtime reads, and only choices that an action of the package lists."""
    made = map_schemas(schema, lambda inner: _lean(inner, kept, operations))
    choices = made.get("x-ms-dynamic-values")
    if choices is not None and choices["operationId"] not in operations:
        del made["x-ms-dynamic-values"]
    return {word: value for word, value in made.items() if word in kept}


def _require_places(action: Action) -> None:
    for name in action.inputs["properties"]:
        field = action.definition.input(name)
        flat = set(field.types) <= _FLAT or (field.x_in == "query" and field.types == ("array",))
        if field.x_in != "body" and not flat:
            raise cannot_export(action, f"the input “{name}” is not a plain value, which the {field.x_in} requires")
    for side, schema in (("input", action.inputs), ("output", action.outputs)):
        for name, inner in walk(schema):
            if types_of(inner) == ("null",):
                raise cannot_export(action, f"the {side} “{name}” can only be null")
            if mark := _python_only(inner.get("pattern", "")):
                raise cannot_export(
                    action, f"the pattern of the {side} “{name}” has “{mark}”, which is not valid in JavaScript"
                )
    for error in action.definition.errors:
        if mark := _python_only(error.pattern or ""):
            raise cannot_export(
                action, f"the pattern of the error “{error.code}” has “{mark}”, which is not valid in JavaScript"
            )


def _python_only(pattern: str) -> str | None:
    """The part of a regular expression that only Python knows."""
    marks = ("(?P", "(?i", "(?a", "(?s", "(?m", "(?x", "(?>", "\\A", "\\Z", "++", "*+")
    return next((mark for mark in marks if mark in pattern), None)
