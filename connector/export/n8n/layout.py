"""Where each field of an action is in the form: on its own, or among the additional fields, and what it depends on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.rules import Option
from connector.export.errors import cannot_export
from connector.export.n8n.selects import ANY, Select, selects_of

Show = Mapping[str, list[str] | list[bool]]

_MAX_ALONE = 10
_OWN = frozenset({"resource", "operation", "additionalFields", "returnAll", "limit", "wholePage", "rows"})
OBJECT_NAMES = frozenset(
    {
        *("constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString"),
        *("valueOf", "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__"),
    }
)
"""Names that every object in JavaScript has: n8n fails where a parameter is called so."""
_RESERVED = {"descriptionType", "toolDescription", "simple", "allowUnauthorizedCerts"}
_TAKEN = (_OWN - {"limit"}) | _RESERVED | OBJECT_NAMES
"""Names that n8n or its rules read, also where the node is a tool, and those that every object in JavaScript has."""


@dataclass(frozen=True)
class Place:
    """One place of a field in the form.

    Attributes:
        show: Values of selects under which it is shown; always when empty.
        required: Whether n8n insists on a value.
    """

    show: Show = field(default_factory=dict)
    required: bool = False


@dataclass(frozen=True)
class FormField:
    """A field of the node's form.

    Attributes:
        name: Its name in the definition.
        parameter: Its name in the node.
        field: Its schema, with every `$ref` followed.
        own: Where it is a field on its own.
        additional: Where it is one of the additional fields, if anywhere.
    """

    name: str
    parameter: str
    field: FieldSchema
    own: tuple[Place, ...] = ()
    additional: Place | None = None

    @property
    def is_required(self) -> bool:
        """Whether it is always required."""
        return any(place.required and not place.show for place in self.own)


@dataclass(frozen=True)
class Form:
    """The form of an action: its fields in their order, and the selects that some of them depend on."""

    fields: list[FormField]
    selects: list[Select]

    def select_of(self, name: str) -> Select | None:
        """The outermost select that decides about a field."""
        return next((select for select in self.selects if name in select.choice.names), None)


def form_of(action: Action) -> Form:
    """The form of an action.

    Raises:
        ExportError: Two fields would have the same name in n8n, or one has a name that n8n reserves.
    """
    schema = action.definition.inputs
    selects = selects_of(action)
    fields = form_fields_of(schema.properties, frozenset(schema.required), schema, action, selects)
    paging = action.definition.pagination
    if paging is not None:
        # The node reads the pages; for one certain page, the cursor is an additional field.
        fields = [
            replace(one, own=(), additional=Place())
            if one.name == paging.input and one.name not in schema.required
            else one
            for one in fields
        ]
    return Form(fields, selects)


def form_fields_of(
    fields: Mapping[str, FieldSchema],
    required: frozenset[str],
    schema: ObjectSchema,
    action: Action,
    selects: Iterable[Select] = (),
) -> list[FormField]:
    """The fields of an action or of a row, in their order."""
    resolved = {name: schema.resolve(declared) for name, declared in fields.items()}
    parameters = _parameters(resolved, action, [select.parameter for select in selects])
    governed = {name: [select for select in selects if name in select.choice.names] for name in resolved}
    optional = [name for name in resolved if name not in required and not governed[name]]
    alone = {name for name in optional if can_stand_alone(resolved[name], schema)}
    if len(alone) > _MAX_ALONE:
        alone = {name for name in alone if resolved[name].x_ms_visibility == "important"}
    alone |= {name for name in optional if resolved[name].default is not None}
    made = []
    for name, declared in resolved.items():
        own, additional = _places(name, declared, governed[name])
        if name in required:
            own, additional = (Place(required=True),), None
        elif not governed[name]:
            own, additional = ((Place(),), None) if name in alone else ((), Place())
        made.append(FormField(name, parameters[name], declared, own, additional))
    return made


def _places(name: str, declared: FieldSchema, governing: list[Select]) -> tuple[tuple[Place, ...], Place | None]:
    """The places of a field that one select, or a select inside another, decides about."""
    outer = [select for select in governing if not select.show]
    if len(outer) != 1:
        return (), Place()
    parameter, choice = outer[0].parameter, outer[0].choice
    can_be_empty = has_empty_state(declared)
    inner = next((select for select in governing if select.show), None)
    if inner is not None:
        keys = [option.key for option in inner.choice.options if name in option.fields]
        return (Place({**inner.show, inner.parameter: keys}),), Place({f"/{parameter}": [ANY]})
    listing = [option for option in choice.options if name in option.fields]
    insisting = [
        option.key for option in listing if choice.required and (name in option.required or option.asked == [[name]])
    ]
    shown = [
        option.key
        for option in listing
        if option.key not in insisting and can_be_empty and _is_asked(name, declared, option)
    ]
    if declared.x_ms_visibility == "important" and can_be_empty:
        shown.append(ANY)
    own = [Place({parameter: keys}, required) for keys, required in ((insisting, True), (shown, False)) if keys]
    rest = [key for key in (*(option.key for option in listing), ANY) if key not in {*insisting, *shown}]
    return tuple(own), Place({f"/{parameter}": rest}) if rest else None


def _is_asked(name: str, declared: FieldSchema, option: Option) -> bool:
    return declared.x_ms_visibility == "important" or any(name in names for names in option.asked)


def can_stand_alone(declared: FieldSchema, schema: ObjectSchema) -> bool:
    """Whether an optional field may be shown from the beginning: it can be empty, and people look for it."""
    if declared.x_ms_visibility == "important":
        return has_empty_state(declared)
    if declared.x_ms_visibility == "advanced" or declared.x_keep_empty:
        return False
    if declared.items is not None:
        return list_kind(declared, schema) != "json"
    return has_empty_state(declared) and "object" not in declared.types


def has_empty_state(declared: FieldSchema) -> bool:
    """Whether n8n can show the field without a value: a switch and a number always have one."""
    return not set(declared.types) <= {"boolean", "integer", "number", "null"}


def list_kind(declared: FieldSchema, schema: ObjectSchema) -> Literal["rows", "texts", "json"]:
    """How users fill in a list: as rows of fields, as several texts, or as JSON if n8n has no fields for it."""
    item = schema.resolve(declared.items or FieldSchema())
    if item.properties and "string" not in item.types:
        return "rows"
    return "texts" if item.x_file or item.types == ("string",) else "json"


def empty_switch(parameter: str) -> str:
    """The name of the switch that sends a field empty, for one that is on its own and may be sent so on purpose."""
    return f"{parameter}_empty"


def parameter_name(name: str) -> str:
    """The name of a field in the node, as in `package/inputs.ts`; `limit` is what n8n calls its own bound on items."""
    if name == "limit":
        return "pageSize"
    parameter = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return f"{parameter}_" if parameter in _TAKEN else parameter


def _parameters(fields: Mapping[str, FieldSchema], action: Action, selects: list[str]) -> dict[str, str]:
    if taken := (_OWN | OBJECT_NAMES).intersection(selects):
        raise cannot_export(action, f"n8n reserves the name “{min(taken)}” of its choice")
    names = {name: parameter_name(name) for name in fields}
    switches = {empty_switch(names[name]) for name, declared in fields.items() if declared.x_keep_empty}
    for name, parameter in names.items():
        if parameter in {*selects, *switches}:
            raise cannot_export(action, f"n8n reserves the name “{parameter}” of its field “{name}”")
        if list(names.values()).count(parameter) > 1:
            raise cannot_export(action, f"two of its fields would be “{parameter}” in n8n")
    return names


def holds_files(field: FieldSchema, schema: ObjectSchema) -> bool:
    """Whether a field is a file or a list of files, which n8n has as binary data under a name."""
    return field.x_file or (field.items is not None and schema.resolve(field.items).x_file)


def service_variable(field: FieldSchema) -> str | None:
    """A variable of the service in the field's description or example, in the braces of n8n's expressions."""
    found = re.search(r"{{\w+}}", f"{field.description or ''} {json.dumps(field.examples or [])}")
    return found.group() if found else None
