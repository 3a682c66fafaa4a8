"""Files among the inputs: JSON values become `File`s, and what is not a file or cannot be read becomes a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.file_value import File, FileError
from connector.errors import Problem
from connector.validation.messages import show

_HINT = 'As JSON, a file is {"$content-type": "image/png", "$content": "<base64>"}.'
_Change = Callable[[FieldSchema, Any, str, str], Any]


def has_files(schema: ObjectSchema) -> bool:
    """Whether any field of the inputs is a file."""
    fields = [*schema.properties.values(), *schema.defs.values()]
    for field in fields:
        if field.x_file:
            return True
        fields += [*field.properties.values(), *([field.items] if field.items else [])]
    return False


def read_files(schema: ObjectSchema, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The inputs with a `File` for each file that is right, and a problem for each that is not."""
    problems: list[Problem] = []

    def read(field: FieldSchema, value: Any, place: str, label: str) -> Any:
        try:
            file = value if isinstance(value, File) else File.from_json(value)
            file.check()
        except FileError as error:
            problems.append(_problem(field, value, place, label, str(error)))
            return value
        return file

    return _mapped(schema, inputs, read), problems


def without_files(schema: ObjectSchema, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with an empty object for each file, right or wrong, for a validator that knows JSON only."""
    return _mapped(schema, inputs, lambda *_: {})


def with_files(schema: ObjectSchema, inputs: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The inputs with every value of a file changed."""
    return _mapped(schema, inputs, lambda _field, value, _place, _label: change(value))


def _problem(field: FieldSchema, value: Any, place: str, label: str, message: str) -> Problem:
    if not isinstance(value, File | dict):
        return Problem(place, "file", f"{label} must be a file, not {show(value, secret=field.write_only)}.", _HINT)
    if message == "is not a file":
        return Problem(place, "file", f"{label} is not a file.", _HINT)
    return Problem(place, "file", f"{label}: {message}.", "" if isinstance(value, File) else _HINT)


def _mapped(schema: ObjectSchema, inputs: Mapping[str, Any], change: _Change) -> dict[str, Any]:
    """The inputs with every value of a file field changed."""

    def walk(field: FieldSchema, value: Any, place: str, label: str) -> Any:
        field = schema.resolve(field)
        if field.x_file:
            return change(field, value, place, label)
        if isinstance(value, list) and field.items is not None:
            word = "row" if schema.resolve(field.items).properties else "item"
            return [
                walk(field.items, item, f"{place}[{index}]", f"{label}, {word} {index + 1}")
                for index, item in enumerate(value)
            ]
        if isinstance(value, dict) and field.properties:
            return {
                name: walk(inner, item, f"{place}.{name}", f"{label}, {inner.title or name}")
                if (inner := field.properties.get(name)) is not None
                else item
                for name, item in value.items()
            }
        return value

    return {
        name: walk(field, value, name, schema.resolve(field).title or name)
        if (field := schema.properties.get(name)) is not None
        else value
        for name, value in inputs.items()
    }
