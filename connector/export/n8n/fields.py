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
from connector.export import ExportError
from connector.export.n8n import layout, words
from connector.export.n8n.layout import Box
from connector.export.vocabulary import cannot

Property = dict[str, Any]

_PLAIN_PLACE = r"[A-Za-z_$][A-Za-z0-9_$-]*"
_SECRET_WORDS = ("secret", "password", "token", "apikey")


@dataclass(frozen=True)
class Drawing:
    """What drawing the fields of an action needs beside the field.

    Attributes:
        action: For naming it in errors.
        methods: The name of the search method per source of choices.
        seen: References on the way to the field: one that comes again would never end.
        routed: Per input, its routing where n8n's own can say where it goes.
        marks: Whether n8n can be told which fields must be filled in. Inside a collection it cannot: it would look
            for them outside, in a field of the same name that another operation has.
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


def draw(drawing: Drawing, boxes: list[Box]) -> list[Property]:
    """The parameters for the boxes of an action or of a row: by themselves, then the collection of the others."""
    drawn = [_drawn(drawing, box) for box in layout.by_itself(boxes)]
    others = [_drawn(drawing, box) for box in boxes if box.additional]
    if others:
        drawn.append(collection(others))
    return drawn


def collection(properties: list[Property], name: str = "Additional Fields") -> Property:
    """Fields that are added one by one."""
    return {
        "displayName": name,
        "name": "additionalFields",
        "type": "collection",
        "placeholder": "Add Field",
        "default": {},
        "options": in_order(properties),
    }


def in_order(properties: list[Property], by: str = "displayName") -> list[Property]:
    """The list as it is, or by name where it is long."""
    if not words.many(len(properties)):
        return properties
    return sorted(properties, key=lambda entry: words.listed(entry[by]))


def source_key(values: DynamicValues) -> str:
    """What makes two sources of choices the same."""
    return json.dumps(values.model_dump(), sort_keys=True)


def _drawn(drawing: Drawing, box: Box) -> Property:
    field = box.field
    display = words.title(field.title or box.name)
    form: Property = {"displayName": display, "name": box.parameter, **_typed(drawing, box, display)}
    if box.required and drawing.marks:
        form["required"] = True
    about = words.description(field.description or "", boolean=form["type"] == "boolean", beside=display)
    if about:
        form["description"] = about
    routing = drawing.routed.get(box.name) if not drawing.seen else None
    return form | ({"routing": routing} if routing else {})


def _typed(drawing: Drawing, box: Box, display: str) -> Property:
    """The words that depend on the type."""
    field = box.field
    if field.x_ms_visibility == "internal":
        return {"type": "hidden", "default": field.default if field.default is not None else ""}
    if field.items is not None:
        return _list(drawing, box, display)
    if field.properties:
        return _rows(drawing, box, field, display, several=False)
    return _single(drawing, box)


def _single(drawing: Drawing, box: Box) -> Property:
    """The words for a value that is neither a list nor made of fields."""
    field = box.field
    kinds = frozenset(field.types) - {"null"}
    if kinds == {"boolean"}:
        return {"type": "boolean", "default": bool(field.default)}
    if kinds in ({"integer"}, {"number"}):
        return _number(field)
    if kinds == {"object"}:
        return {"type": "json", "default": json.dumps(field.default or {})}
    if kinds and kinds <= {"string", "integer", "number"}:
        return _text(drawing, box)
    raise cannot(
        drawing.action, f"n8n has no field for “{box.name}”, whose type is {' or '.join(field.types) or 'open'}"
    )


def _text(drawing: Drawing, box: Box) -> Property:
    field = box.field
    if field.x_ms_dynamic_values is not None:
        return _choice_of_others(drawing, field, field.x_ms_dynamic_values)
    if field.enum:
        return _choice(drawing, field, empty=not box.required and not box.additional)
    kind = "dateTime" if field.format == "date-time" else "color" if _is_color(box) else "string"
    form: Property = {"type": kind, "default": field.default or ""}
    if kind == "string" and _is_secret(box):
        form["typeOptions"] = {"password": True}
    elif placeholder := _placeholder(box):
        form["placeholder"] = placeholder
    return form


def _is_secret(box: Box) -> bool:
    return box.field.write_only or any(word in box.parameter.lower() for word in _SECRET_WORDS)


def _is_color(box: Box) -> bool:
    """Whether the name says so, as n8n's rule reads it; a colour may still be written by hand, in any way CSS has."""
    return re.search("colou?r", box.parameter, re.IGNORECASE) is not None


