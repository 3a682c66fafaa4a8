"""From an HTTP response to named output fields. Every declared field is there, null where nothing was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from connector import json_pointer
from connector.clock import iso_from_epoch_milliseconds
from connector.definition.field import FieldSchema, ObjectSchema
from connector.errors import OutputError

_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}

_ROWS_BETWEEN_LOOKS = 1_000
"""Rows that are read between two looks at the clock."""


@dataclass(frozen=True)
class HttpResponse:
    """A response, read whole. Header names are lower case. Only its status is shown: the rest may repeat a secret."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.content.decode("utf-8-sig", "replace")

    @cached_property
    def body(self) -> Any:
        """The body's JSON value; None when it is empty, `MISSING` when it is not JSON."""
        if not self.text.strip():
            return None
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return json_pointer.MISSING

    @property
    def succeeded(self) -> bool:
        """Whether the status is any of the 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the class of statuses that RFC 9110 calls successful


def flatten(schema: ObjectSchema, response: HttpResponse, in_time: Callable[[], None] = lambda: None) -> dict[str, Any]:
    """The declared output fields of a response.

    Args:
        schema: The outputs of an action.
        response: The response, read whole.
        in_time: Called once in a thousand rows; raises when the time for reading is over.

    Raises:
        OutputError: Fields are read from the body, and the body is not JSON.
    """
    reads_body = any(field.x_from == "body" for field in schema.properties.values())
    if response.body is json_pointer.MISSING and reads_body:
        kind = "a web page" if response.text.lstrip()[:1] == "<" else "a body"
        raise OutputError(f"The service responded with {response.status} and {kind} that is not JSON.")
    reading = _Reading(schema, in_time)
    return {name: reading.output(name, field, response) for name, field in schema.properties.items()}


@dataclass
class _Reading:
    """One response being flattened."""

    schema: ObjectSchema
    in_time: Callable[[], None]
    rows: int = 0

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
            return iso_from_epoch_milliseconds(value)
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
        self.rows += 1
        if self.rows % _ROWS_BETWEEN_LOOKS == 0:
            self.in_time()
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
