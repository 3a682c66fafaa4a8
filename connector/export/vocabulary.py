"""The schemas of definitions as plain JSON: walking them, and refusing words that the exporters were not written for.

The definition format may grow. An exporter that met a new word would leave it out in silence; here it is an error
that names the word, the action and the field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from connector.catalogue.action import Action
from connector.export import ExportError

Schema = dict[str, Any]

TYPES = frozenset({"string", "integer", "number", "boolean", "array", "object", "null"})
STANDARD = frozenset(
    {
        *("$schema", "$ref", "$defs", "type", "title", "description", "format", "enum", "const", "default", "examples"),
        *("pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("items", "minItems", "maxItems", "uniqueItems", "properties", "required", "additionalProperties"),
        *("minProperties", "maxProperties", "writeOnly", "deprecated"),
    }
)
"""The words of JSON Schema that a definition may use."""
WIRE = frozenset(
    {
        *("x-in", "x-name", "x-pointer", "x-path", "x-map-key", "x-map-value", "x-spread", "x-from", "x-time"),
        *("x-text-for", "x-ms-url-encoding"),
    }
)
"""Annotations that say where a value stands on the wire; only who makes or reads the request needs them."""
FORM = frozenset({"x-aliases", "x-keep-empty", "x-ms-visibility", "x-ms-dynamic-values"})
"""Annotations that matter to who draws a form or fills it in."""

_KNOWN = STANDARD | WIRE | FORM


def json_bytes(value: Any) -> bytes:
    """A value as the content of a JSON file."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def children(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """The schemas directly inside a schema, with the name of the field that each one is."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}" if path else name, inner
    for name, inner in schema.get("$defs", {}).items():
        yield f"$defs.{name}", inner
    if "items" in schema:
        yield f"{path}[]", schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        yield f"{path}.*" if path else "*", schema["additionalProperties"]


def walk(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """A schema and every schema inside it, each with the name of the field that it is; references are not followed."""
    yield path, schema
    for name, inner in children(schema, path):
        yield from walk(inner, name)


def mapped(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with every schema directly inside it changed; what is no schema, such as an example, stays."""
    made = dict(schema)
    for word in ("properties", "$defs"):
        if word in schema:
            made[word] = {name: change(inner) for name, inner in schema[word].items()}
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            made[word] = change(schema[word])
    return made


def resolve(field: Schema, root: Schema) -> Schema:
    """The field itself, or what its `$ref` names; the words beside the `$ref` win."""
    if "$ref" not in field:
        return field
    target = resolve(root["$defs"][field["$ref"].removeprefix("#/$defs/")], root)
    return {**target, **{word: value for word, value in field.items() if word != "$ref"}}


def types_of(field: Schema) -> tuple[str, ...]:
    """The JSON types a field may have; empty when any."""
    kinds = field.get("type", ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def require_known(action: Action) -> None:
    """Make sure that the exporters know every word and every type in the schemas of an action.

    Raises:
        ExportError: They do not; the action, the field and the word are named.
    """
    for side, schema in (("input", action.inputs), ("output", action.outputs)):
        for name, field in walk(schema):
            if strange := sorted(set(field) - _KNOWN):
                raise cannot(action, f"{side} “{name}” has “{strange[0]}”, a word that no export knows")
            if strange := sorted(set(types_of(field)) - TYPES):
                raise cannot(action, f"{side} “{name}” is of the type “{strange[0]}”, which no export knows")


def cannot(action: Action, why: str) -> ExportError:
    """The error that says what of an action a format cannot express."""
    return ExportError(f"The action “{action.key}” cannot be exported: {why}.")
