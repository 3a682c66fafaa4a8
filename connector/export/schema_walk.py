"""Walking and changing the schemas of definitions as plain JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from connector.definition.file_value import CONTENT, CONTENT_TYPE, FILENAME

Schema = dict[str, Any]

_FILE: dict[str, Schema] = {
    CONTENT_TYPE: {"title": "Content type", "description": "The media type, such as image/png."},
    CONTENT: {"title": "Content", "description": "The bytes of the file as base64.", "contentEncoding": "base64"},
    FILENAME: {"title": "File name", "description": "The name of the file."},
}
"""The parts of the JSON value of a file."""


def children(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """The schemas directly inside a schema, each with the name of its field."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}" if path else name, inner
    for name, inner in schema.get("$defs", {}).items():
        yield f"$defs.{name}", inner
    if "items" in schema:
        yield f"{path}[]", schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        yield f"{path}.*" if path else "*", schema["additionalProperties"]


def walk(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """A schema and every schema inside it, each with the name of its field; a `$ref` is not followed."""
    yield path, schema
    for name, inner in children(schema, path):
        yield from walk(inner, name)


def map_schemas(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """A copy in which every schema directly inside is changed; other values, such as examples, are kept."""
    copy = dict(schema)
    for keyword in ("properties", "$defs"):
        if keyword in schema:
            copy[keyword] = {name: change(inner) for name, inner in schema[keyword].items()}
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            copy[keyword] = change(schema[keyword])
    return copy


def with_file_value(schema: Schema) -> Schema:
    """The schema of a file with the properties of its JSON value; any other schema as it is."""
    if not schema.get("x-file"):
        return schema
    parts = {name: {"type": "string", **words} for name, words in _FILE.items()}
    return {**schema, "properties": parts, "required": [CONTENT], "additionalProperties": False}


def resolve(field: Schema, root: Schema) -> Schema:
    """The field itself, or the target of its `$ref`; keywords beside the `$ref` win."""
    if "$ref" not in field:
        return field
    target = resolve(root["$defs"][field["$ref"].removeprefix("#/$defs/")], root)
    return {**target, **{keyword: value for keyword, value in field.items() if keyword != "$ref"}}


def types_of(field: Schema) -> tuple[str, ...]:
    """The JSON types of a field; empty when any type is allowed."""
    types = field.get("type", ())
    return (types,) if isinstance(types, str) else tuple(types)
