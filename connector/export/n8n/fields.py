"""A field of a definition as a parameter of an n8n node."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector import json_pointer
from connector.catalogue.action import Action
from connector.definition.field import DynamicValues, FieldSchema, ObjectSchema
from connector.export.errors import ExportError, cannot_export
from connector.export.n8n import layout, style
from connector.export.n8n.layout import FormField

Property = dict[str, Any]

_PLAIN_PLACE = r"[A-Za-z_$][A-Za-z0-9_$-]*"
_SECRET_WORDS = ("secret", "password", "token", "apikey")


@dataclass(frozen=True)
class Drawing:
    """The context for drawing the fields of an action.

    Attributes:
        action: The action, for error messages.
        methods: The name of the search method by source of choices.
        seen: The `$ref`s on the way to the field, to stop at recursive rows.
        routed: The routing of each input that n8n can put into the request by itself.
        marks: Whether required fields are marked. Not inside a collection: n8n would look for them outside of it, in a
            field of the same name that another operation has.
    """

    action: Action
    methods: Mapping[str, str]
    routed: Mapping[str, Property]
    seen: tuple[str, ...] = ()
    marks: bool = True

    @property
    def schema(self) -> ObjectSchema:
        """The inputs that the fields belong to."""
        return self.action.definition.inputs


def draw(drawing: Drawing, form_fields: list[FormField]) -> list[Property]:
    """The parameters for the fields of an action or of a row: those on their own, then the collection of the others."""
    drawn = [_drawn(drawing, form_field) for form_field in layout.on_their_own(form_fields)]
    others = [_drawn(drawing, form_field) for form_field in form_fields if form_field.additional]
    if others:
        drawn.append(collection(others))
    return drawn


def collection(properties: list[Property], name: str = "Additional Fields") -> Property:
    """A collection of fields that users add one by one."""
    return {
        "displayName": name,
        "name": "additionalFields",
        "type": "collection",
        "placeholder": "Add Field",
        "default": {},
        "options": in_order(properties),
    }


def in_order(properties: list[Property], by: str = "displayName") -> list[Property]:
    """The list, sorted by name if it is long."""
    if not style.many(len(properties)):
        return properties
    return sorted(properties, key=lambda entry: style.listed(entry[by]))


def source_key(values: DynamicValues) -> str:
    """A key that is the same for the same source of choices."""
    return json.dumps(values.model_dump(), sort_keys=True)


def _drawn(drawing: Drawing, form_field: FormField) -> Property:
    field = form_field.field
    display = style.title(field.title or form_field.name)
    form: Property = {"displayName": display, "name": form_field.parameter, **_typed(drawing, form_field, display)}
    if form_field.required and drawing.marks:
        form["required"] = True
    text = " ".join(filter(None, ("Deprecated." if field.deprecated else "", field.description)))
    about = style.description(text, boolean=form["type"] == "boolean", beside=display)
    if about:
        form["description"] = about
    routing = drawing.routed.get(form_field.name) if not drawing.seen else None
    return form | ({"routing": routing} if routing else {})


def _typed(drawing: Drawing, form_field: FormField, display: str) -> Property:
    """The properties that depend on the type."""
    field = form_field.field
    if field.x_ms_visibility == "internal":
        return {"type": "hidden", "default": field.default if field.default is not None else ""}
    if field.items is not None:
        return _list(drawing, form_field, display)
    if field.properties:
        return _rows(drawing, form_field, field, display, several=False)
    return _single(drawing, form_field)


def _single(drawing: Drawing, form_field: FormField) -> Property:
    """The properties for a value that is neither a list nor an object with fields."""
    field = form_field.field
    kinds = frozenset(field.types) - {"null"}
    if kinds == {"boolean"}:
        return {"type": "boolean", "default": bool(field.default)}
    if kinds in ({"integer"}, {"number"}):
        return _number(field)
    if kinds == {"object"}:
        return {"type": "json", "default": json.dumps(field.default or {})}
    if kinds and kinds <= {"string", "integer", "number"}:
        return _text(drawing, form_field)
    raise cannot_export(
        drawing.action, f"n8n has no field type for “{form_field.name}” ({' or '.join(field.types) or 'any type'})"
    )


def _text(drawing: Drawing, form_field: FormField) -> Property:
    field = form_field.field
    if field.x_ms_dynamic_values is not None:
        return _choice_of_others(drawing, field, field.x_ms_dynamic_values)
    if field.enum:
        return _choice(drawing, field, empty=not form_field.required and not form_field.additional)
    kind = "dateTime" if field.format == "date-time" else "color" if _is_color(form_field) else "string"
    form: Property = {"type": kind, "default": field.default or ""}
    if kind == "string" and _is_secret(form_field):
        form["typeOptions"] = {"password": True}
    elif placeholder := _placeholder(form_field):
        form["placeholder"] = placeholder
    return form


def _is_secret(form_field: FormField) -> bool:
    return form_field.field.write_only or any(word in form_field.parameter.lower() for word in _SECRET_WORDS)


def _is_color(form_field: FormField) -> bool:
    """Whether n8n's lint rule takes the name for a colour; users may still type any CSS colour."""
    return re.search("colou?r", form_field.parameter, re.IGNORECASE) is not None


