"""Writers of bodies: functions made once from the inputs of an action, each of which puts a value in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector import json_pointer
from connector.definition.field import FieldSchema, ObjectSchema

Write = Callable[[dict[str, Any], Any], None]
"""Puts a value into the object of its row, or into the body."""
Shape = Callable[[Any], Any]
"""The value as the service wants it: rows get their nesting back, keyed rows become an object."""


class BodyWriters:
    """What writes the inputs of an action into a body.

    Attributes:
        fields: The inputs in the body, in the order of the form: name, field, and what writes it.
        whole: The name of the input that is the whole body, and what shapes it, if there is one.
    """

    def __init__(self, schema: ObjectSchema) -> None:
        self._schema = schema
        self._shapes: dict[int, Shape] = {}
        self.fields: list[tuple[str, FieldSchema, Write]] = []
        self.whole: tuple[str, Shape] | None = None
        for name, declared in schema.properties.items():
            field = schema.resolve(declared)
            if field.x_in == "body":
                self.fields.append((name, field, self._write(name, declared)))
                if self.whole is None and not field.x_spread and field.pointers(name)[0] == "":
                    self.whole = name, self._shape(declared)

    def _write(self, name: str, declared: FieldSchema) -> Write:
        field, shape = self._schema.resolve(declared), self._shape(declared)
        place = field.pointers(name)[0]
        *parents, last = json_pointer.parse(place) or ("",)

        def put(document: dict[str, Any], value: Any) -> None:
            target: Any = document
            for token in parents:
                target = target.setdefault(token, {})
                if type(target) is not dict:
                    json_pointer.put(document, place, value)  # says what is in the way
            target[last] = shape(value)

        def spread(document: dict[str, Any], value: Any) -> None:
            wire = shape(value)
            target = json_pointer.get(document, place) if place else document
            if target is json_pointer.MISSING:
                json_pointer.put(document, place, dict(wire))
            else:
                target.update({key: item for key, item in wire.items() if key not in target})

        return spread if field.x_spread else put

    def _shape(self, declared: FieldSchema) -> Shape:
        """What shapes a value, made once per field: rows may hold rows of the same kind."""
        if id(declared) not in self._shapes:
            field = self._schema.resolve(declared)
            rows = self._rows(field, field.items) if field.items is not None else _as_it_is
            row = self._row(field) if field.properties else _as_it_is

            def shape(value: Any) -> Any:
                return rows(value) if isinstance(value, list) else row(value) if isinstance(value, dict) else value

            self._shapes[id(declared)] = shape if rows is not row else _as_it_is
        return self._shapes[id(declared)]

    def _rows(self, field: FieldSchema, declared: FieldSchema) -> Shape:
        """What shapes a list; `x-map-key` makes it an object."""
        item = self._schema.resolve(declared)
        if not field.x_map_key:
            return lambda values: [self._item(item, declared, value) for value in values]
        key, inner, row_of = field.x_map_key, field.x_map_value, self._row(item)

        def keyed(rows: list[dict[str, Any]]) -> dict[str, Any]:
            """The rows as one object; the field that is the key is not repeated inside."""
            document: dict[str, Any] = {}
            for row in rows:
                rest = {name: value for name, value in row.items() if name != key}
                document[row[key]] = rest.get(inner) if inner else row_of(rest)
            return document

        return keyed

    def _item(self, item: FieldSchema, declared: FieldSchema, entry: Any) -> Any:
        if item.x_text_for and isinstance(entry, str):
            return dict.fromkeys(item.x_text_for, entry)
        if item.x_pointer is not None and not isinstance(entry, dict):
            wrapped: dict[str, Any] = {}
            json_pointer.put(wrapped, item.pointers("")[0], entry)
            return wrapped
        return self._shape(declared)(entry)

    def _row(self, field: FieldSchema) -> Shape:
        """What shapes a row. The writers of its fields are made when there is the first one."""
        writers: list[tuple[str, Write]] | None = None

        def shape(row: dict[str, Any]) -> dict[str, Any]:
            nonlocal writers
            if writers is None:
                writers = [(name, self._write(name, inner)) for name, inner in field.properties.items()]
            document: dict[str, Any] = {}
            for name, write in writers:
                if name in row:
                    write(document, row[name])
            return document

        return shape


def _as_it_is(value: Any) -> Any:
    return value
