"""Which box of an action stands where in the node: by itself, or among the additional fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema, ObjectSchema
from connector.export import ExportError

_MOST_BY_THEMSELVES = 10
_OWN = frozenset(
    {"resource", "operation", "requestOptions", "additionalFields", "returnAll", "limit", "wholePage", "rows"}
)


@dataclass(frozen=True)
class Box:
    """A field as the form shows it.

    Attributes:
        name: The field's name in the definition.
        parameter: Its name in the node.
        field: What it is, references followed.
        required: Whether it must be filled in.
        additional: Whether it stands among the additional fields.
    """

    name: str
    parameter: str
    field: FieldSchema
    required: bool
    additional: bool


def inputs(action: Action) -> list[Box]:
    """The boxes of an action, in the order of its form.

    Raises:
        ExportError: Two fields would have the same name in n8n, or one has a name that n8n itself uses.
    """
    schema = action.definition.inputs
    boxes = boxes_of(schema.properties, frozenset(schema.required), schema, action.key)
    paging = action.definition.pagination
    if paging is None:
        return boxes
    # Pages are walked by the node; whoever wants a certain one finds the cursor among the additional fields.
    return [
        Box(box.name, box.parameter, box.field, box.required, box.additional or box.name == paging.input)
        for box in boxes
    ]


def boxes_of(
    fields: Mapping[str, FieldSchema], required: frozenset[str], schema: ObjectSchema, action: str
) -> list[Box]:
    """The boxes of an action or of a row."""
    resolved = {name: schema.resolve(field) for name, field in fields.items()}
    parameters = _parameters(resolved, action)
    single = {name for name, field in resolved.items() if name not in required and stands_alone(field, schema)}
    if len(single) > _MOST_BY_THEMSELVES:
        single = set()
    single |= {name for name, field in resolved.items() if always_sent(field)}
    return [
        Box(name, parameters[name], field, name in required, name not in required and name not in single)
        for name, field in resolved.items()
    ]


def always_sent(field: FieldSchema) -> bool:
    """Whether an optional field has a value even when nobody fills it in; an additional field would not be sent."""
    return field.default is not None


def stands_alone(field: FieldSchema, schema: ObjectSchema) -> bool:
    """Whether an optional field can be left empty without being among the additional fields.

    A switch, a number and free JSON always hold a value in n8n, and so does a list that may be empty on purpose.
    """
    if field.x_ms_visibility == "advanced" or field.x_keep_empty:
        return False
    if field.items is not None:
        return list_kind(field, schema) != "json"
    return set(field.types) <= {"string", "integer"} and "string" in field.types


def list_kind(field: FieldSchema, schema: ObjectSchema) -> Literal["rows", "texts", "json"]:
    """How a list is filled in: as rows of boxes, as several texts, or as JSON where n8n has no boxes for it."""
    item = schema.resolve(field.items or FieldSchema())
    if item.properties and "string" not in item.types:
        return "rows"
    return "texts" if item.types == ("string",) else "json"


def parameter_name(name: str) -> str:
    """The name of a field in the node."""
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def _parameters(fields: Mapping[str, FieldSchema], action: str) -> dict[str, str]:
    names = {name: parameter_name(name) for name in fields}
    for name, parameter in names.items():
        if parameter in _OWN:
            raise ExportError(f"{action}: n8n uses the name “{parameter}” itself, so the field {name} cannot have it.")
        if list(names.values()).count(parameter) > 1:
            raise ExportError(f"{action}: in n8n the field {name} and another would both be called {parameter}.")
    return names


def by_itself(boxes: list[Box]) -> Iterator[Box]:
    """The boxes outside the additional fields: what must be filled in first."""
    yield from (box for box in boxes if box.required and not box.additional)
    yield from (box for box in boxes if not box.required and not box.additional)
