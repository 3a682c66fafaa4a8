"""The body of inputs, written field by field as the definition says: what compiled writers are compared with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connector import json_pointer
from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema, ObjectSchema
from connector.http.body_defaults import apply_body_defaults


def written_body(definition: ActionDefinition, inputs: Mapping[str, Any]) -> Any:
    """The JSON body; None when the action sends none."""
    every = [(name, definition.input(name)) for name in definition.inputs.properties]
    in_body = [(name, field) for name, field in every if field.x_in == "body"]
    for name, field in in_body:
        if not field.x_spread and field.pointers(name)[0] == "":
            return _wire(field, inputs[name], definition.inputs) if name in inputs else definition.request.body
    if not in_body and definition.request.body is None:
        return None
    body: dict[str, Any] = json.loads(json.dumps(definition.request.body or {}))
    for name, field in in_body:
        if name in inputs:
            _write(body, name, field, inputs[name], definition.inputs)
    apply_body_defaults(body, definition.request.body_defaults)
    return body


def _write(document: dict[str, Any], name: str, field: FieldSchema, value: Any, schema: ObjectSchema) -> None:
    """Put a field's value where it belongs in the object of its row, or in the body."""
    place = field.pointers(name)[0]
    wire = _wire(field, value, schema)
    if not field.x_spread:
        json_pointer.put(document, place, wire)
        return
    target = json_pointer.get(document, place) if place else document
    if target is json_pointer.MISSING:
        json_pointer.put(document, place, dict(wire))
    else:
        target.update({key: item for key, item in wire.items() if key not in target})


def _wire(field: FieldSchema, value: Any, schema: ObjectSchema) -> Any:
    """The value as the service wants it: rows get their nesting back, keyed rows become an object."""
    field = schema.resolve(field)
    if isinstance(value, list) and field.items is not None:
        item = schema.resolve(field.items)
        if field.x_map_key:
            return _keyed(field, item, value, schema)
        return [_wire_item(item, entry, schema) for entry in value]
    if isinstance(value, dict) and field.properties:
        return _wire_row(field, value, schema)
    return value


def _keyed(field: FieldSchema, item: FieldSchema, rows: list[dict[str, Any]], schema: ObjectSchema) -> dict[str, Any]:
    """The rows as one object; the field that is the key is not repeated inside."""
    document: dict[str, Any] = {}
    for row in rows:
        rest = {name: value for name, value in row.items() if name != field.x_map_key}
        value = rest.get(field.x_map_value) if field.x_map_value else _wire_row(item, rest, schema)
        document[row[field.x_map_key or ""]] = value
    return document


def _wire_item(item: FieldSchema, entry: Any, schema: ObjectSchema) -> Any:
    if item.x_text_for and isinstance(entry, str):
        return dict.fromkeys(item.x_text_for, entry)
    if item.x_pointer is not None and not isinstance(entry, dict):
        wrapped: dict[str, Any] = {}
        json_pointer.put(wrapped, item.pointers("")[0], entry)
        return wrapped
    return _wire(item, entry, schema)


def _wire_row(field: FieldSchema, row: dict[str, Any], schema: ObjectSchema) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, declared in field.properties.items():
        inner = schema.resolve(declared)
        if name in row:
            _write(document, name, inner, row[name], schema)
    return document
