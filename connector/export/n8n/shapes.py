"""What the node's hooks must know of an action: plain data, as `hooks/shape.ts` declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.catalogue.action import Action
from connector.definition.action import KnownError
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.service import ConnectorDefinition
from connector.export.n8n import style
from connector.export.n8n.layout import FormField, parameter_name

Shape = dict[str, Any]


@dataclass
class Shared:
    """The fields that several places refer to, by a name of their own.

    Attributes:
        fields: Their shapes.
        origins: Which definition each name stands for, so that two that differ never meet under one name.
    """

    fields: dict[str, Shape] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def name(self, ref: str, schema: ObjectSchema, *, output: bool) -> str:
        """The name of what `$ref` means, whose shape is made when it is first asked for."""
        plain = ref.removeprefix("#/$defs/")
        target = schema.defs[plain]
        origin = f"{output} {target.model_dump_json()} {sorted(_meanings(target, schema))}"
        count, name = 1, plain
        while self.origins.setdefault(name, origin) != origin:
            count += 1
            name = f"{plain}_{count}"
        if name not in self.fields:
            self.fields[name] = {}
            self.fields[name] = field_shape(plain, target, schema, self, output=output, top=False)
        return name


def _meanings(target: FieldSchema, schema: ObjectSchema, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """What the references inside a definition stand for."""
    inner = [*target.properties.values(), *([target.items] if target.items else [])]
    if target.ref is not None and target.ref not in seen:
        named = schema.defs[target.ref.removeprefix("#/$defs/")]
        yield f"{target.ref} {named.model_dump_json()}"
        yield from _meanings(named, schema, seen | {target.ref})
    for part in inner:
        yield from _meanings(part, schema, seen)


def action_shape(action: Action, form_fields: list[FormField], routed: Mapping[str, Any], shared: Shared) -> Shape:
    """What the hooks must know to send an action and to read its answer.

    Args:
        action: The action.
        form_fields: Where its inputs stand in the node.
        routed: The inputs that n8n's own routing puts into the request.
        shared: Takes what is referred to.
    """
    definition = action.definition
    shape: Shape = {"method": definition.request.method, "path": definition.request.path}
    if definition.request.body is not None:
        shape["body"] = definition.request.body
    if definition.request.body is not None or any(form_field.field.x_in == "body" for form_field in form_fields):
        shape["hasBody"] = True
    shape["inputs"] = {
        form_field.name: _input_shape(form_field, form_field.name in routed, definition.inputs, shared)
        for form_field in form_fields
    }
    shape["outputs"] = {
        name: field_shape(name, declared, definition.outputs, shared, output=True, top=False)
        for name, declared in definition.outputs.properties.items()
    }
    if definition.request.body_defaults:
        shape["bodyDefaults"] = [_filled(entry.model_dump(by_alias=True)) for entry in definition.request.body_defaults]
    if definition.pagination is not None:
        shape["paging"] = _paging(action)
    if definition.idempotency is not None:
        key = definition.input(definition.idempotency.input)
        shape["idempotency"] = key.x_name or definition.idempotency.input
    return shape | _filled({"outcomes": definition.outcomes, "errors": [error_shape(e) for e in definition.errors]})


def service_shape(manifest: ConnectorDefinition) -> Shape:
    """What the hooks must know of the service as a whole."""
    return {
        "title": manifest.title,
        "errorMessage": manifest.error_body.message,
        "errorType": manifest.error_body.type,
        "errorKinds": manifest.error_body.kinds,
        "errors": [error_shape(known) for known in manifest.errors],
    }


def error_shape(known: KnownError) -> Shape:
    """A refusal in our words."""
    return {
        "status": known.status,
        "sentence": known.sentence,
        **_filled({"hint": known.hint, "pattern": known.pattern}),
    }


def field_shape(
    name: str, declared: FieldSchema, schema: ObjectSchema, shared: Shared, *, output: bool, top: bool = True
) -> Shape:
    """A field's place and form on the wire."""
    if declared.ref is not None:
        beside = declared.model_copy(update={"ref": None})
        own = _own_shape(name, beside, schema, shared, output=output, top=top)
        return {"ref": shared.name(declared.ref, schema, output=output), **own}
    return _own_shape(name, declared, schema, shared, output=output, top=top)


def _own_shape(
    name: str, declared: FieldSchema, schema: ObjectSchema, shared: Shared, *, output: bool, top: bool
) -> Shape:
    shape = _filled(
        {
            "label": None if output or declared.title is None else style.title(declared.title),
            "at": _places(name, declared, top=top),
            "types": list(declared.types),
            "secret": declared.write_only and not output,
            "mapKey": declared.x_map_key,
            "mapValue": declared.x_map_value,
            "spread": declared.x_spread,
            "keepEmpty": declared.x_keep_empty,
            "textFor": declared.x_text_for,
            "from": declared.x_from if declared.x_from != "body" else None,
            "epochMilliseconds": declared.x_time is not None,
            "fallback": declared.default if output else None,
            "alternatives": isinstance(declared.x_pointer, list),
        }
    )
    if declared.items is not None:
        shape["items"] = field_shape("", declared.items, schema, shared, output=output, top=False)
    if declared.properties:
        shape["properties"] = {
            key: field_shape(key, inner, schema, shared, output=output, top=False)
            | ({} if output else _filled({"required": key in declared.required, "parameter": _other_name(key)}))
            for key, inner in declared.properties.items()
        }
    return shape


def _other_name(key: str) -> str | None:
    """The name of a row's field in the node, where that is not its own."""
    return parameter_name(key) if parameter_name(key) != key else None


def _places(name: str, declared: FieldSchema, *, top: bool) -> list[str] | None:
    """The pointers; left out where the name says as much."""
    return list(declared.pointers(name)) if top or declared.x_pointer is not None else None


def _input_shape(form_field: FormField, routed: bool, schema: ObjectSchema, shared: Shared) -> Shape:
    declared = schema.properties[form_field.name]
    shape = {
        "parameter": form_field.parameter,
        "in": form_field.field.x_in,
        **field_shape(form_field.name, declared, schema, shared, output=False),
    }
    if form_field.field.x_in == "body":
        shape["at"] = list(form_field.field.pointers(form_field.name))
    else:
        shape.pop("at", None)
        shape["wireName"] = form_field.field.x_name or form_field.name
    return shape | _filled({"additional": form_field.additional, "required": form_field.required, "routed": routed})


def _paging(action: Action) -> Shape:
    definition = action.definition
    assert definition.pagination is not None  # noqa: S101 - only called for paged actions
    paging = definition.pagination
    cursor = definition.input(paging.input)
    place = cursor.pointers(paging.input)[0] if cursor.x_in == "body" else cursor.x_name or paging.input
    return {
        "rows": paging.rows,
        "input": {"in": cursor.x_in, "place": place},
        "cursor": paging.cursor,
        "more": paging.more,
    }


def _filled(shape: Shape) -> Shape:
    return {name: value for name, value in shape.items() if value not in (None, False, [], {}, "")}
