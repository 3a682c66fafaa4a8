"""Where a definition puts every input, reads every output, and under which documented name each goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema, ObjectSchema
from connector.validation.normalize import documented_path
from tests.definitions.wire import Tokens


@dataclass(frozen=True)
class Spot:
    """A value of a definition and its place on the wire.

    Attributes:
        name: Its way in the form, `recipients[].email`.
        place: Its way in the body.
        field: Its schema, references followed.
        raw: Whether everything below the place belongs to it: an object or a list without declared parts.
        spread: Whether its keys stand beside the declared ones.
    """

    name: str
    place: Tokens
    field: FieldSchema
    raw: bool = False
    spread: bool = False


class Places:
    """The places of one schema of a definition.

    Args:
        schema: The inputs or the outputs.
    """

    def __init__(self, schema: ObjectSchema) -> None:
        self._schema = schema

    def of(self, name: str, declared: FieldSchema) -> Iterator[Spot]:
        """The places of a field at the top of the schema; one for each alternative pointer."""
        yield from self._named(name, name, declared, (), ())

    def _named(
        self, shown: str, name: str, declared: FieldSchema, above: Tokens, refs: tuple[str, ...]
    ) -> Iterator[Spot]:
        if declared.ref is not None and refs.count(declared.ref) > 1:
            return
        refs = (*refs, declared.ref) if declared.ref else refs
        field = self._schema.resolve(declared)
        for place in field.pointers(name):
            yield from self._inside(shown, field, (*above, *json_pointer.parse(place)), refs)

    def _inside(self, shown: str, field: FieldSchema, place: Tokens, refs: tuple[str, ...]) -> Iterator[Spot]:
        if field.items is None and not field.properties:
            raw = bool({"object", "array"} & set(field.types)) or not field.types
            yield Spot(shown, place, field, raw=raw, spread=field.x_spread)
            return
        if field.items is None:
            yield from self._row(shown, field, place, refs)
            return
        if field.items.ref is not None and refs.count(field.items.ref) > 1:
            return
        refs = (*refs, field.items.ref) if field.items.ref else refs
        item = self._schema.resolve(field.items)
        inside = (*place, "*" if field.x_map_key else "[]")
        if field.x_map_key and field.x_map_value:
            yield from self._inside(f"{shown}[].{field.x_map_value}", item.properties[field.x_map_value], inside, refs)
        elif item.properties:
            yield from self._row(shown + "[]", item, inside, refs, but=field.x_map_key)
            # Rows that may also be plain values.
            if set(item.types) - {"object", "null"}:
                yield Spot(shown + "[]", inside, item)
        else:
            below = json_pointer.parse(item.pointers("")[0]) if item.x_pointer is not None else ()
            yield from self._inside(shown + "[]", item, (*inside, *below), refs)

    def _row(
        self, shown: str, item: FieldSchema, place: Tokens, refs: tuple[str, ...], but: str | None = None
    ) -> Iterator[Spot]:
        for name, declared in item.properties.items():
            if name != but:
                yield from self._named(f"{shown}.{name}", name, declared, place, refs)


def sent(definition: ActionDefinition) -> Iterator[Spot]:
    """Every value an action puts into the body."""
    places = Places(definition.inputs)
    for name, declared in definition.inputs.properties.items():
        if definition.inputs.resolve(declared).x_in == "body":
            yield from places.of(name, declared)


def received(definition: ActionDefinition) -> Iterator[Spot]:
    """Every value an action reads from the body."""
    places = Places(definition.outputs)
    for name, declared in definition.outputs.properties.items():
        if definition.outputs.resolve(declared).x_from == "body":
            yield from places.of(name, declared)


def inside(value: Any, place: Tokens = ()) -> Iterator[Tokens]:
    """The places of every value in a JSON document, lists as `[]`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from inside(item, (*place, key))
    elif isinstance(value, list):
        for item in value:
            yield from inside(item, (*place, "[]"))
    else:
        yield place


def documented_inputs(definition: ActionDefinition) -> Iterator[tuple[str, str, FieldSchema]]:
    """The documented path, the form's name and the schema of every input, rows included."""
    schema = definition.inputs

    def walk(path: str, name: str, field: FieldSchema, depth: int) -> Iterator[tuple[str, str, FieldSchema]]:
        yield path, name, field
        if field.items is None or depth == 0:
            return
        item = schema.resolve(field.items)
        for key, declared in item.properties.items():
            inner = schema.resolve(declared)
            own = path.removesuffix("[]") + "[]." + documented_path(key, inner)
            yield from walk(own, f"{name}[].{key}", inner, depth - 1)

    for name, declared in schema.properties.items():
        field = schema.resolve(declared)
        yield from walk(documented_path(name, field), name, field, 3)


def documented_outputs(definition: ActionDefinition) -> Iterator[tuple[str, FieldSchema]]:
    """The dotted path and the schema of every output, rows included."""
    schema = definition.outputs

    def walk(path: str, field: FieldSchema, depth: int) -> Iterator[tuple[str, FieldSchema]]:
        yield path, field
        item = schema.resolve(field.items) if field.items is not None and depth else FieldSchema()
        for key, declared in item.properties.items():
            yield from walk(f"{path}.{key}", schema.resolve(declared), depth - 1)

    for name, declared in schema.properties.items():
        yield from walk(name, schema.resolve(declared), 4)
