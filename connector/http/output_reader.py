"""Readers of outputs: functions made once from what an action declares, each of which finds its value in a response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.clock import iso_from_epoch_milliseconds
from connector.definition.field import PYTHON_TYPES, FieldSchema, ObjectSchema
from connector.definition.file_value import CONTENT, CONTENT_TYPE, OCTET_STREAM

_ROWS_BETWEEN_LOOKS = 1_000
"""Rows that are read between two looks at the clock."""


@dataclass
class Progress:
    """How far the reading of one response is.

    Attributes:
        in_time: Called once in a thousand rows; raises when the time for reading is over.
        rows: Rows since it was called last.
    """

    in_time: Callable[[], None]
    rows: int = 0

    def count(self, rows: int) -> None:
        """Note that so many rows were read."""
        self.rows += rows
        if self.rows >= _ROWS_BETWEEN_LOOKS:
            self.rows = 0
            self.in_time()


Read = Callable[[Any, Progress], Any]
"""The value that a field has in an object of the response, or that is made of one; None where there is nothing."""


def fields_reader(schema: ObjectSchema, fields: Mapping[str, FieldSchema]) -> Read:
    """A function that reads fields at the top of a schema from a body."""
    return _Compiler(schema).fields(fields)


class _Compiler:
    """Makes the readers of one schema."""

    def __init__(self, schema: ObjectSchema) -> None:
        self._schema = schema
        self._items: dict[int, Read] = {}

    def fields(self, fields: Mapping[str, FieldSchema]) -> Read:
        """Reads an object's fields: one look for each, and one for each object around several of them."""
        readers = {name: self._field(name, field) for name, field in fields.items()}
        around: dict[tuple[str, ...], int] = {(): 0}
        inner: list[tuple[int, str]] = []
        steps: list[tuple[str, int, str | None, Read | None]] = []
        for name, field in fields.items():
            place = json_pointer.parse(field.pointers(name)[0])
            if isinstance(field.x_pointer, list) or not place or any(token.isdigit() for token in place):
                steps.append((name, 0, None, readers[name]))
                continue
            for depth in range(1, len(place)):
                if place[:depth] not in around:
                    around[place[:depth]] = len(around)
                    inner.append((around[place[: depth - 1]], place[depth - 1]))
            steps.append((name, around[place[:-1]], place[-1], self._shape(field)))

        def read(document: Any, progress: Progress) -> dict[str, Any]:
            if type(document) is not dict:
                return {name: reader(document, progress) for name, reader in readers.items()}
            gets: list[Any] = [document.get]
            for at, token in inner:
                value = gets[at](token)
                gets.append(value.get if type(value) is dict else _nothing)
            return {
                name: gets[at](token) if do is None else do(document if token is None else gets[at](token), progress)
                for name, at, token, do in steps
            }

        return read

    def _field(self, name: str, field: FieldSchema) -> Read:
        """Reads a field: the first of its places whose value fits, as rows, a time, or just as it is."""
        places = [json_pointer.parse(pointer) for pointer in field.pointers(name)]
        shape = self._shape(field) or _as_it_is
        if not isinstance(field.x_pointer, list):
            return lambda document, progress: shape(_walk(document, places[0]), progress)
        types = {kind for word in field.types or PYTHON_TYPES for kind in PYTHON_TYPES[word]}

        is_whole = int in types

        def read(document: Any, progress: Progress) -> Any:
            for place in places:
                value = _walk(document, place)
                shaped = None if value is None else shape(value, progress)
                if value is not None and (type(shaped) in types or (is_whole and _is_whole(shaped))):
                    return shaped
            # Alternatives exist because the service has several forms; a value of none of them is nobody's.
            return None

        return read

    def _shape(self, field: FieldSchema) -> Read | None:
        """Makes a field's value of what the response has, or has not, for it; None where that is the value itself."""
        rows = None if field.items is None else self._rows(field)
        if field.x_file:
            return _file
        if not field.x_time:
            return rows
        return _time if rows is None else lambda value, progress: rows(_time(value, progress), progress)

    def _rows(self, field: FieldSchema) -> Read:
        """Reads the items of a list, or the entries of an object as rows."""
        declared = field.items or FieldSchema()
        item, key, inner = self._schema.resolve(declared), field.x_map_key, field.x_map_value

        def read(value: Any, progress: Progress) -> Any:
            if key and type(value) is dict:
                progress.count(len(value))
                if inner:
                    return [{key: name, inner: entry} for name, entry in value.items()]
                row = self._once(declared, self._row, item)
                return [row(entry, progress) | {key: name} for name, entry in value.items()]
            if type(value) is not list:
                return value
            row, found = self._once(declared, self._item, item), []
            for start in range(0, len(value), _ROWS_BETWEEN_LOOKS):
                part = value[start : start + _ROWS_BETWEEN_LOOKS]
                found += [row(entry, progress) for entry in part]
                progress.count(len(part))
            return found

        return read

    def _once(self, declared: FieldSchema, make: Callable[[FieldSchema], Read], item: FieldSchema) -> Read:
        """The reader of a list's items, made when there is the first one: rows may hold rows of the same kind."""
        known = self._items.get(id(declared))
        return known if known is not None else self._items.setdefault(id(declared), make(item))

    def _row(self, item: FieldSchema) -> Read:
        return self.fields({name: self._schema.resolve(field) for name, field in item.properties.items()})

    def _item(self, item: FieldSchema) -> Read:
        if item.properties and "object" in item.types:
            return self._row(item)
        return _as_it_is if item.x_pointer is None else self._field("", item)


def _file(value: Any, _: Progress) -> Any:
    """The file that a text in base64 is."""
    return {CONTENT_TYPE: OCTET_STREAM, CONTENT: value} if type(value) is str else value


def _time(value: Any, _: Progress) -> Any:
    return iso_from_epoch_milliseconds(value) if type(value) is int or type(value) is float else value


def _is_whole(value: Any) -> bool:
    """Whether a number is a whole one that was written with a fraction or an exponent."""
    return type(value) is float and value.is_integer()


def _as_it_is(value: Any, _: Progress) -> Any:
    return value


_nothing: Any = {}.get


def _walk(document: Any, tokens: tuple[str, ...]) -> Any:
    """The value at a place; None where there is nothing."""
    for token in tokens:
        if type(document) is dict:
            document = document.get(token)
        elif type(document) is list:
            found = json_pointer.get(document, json_pointer.join([token]))
            document = None if found is json_pointer.MISSING else found
        else:
            return None
    return document
