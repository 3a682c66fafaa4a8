"""Where each field of an action is in the node: on its own, or among the additional fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema, ObjectSchema
from connector.export.errors import ExportError

_MAX_ALONE = 10
_OWN = frozenset(
    {"resource", "operation", "requestOptions", "additionalFields", "returnAll", "limit", "wholePage", "rows"}
)


@dataclass(frozen=True)
class FormField:
    """A field of the node's form.

    Attributes:
        name: Its name in the definition.
        parameter: Its name in the node.
        field: Its schema, with every `$ref` followed.
        required: Whether it is required.
        additional: Whether it is one of the additional fields.
    """

    name: str
    parameter: str
    field: FieldSchema
    required: bool
    additional: bool


def inputs(action: Action) -> list[FormField]:
    """The fields of an action, in the order of its form.

    Raises:
        ExportError: Two fields would have the same name in n8n, or one has a name that n8n reserves.
    """
    schema = action.definition.inputs
    form_fields = form_fields_of(schema.properties, frozenset(schema.required), schema, action.key)
    paging = action.definition.pagination
    if paging is None:
        return form_fields
    # The node reads the pages; for one certain page, the cursor is an additional field.
    return [
        FormField(
            form_field.name,
            form_field.parameter,
            form_field.field,
            form_field.required,
            form_field.additional or form_field.name == paging.input,
        )
        for form_field in form_fields
    ]


def form_fields_of(
    fields: Mapping[str, FieldSchema], required: frozenset[str], schema: ObjectSchema, action: str
) -> list[FormField]:
    """The fields of an action or of a row."""
    resolved = {name: schema.resolve(field) for name, field in fields.items()}
    parameters = _parameters(resolved, action)
    single = {name for name, field in resolved.items() if name not in required and stands_alone(field, schema)}
    if len(single) > _MAX_ALONE:
        single = set()
    single |= {name for name, field in resolved.items() if always_sent(field)}
    return [
        FormField(name, parameters[name], field, name in required, name not in required and name not in single)
        for name, field in resolved.items()
    ]


def always_sent(field: FieldSchema) -> bool:
    """Whether an optional field has a value even if nobody fills it in; an additional field would not be sent."""
    return field.default is not None


def stands_alone(field: FieldSchema, schema: ObjectSchema) -> bool:
    """Whether an optional field can be empty without being an additional field.

    A boolean, a number and JSON always have a value in n8n, and so does a list that may be empty on purpose.
    """
    if field.x_ms_visibility == "advanced" or field.x_keep_empty:
        return False
    if field.items is not None:
        return list_kind(field, schema) != "json"
    return set(field.types) <= {"string", "integer"} and "string" in field.types


def list_kind(field: FieldSchema, schema: ObjectSchema) -> Literal["rows", "texts", "json"]:
    """How users fill in a list: as rows of fields, as several texts, or as JSON if n8n has no fields for it."""
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
            raise ExportError(
                f"The action “{action}” cannot be exported: n8n reserves the name “{parameter}” of its field “{name}”."
            )
        if list(names.values()).count(parameter) > 1:
            raise ExportError(
                f"The action “{action}” cannot be exported: two of its fields would be “{parameter}” in n8n."
            )
    return names


def on_their_own(form_fields: list[FormField]) -> Iterator[FormField]:
    """The fields that are not additional, required ones first."""
    yield from (form_field for form_field in form_fields if form_field.required and not form_field.additional)
    yield from (form_field for form_field in form_fields if not form_field.required and not form_field.additional)
