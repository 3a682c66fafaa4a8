"""Schemas that code generators can resolve: every kind of row is a component with a name of its own.

A row that holds rows of its own kind is a list whose items lead back to the list. Generators make classes of objects
and resolve what leads back to one; what leads back to a list they drop, with the operation that needs it.
"""

from __future__ import annotations

from connector.export.schema_walk import Schema

_OF_OBJECTS = frozenset({"properties", "required", "additionalProperties", "x-rules", "dependentRequired"})
_ANNOTATIONS = frozenset({"title", "description", "examples", "deprecated", "default"})


def with_named_rows(components: dict[str, Schema]) -> dict[str, Schema]:
    """The components, with one more for each kind of row; they accept the same values.

    Args:
        components: Schemas by name, whose references lead to one another.
    """
    made: dict[str, Schema] = {}
    for name, schema in components.items():
        made[name] = _named(schema, name, made)
    return dict(sorted(made.items()))


def _named(schema: Schema, name: str, made: dict[str, Schema]) -> Schema:
    shown = dict(schema)
    if "properties" in shown:
        shown["properties"] = {key: _named(inner, f"{name}.{key}", made) for key, inner in shown["properties"].items()}
    if "items" in shown:
        row = _named(shown["items"], f"{name}.row", made)
        shown["items"] = _component(row, f"{name}.row", made) if row.get("properties") else row
    types = shown.get("type")
    if isinstance(types, list) and "object" in types and shown.get("properties") and _only_of_objects(shown):
        row = {"type": "object", **{word: shown.pop(word) for word in _OF_OBJECTS if word in shown}}
        del shown["type"]
        others = {"type": [other for other in types if other != "object"]}
        shown["anyOf"] = [others, _component(row, f"{name}.object", made)]
    return shown


def _component(schema: Schema, name: str, made: dict[str, Schema]) -> Schema:
    made[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


def _only_of_objects(schema: Schema) -> bool:
    """Whether its keywords say nothing about values of its other types."""
    own = {word for word in schema if not word.startswith("x-")} - _ANNOTATIONS - {"type"}
    return own <= _OF_OBJECTS
