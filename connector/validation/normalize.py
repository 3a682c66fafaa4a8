"""Normalizing inputs: accepted names mapped to the inputs' own, empty fields dropped, defaults filled in.

The result is a plain dict under the definition's own names. Unknown names are kept, so that validation reports them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector import json_pointer
from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema, ObjectSchema
from connector.errors import Problem
from connector.validation.flow_action import is_body_default, parameters_of
from connector.validation.json_values import copied
from connector.validation.rules import same


def documented_path(name: str, field: FieldSchema) -> str:
    """The dotted path under which a field is documented; a list of values or rows ends in nothing special."""
    if field.x_path is not None:
        return field.x_path
    if field.x_in not in {None, "body"}:
        return field.x_name or name
    return ".".join(json_pointer.parse(field.pointers(name)[0]))


def path_style_key(name: str, field: FieldSchema) -> str:
    """The key of the field in the JSON of a Power Automate flow, such as `body/settings/colors/primary`."""
    path = documented_path(name, field)
    if field.x_in != "body":
        return path
    return "/".join(["body", *[part for part in path.removesuffix("[]").split(".") if part]])


def parameter_key(name: str, field: FieldSchema) -> str:
    """The key of the field in a flow with our own custom connector: where the service reads it."""
    if field.x_in != "body":
        return field.x_name or name
    return "/".join(["body", *json_pointer.parse(field.pointers(name)[0])])


def accepted_names(definition: ActionDefinition) -> dict[str, str]:
    """Every accepted name of every input, and the input it means. An input's own name always means itself."""
    names: dict[str, str] = {}
    fields = {name: definition.inputs.resolve(field) for name, field in definition.inputs.properties.items()}
    for name, field in fields.items():
        for other in (path_style_key(name, field), *field.x_aliases):
            names.setdefault(other, name)
    for name, field in fields.items():
        names.setdefault(parameter_key(name, field), name)
    return names | {name: name for name in fields}


def accept(
    definition: ActionDefinition, given: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], list[Problem]]:
    """The inputs under their own names, without what a form left empty, with defaults.

    Returns:
        The inputs, and a problem for each one that was passed under two names with different values.
    """
    names = accepted_names(definition) if names is None else names
    cleaners = definition.inputs.compiled(_Cleaners)
    inputs: dict[str, Any] = {}
    keys: dict[str, str] = {}
    problems: list[Problem] = []
    parameters = parameters_of(names, given)
    for key, value in parameters.items():
        if key not in names and is_body_default(definition.request.body_defaults, parameters, key):
            continue
        name = names.get(key, key)
        clean = cleaners.inputs.get(name)
        cleaned = clean(value) if clean else copied(value)
        if cleaned is None and clean:
            continue
        if name in inputs and not same(inputs[name], cleaned):
            problems.append(
                Problem(name, "twice", f"“{keys[name]}” and “{key}” are the same field, but their values differ.")
            )
        inputs[name] = cleaned
        keys[name] = key
    for name, default in cleaners.defaults.items():
        if name not in inputs:
            inputs[name] = copied(default)
    return inputs, problems


Clean = Callable[[Any], Any]
"""Gives a value without its empty parts; None when nothing is left."""


def _filled(value: Any) -> Any:
    """The value, unless it is empty. Free-form objects are the user's own: untouched."""
    return None if value == "" else copied(value)


class _Cleaners:
    """What takes the empty parts out of inputs, made once from their schema.

    Attributes:
        inputs: What cleans each input, by its name.
        defaults: The inputs' defaults.
    """

    def __init__(self, schema: ObjectSchema) -> None:
        self._schema = schema
        self._made: dict[int, Clean] = {}
        fields = {name: schema.resolve(field) for name, field in schema.properties.items()}
        self.defaults = {name: field.default for name, field in fields.items() if field.default is not None}
        self.inputs = {name: self._of(declared) for name, declared in schema.properties.items()}

    def _of(self, declared: FieldSchema) -> Clean:
        """What cleans a field. Rows may hold rows of the same kind, so what is in them is made when it is needed."""
        made = self._made.get(id(declared))
        if made is None:
            field = self._schema.resolve(declared)
            if field.items is not None:
                made = self._of_list(field, field.items)
            elif field.properties:
                made = self._of_row(field)
            else:
                made = copied if field.x_keep_empty else _filled
            self._made[id(declared)] = made
        return made

    def _of_list(self, field: FieldSchema, declared: FieldSchema) -> Clean:
        """Keeps the items that are not empty. An empty row with required fields is kept, so that it is reported.

        A free-form object is the user's own, empty or not.
        An empty list is a value only if the definition says so, and then only if it was passed as an empty list.
        """
        item = self._schema.resolve(declared)
        keep_empty_rows = item.required or not item.properties

        def clean(value: Any) -> Any:
            if isinstance(value, dict) and field.x_map_key:
                value = _rows_from_map(value, field)
            if not isinstance(value, list | tuple):
                return None if value == "" and not field.x_keep_empty else value
            clean_item = self._of(declared)
            cleaned = [clean_item(_unwrapped(inner, item)) for inner in value]
            kept = [inner for inner in cleaned if inner is not None and (inner != {} or keep_empty_rows)]
            return kept if kept or (field.x_keep_empty and not value) else None

        return clean

    def _of_row(self, field: FieldSchema) -> Clean:
        """Gives a row its flat names; one pasted from a flow, nested as on the wire, is flattened."""
        fields = [
            (name, declared, self._schema.resolve(declared).pointers(name)[0])
            for name, declared in field.properties.items()
        ]

        def clean(row: Any) -> Any:
            if not isinstance(row, dict):
                return None if row == "" and not field.x_keep_empty else copied(row)
            rest = copied(row)
            cleaned: dict[str, Any] = {}
            for name, declared, place in fields:
                value = rest.pop(name) if name in rest else _take(rest, place)
                value = None if value is None else self._of(declared)(value)
                if value is not None:
                    cleaned[name] = value
            return cleaned | {key: value for key, value in rest.items() if value != {}}

        return clean


def _unwrapped(value: Any, item: FieldSchema) -> Any:
    """The value of an entry that was pasted as the object it is on the wire."""
    if item.x_pointer is None or not isinstance(value, dict) or "object" in item.types:
        return value
    inner = json_pointer.get(value, item.pointers("")[0])
    return value if inner is json_pointer.MISSING else inner


def _rows_from_map(value: dict[str, Any], field: FieldSchema) -> list[Any]:
    key = field.x_map_key or ""
    if field.x_map_value:
        return [{key: name, field.x_map_value: item} for name, item in value.items()]
    return [{key: name, **item} if isinstance(item, dict) else item for name, item in value.items()]


def _take(row: dict[str, Any], place: str) -> Any:
    """Remove and return the value at `place` in a nested row; None if there is none."""
    *parents, last = json_pointer.parse(place) or ("",)
    inside: Any = row
    for token in parents:
        inside = inside.get(token) if isinstance(inside, dict) else None
    if not isinstance(inside, dict) or last not in inside:
        return None
    value = inside.pop(last)
    for depth in range(len(parents), 0, -1):
        outer = json_pointer.get(row, json_pointer.join(parents[: depth - 1]))
        if outer[parents[depth - 1]] == {}:
            del outer[parents[depth - 1]]
    return value
