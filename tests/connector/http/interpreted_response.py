"""The outputs of a response, read field by field as the definition says: what compiled readers are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector import json_pointer
from connector.definition.field import FieldSchema, ObjectSchema
from connector.http.response import HttpResponse

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def read_outputs(schema: ObjectSchema, response: HttpResponse) -> dict[str, Any]:
    """The declared output fields of a response whose body is JSON."""
    reading = _Reading(schema)
    return {name: reading.output(name, field, response) for name, field in schema.properties.items()}


def iso_time(milliseconds: float) -> str | None:
    """The time as ISO 8601; None when no calendar has it."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class _Reading:
    """One response being flattened."""

    schema: ObjectSchema

    def output(self, name: str, field: FieldSchema, response: HttpResponse) -> Any:
        if field.x_from == "text":
            return response.text or None
        if field.x_from == "status":
            return response.status
        if field.x_from == "success":
            return response.succeeded
        field = self.schema.resolve(field)
        value = self._read(name, field, response.body)
        return field.default if value is None else value

    def _read(self, name: str, field: FieldSchema, document: Any) -> Any:
        """The value of a field: the first of its places whose value fits, as rows, a time, or just as it is."""
        found: Any = None
        for place in field.pointers(name):
            value = json_pointer.get(document, place)
            if value is json_pointer.MISSING or value is None:
                continue
            shaped = self._shape(field, value)
            if _fits(field, shaped):
                return shaped
            found = shaped if found is None else found
        # Alternatives exist because the service has several forms; a value of none of them is nobody's.
        return found if isinstance(field.x_pointer, str) or field.x_pointer is None else None

    def _shape(self, field: FieldSchema, value: Any) -> Any:
        if field.x_time and isinstance(value, int | float) and not isinstance(value, bool):
            return iso_time(value)
        if field.items is None:
            return value
        item = self.schema.resolve(field.items)
        if field.x_map_key and isinstance(value, dict):
            return [self._keyed_row(field, item, key, entry) for key, entry in value.items()]
        return [self._item(item, entry) for entry in value] if isinstance(value, list) else value

    def _item(self, item: FieldSchema, entry: Any) -> Any:
        if item.properties and "object" in item.types:
            return self._row(item, entry)
        return entry if item.x_pointer is None else self._read("", item, entry)

    def _row(self, item: FieldSchema, entry: Any) -> dict[str, Any]:
        return {name: self._read(name, self.schema.resolve(field), entry) for name, field in item.properties.items()}

    def _keyed_row(self, field: FieldSchema, item: FieldSchema, key: str, entry: Any) -> dict[str, Any]:
        if field.x_map_value:
            return {field.x_map_key or "": key, field.x_map_value: entry}
        return self._row(item, entry) | {field.x_map_key or "": key}


def _fits(field: FieldSchema, value: Any) -> bool:
    if not field.types:
        return True
    if isinstance(value, bool):
        return "boolean" in field.types
    return any(isinstance(value, _PYTHON_TYPES[kind]) for kind in field.types)