def _placeholder(form_field: FormField) -> str:
    if form_field.parameter == "email":
        return "name@email.com"
    example = next((str(value) for value in form_field.field.examples or () if isinstance(value, str | int)), "")
    shown = " ".join(example.split())
    return f"e.g. {style.capital_ids(shown)}" if shown and style.capital_ids(shown) == shown else ""


def _number(field: FieldSchema) -> Property:
    limits = {"minValue": field.minimum, "maxValue": field.maximum}
    options = {
        name: int(value) if value == int(value) else value for name, value in limits.items() if value is not None
    }
    default = field.default if field.default is not None else max(0, options.get("minValue", 0))
    return {"type": "number", "default": default} | ({"typeOptions": options} if options else {})


def _choice(drawing: Drawing, field: FieldSchema, *, empty: bool) -> Property:
    options = _options(drawing, field)
    if empty:
        options.insert(0, {"name": "(Not Set)", "value": ""})
    default = field.default if field.default is not None else options[0]["value"]
    return {"type": "options", "options": in_order(options, "name"), "default": default}


def _options(drawing: Drawing, field: FieldSchema) -> list[Property]:
    options = [
        {"name": style.title(str(value).replace("_", " ").replace("-", " ")), "value": value}
        for value in field.enum or ()
    ]
    if len({option["name"] for option in options}) < len(options):
        options = [{"name": style.title(str(value)), "value": value} for value in field.enum or ()]
    if len({option["name"] for option in options}) < len(options):
        raise cannot_export(drawing.action, f"two allowed values of “{field.title}” would have the same name in n8n")
    return options


def _choice_of_others(drawing: Drawing, field: FieldSchema, values: DynamicValues) -> Property:
    """A field to choose from the rows of another action, or to type in."""
    by_hand: Property = {"displayName": "By ID", "name": "id", "type": "string"}
    example = next((value for value in field.examples or () if isinstance(value, str)), "")
    if example:
        by_hand["placeholder"] = f"e.g. {example}"
    return {
        "type": "resourceLocator",
        "default": {"mode": "list", "value": field.default or ""},
        "modes": [
            {
                "displayName": "From List",
                "name": "list",
                "type": "list",
                "typeOptions": {"searchListMethod": drawing.methods[source_key(values)], "searchable": True},
            },
            by_hand,
        ],
    }


def _list(drawing: Drawing, form_field: FormField, display: str) -> Property:
    field = form_field.field
    item = drawing.schema.resolve(field.items or FieldSchema())
    kind = layout.list_kind(field, drawing.schema)
    if kind == "texts" and item.enum:
        return {"type": "multiOptions", "options": in_order(_options(drawing, item), "name"), "default": []}
    if kind == "texts":
        button = f"Add {style.title(style.singular(display))}"
        hidden = {"password": True} if _is_secret(form_field) or item.write_only else {}
        several = {"multipleValues": True, "multipleValueButtonText": button}
        return {"type": "string", "typeOptions": {**several, **hidden}, "default": []}
    # Recursive rows are drawn once; deeper ones are JSON.
    if kind == "json" or _loops(drawing, field):
        return {"type": "json", "default": "[]"}
    return _rows(drawing, form_field, item, display, several=True)


def _loops(drawing: Drawing, field: FieldSchema) -> bool:
    return field.items is not None and _way(field) in drawing.seen


def _way(field: FieldSchema) -> str:
    """A key for the rows of a list: their `$ref`, or their schema."""
    item = field.items or field
    return item.ref or item.model_dump_json(exclude={"title", "description", "examples"})


def _rows(drawing: Drawing, form_field: FormField, item: FieldSchema, display: str, *, several: bool) -> Property:
    marks = not drawing.seen and not form_field.additional
    inner = Drawing(drawing.action, drawing.methods, {}, (*drawing.seen, _way(form_field.field)), marks)
    form_fields = layout.form_fields_of(item.properties, frozenset(item.required), drawing.schema, drawing.action.key)
    values = draw(inner, form_fields)
    single = style.title(style.singular(display))
    form: Property = {
        "type": "fixedCollection",
        "placeholder": f"Add {single}",
        "default": {},
        "options": [{"displayName": single, "name": "rows", "values": in_order(values)}],
    }
    return form | ({"typeOptions": {"multipleValues": True}} if several else {})


def routing_of(action: Action, form_field: FormField, shared_names: frozenset[str]) -> Property | None:
    """The routing of an input that n8n can put into the request by itself; None if the hook has to.

    Args:
        action: The action.
        form_field: The input.
        shared_names: Query parameters that two inputs share.
    """
    field = form_field.field
    if field.items is not None or field.properties or field.x_spread or "object" in field.types:
        return None
    if field.x_in == "query":
        name = field.x_name or form_field.name
        plain = name not in shared_names
        return {"send": {"type": "query", "property": name, "propertyInDotNotation": False}} if plain else None
    if field.x_in == "header":
        return {"request": {"headers": {field.x_name or form_field.name: "={{ $value }}"}}}
    if field.x_in == "body":
        return _in_body(action, form_field)
    return None


def _in_body(action: Action, form_field: FormField) -> Property | None:
    way = json_pointer.parse(form_field.field.pointers(form_field.name)[0])
    if not way:
        raise ExportError(
            f"The action “{action.key}” cannot be exported: n8n cannot send “{form_field.name}” as the whole body."
        )
    if not all(re.fullmatch(_PLAIN_PLACE, token) for token in way):
        return None
    return {"send": {"type": "body", "property": ".".join(way)}}