def _placeholder(box: Box) -> str:
    if box.parameter == "email":
        return "name@email.com"
    example = next((str(value) for value in box.field.examples or () if isinstance(value, str | int)), "")
    shown = " ".join(example.split())
    return f"e.g. {words.capital_ids(shown)}" if shown and words.capital_ids(shown) == shown else ""


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
        {"name": words.title(str(value).replace("_", " ").replace("-", " ")), "value": value}
        for value in field.enum or ()
    ]
    if len({option["name"] for option in options}) < len(options):
        options = [{"name": words.title(str(value)), "value": value} for value in field.enum or ()]
    if len({option["name"] for option in options}) < len(options):
        raise cannot(drawing.action, f"two choices of “{field.title}” would have the same name in n8n")
    return options


def _choice_of_others(drawing: Drawing, field: FieldSchema, values: DynamicValues) -> Property:
    """Chosen from a list that another action gives, or written by hand."""
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


def _list(drawing: Drawing, box: Box, display: str) -> Property:
    field = box.field
    item = drawing.schema.resolve(field.items or FieldSchema())
    kind = layout.list_kind(field, drawing.schema)
    if kind == "texts" and item.enum:
        return {"type": "multiOptions", "options": in_order(_options(drawing, item), "name"), "default": []}
    if kind == "texts":
        button = f"Add {words.title(words.singular(display))}"
        hidden = {"password": True} if _is_secret(box) or item.write_only else {}
        several = {"multipleValues": True, "multipleValueButtonText": button}
        return {"type": "string", "typeOptions": {**several, **hidden}, "default": []}
    # Rows inside rows without end are drawn once; further ones are written as JSON.
    if kind == "json" or _loops(drawing, field):
        return {"type": "json", "default": "[]"}
    return _rows(drawing, box, item, display, several=True)


def _loops(drawing: Drawing, field: FieldSchema) -> bool:
    return field.items is not None and _way(field) in drawing.seen


def _way(field: FieldSchema) -> str:
    """What names a list's rows: the reference they come from, or what they are."""
    item = field.items or field
    return item.ref or item.model_dump_json(exclude={"title", "description", "examples"})


def _rows(drawing: Drawing, box: Box, item: FieldSchema, display: str, *, several: bool) -> Property:
    marks = not drawing.seen and not box.additional
    inner = Drawing(drawing.action, drawing.methods, {}, (*drawing.seen, _way(box.field)), marks)
    boxes = layout.boxes_of(item.properties, frozenset(item.required), drawing.schema, drawing.action.key)
    values = draw(inner, boxes)
    single = words.title(words.singular(display))
    form: Property = {
        "type": "fixedCollection",
        "placeholder": f"Add {single}",
        "default": {},
        "options": [{"displayName": single, "name": "rows", "values": in_order(values)}],
    }
    return form | ({"typeOptions": {"multipleValues": True}} if several else {})


def routing_of(action: Action, box: Box, shared_names: frozenset[str]) -> Property | None:
    """The routing of an input where n8n's own words can say where it goes; None where the hook must put it.

    Args:
        action: The action.
        box: The input.
        shared_names: Names in the address that two inputs share.
    """
    field = box.field
    if field.items is not None or field.properties or field.x_spread or "object" in field.types:
        return None
    if field.x_in == "query":
        name = field.x_name or box.name
        plain = name not in shared_names
        return {"send": {"type": "query", "property": name, "propertyInDotNotation": False}} if plain else None
    if field.x_in == "header":
        return {"request": {"headers": {field.x_name or box.name: "={{ $value }}"}}}
    if field.x_in == "body":
        return _in_body(action, box)
    return None


def _in_body(action: Action, box: Box) -> Property | None:
    way = json_pointer.parse(box.field.pointers(box.name)[0])
    if not way:
        raise ExportError(f"{action.key}: the field {box.name} is the whole body, which n8n cannot send.")
    if not all(re.fullmatch(_PLAIN_PLACE, token) for token in way):
        return None
    return {"send": {"type": "body", "property": ".".join(way)}}
