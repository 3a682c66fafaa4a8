"""A field of a definition as a parameter of an n8n node."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import DynamicValues, FieldSchema, ObjectSchema
from connector.export.errors import cannot_export
from connector.export.n8n import layout, options, style
from connector.export.n8n.expressions import fixed
from connector.export.n8n.layout import Form, FormField, Place

Property = dict[str, Any]

_JSON: Property = {"type": "json", "default": ""}
_SECRET_WORDS = ("secret", "password", "token", "apikey")


@dataclass(frozen=True)
class Drawing:
    """The context for drawing the fields of an action.

    Attributes:
        action: The action, for error messages.
        methods: The name of the search method by source of choices.
        service: The title of the service.
        seen: The `$ref`s on the way to the field, to stop at recursive rows.
        marks: Whether required fields are marked. Not inside a collection: n8n would look for them outside of it, in a
            field of the same name that another operation has.
    """

    action: Action
    methods: Mapping[str, str]
    service: str
    seen: tuple[str, ...] = ()
    marks: bool = True

    @property
    def schema(self) -> ObjectSchema:
        """The inputs that the fields belong to."""
        return self.action.definition.inputs


def draw_form(drawing: Drawing, form: Form) -> list[Property]:
    """The parameters for the fields of an action: required ones, each select with its fields, the others, a collection.

    The fields that a select controls are below it, in the order of its options.
    """
    by_name = {form_field.name: form_field for form_field in form.fields}
    first = [one.name for one in form.fields if one.is_required]
    drawn: list[Property] = []
    done: set[str] = set()
    for name in [*first, *(name for name in by_name if name not in first)]:
        if name in done:
            continue
        select = form.select_of(name)
        names = [name] if select is None else [each for each in select.choice.names if each in by_name]
        if select is not None:
            drawn.append(select.drawn())
        for each in names:
            inner = next((one for one in form.selects if one.show and each in one.choice.names), None)
            if inner is not None and inner.parameter not in done:
                drawn.append(inner.drawn())
                done.add(inner.parameter)
            drawn += _on_its_own(drawing, by_name[each])
        done.update(names)
    return drawn + _collection_of(drawing, form.fields)


def draw_row(drawing: Drawing, form_fields: list[FormField]) -> list[Property]:
    """The parameters for the fields of a row: those on their own, then the collection of the others."""
    drawn = [each for form_field in form_fields for each in _on_its_own(drawing, form_field)]
    return drawn + _collection_of(drawing, form_fields)


def _on_its_own(drawing: Drawing, form_field: FormField) -> list[Property]:
    return [part for place in form_field.own for part in _with_switch(drawing, form_field, place)]


def _with_switch(drawing: Drawing, form_field: FormField, place: Place) -> list[Property]:
    """The parameter of a field, and the switch that sends it empty if that means something."""
    if not form_field.field.x_keep_empty:
        return [_drawn(drawing, form_field, place)]
    switch = layout.empty_switch(form_field.parameter)
    title = style.title(form_field.field.title or form_field.name)
    empty: Property = {"displayName": f"Send Empty {title}", "name": switch, "type": "boolean", "default": False}
    if place.show:
        empty["displayOptions"] = {"show": dict(place.show)}
    empty["description"] = f"Whether to send an empty {'list' if form_field.field.items else 'text'}"
    return [_drawn(drawing, form_field, replace(place, show={**place.show, switch: [False]})), empty]


def _collection_of(drawing: Drawing, form_fields: list[FormField]) -> list[Property]:
    others = [(each, each.additional) for each in form_fields if each.additional is not None]
    return [collection([_drawn(drawing, each, place) for each, place in others])] if others else []


def collection(properties: list[Property], name: str = "Additional Fields") -> Property:
    """A collection of fields that users add one by one."""
    return {
        "displayName": name,
        "name": "additionalFields",
        "type": "collection",
        "placeholder": "Add Field",
        "default": {},
        "options": style.in_order(properties),
    }


def source_key(values: DynamicValues) -> str:
    """A key that is the same for the same source of choices."""
    return json.dumps(values.model_dump(), sort_keys=True)


def _drawn(drawing: Drawing, form_field: FormField, place: Place) -> Property:
    field = form_field.field
    display = style.title(field.title or form_field.name)
    form: Property = {"displayName": display, "name": form_field.parameter, **_typed(drawing, form_field, display)}
    if place.show:
        form["displayOptions"] = {"show": dict(place.show)}
    if place.required and drawing.marks:
        form["required"] = True
    text = " ".join(filter(None, ("Deprecated." if field.deprecated else "", field.description)))
    about = style.description(text, boolean=form["type"] == "boolean", beside=display)
    if about:
        form["description"] = about
    if layout.holds_files(field, drawing.schema):
        form["hint"] = "The name of the input binary field with the file"
    variable = (
        layout.service_variable(form_field.field) if form["type"] in {"string", "json", "fixedCollection"} else None
    )
    if variable:
        form["hint"] = (
            f"To send {variable} to {drawing.service}, keep the field Fixed: n8n evaluates it in an Expression"
        )
    return form


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
    if field.x_file:
        return {"type": "string", "default": "data" if form_field.is_required else "", "placeholder": "e.g. data"}
    if kinds == {"boolean"}:
        return {"type": "boolean", "default": bool(field.default)}
    if kinds in ({"integer"}, {"number"}):
        return _number(field)
    if field.types and not kinds:
        raise cannot_export(drawing.action, f"n8n has no field type for “{form_field.name}” (null)")
    # Of several types, a text is typed as it is; values of the others come from expressions, or are JSON.
    if not kinds or "string" in kinds or kinds == {"integer", "number"}:
        return _text(drawing, form_field)
    return {"type": "json", "default": json.dumps(field.default) if field.default is not None else ""}


def _text(drawing: Drawing, form_field: FormField) -> Property:
    field = form_field.field
    if field.x_ms_dynamic_values is not None and not field.x_ms_dynamic_values.depends_on:
        return _choice_of_others(drawing, field, field.x_ms_dynamic_values)
    if field.enum and not any(isinstance(value, dict | list) for value in field.enum):
        return options.select(field, empty=not form_field.is_required)
    kind = "dateTime" if field.format == "date-time" else "color" if _is_color(form_field) else "string"
    form: Property = {"type": kind, "default": fixed(field.default or "")}
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


def _choice_of_others(drawing: Drawing, field: FieldSchema, values: DynamicValues) -> Property:
    """A field to choose from the rows of another action, or to type in."""
    by_hand: Property = {"displayName": "By ID", "name": "id", "type": "string"}
    example = next((value for value in field.examples or () if isinstance(value, str)), "")
    if example:
        by_hand["placeholder"] = f"e.g. {example}"
    return {
        "type": "resourceLocator",
        "default": {"mode": "list", "value": fixed(field.default or "")},
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
        return {"type": "multiOptions", "options": style.in_order(options.options(item), "name"), "default": []}
    if kind == "texts":
        button = f"Add {style.title(style.singular(display))}"
        hidden = {"password": True} if _is_secret(form_field) or item.write_only else {}
        several = {"multipleValues": True, "multipleValueButtonText": button}
        form: Property = {"type": "color" if _is_color(form_field) else "string"}
        form["typeOptions"] = {**several, **hidden}
        email = {"placeholder": _placeholder(form_field)} if form_field.parameter == "email" else {}
        return form | email | {"default": []}
    return _JSON if kind == "json" else _rows(drawing, form_field, item, display, several=True)


def _way(field: FieldSchema) -> str:
    """A key for the rows of a list: their `$ref`, or their schema."""
    item = field.items or field
    return item.ref or item.model_dump_json(exclude={"title", "description", "examples"})


def _rows(drawing: Drawing, form_field: FormField, item: FieldSchema, display: str, *, several: bool) -> Property:
    if _way(form_field.field) in drawing.seen:
        return _JSON  # Recursive rows are drawn once; deeper ones are JSON.
    marks = not drawing.seen and form_field.additional is None
    seen = (*drawing.seen, _way(form_field.field))
    inner = Drawing(drawing.action, drawing.methods, drawing.service, seen, marks)
    form_fields = layout.form_fields_of(item.properties, frozenset(item.required), drawing.schema, drawing.action)
    values = draw_row(inner, form_fields)
    single = style.title(style.singular(display))
    form: Property = {
        "type": "fixedCollection",
        "placeholder": f"Add {single}",
        "default": {},
        "options": [{"displayName": single, "name": "rows", "values": style.in_order(values)}],
    }
    return form | ({"typeOptions": {"multipleValues": True}} if several else {})
