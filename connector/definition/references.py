"""Names in an action that must lead somewhere: `$ref`, and the fields that path, pagination and idempotency use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connector import json_pointer
from connector.definition import templates
from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema, ObjectSchema

_PREFIX = "#/$defs/"
_MOST_STEPS = 20


def broken_references(action: ActionDefinition) -> Iterator[tuple[str, str]]:
    """Every `$ref` of the inputs and outputs that cannot be followed: its JSON pointer, and what is wrong."""
    for part, schema in (("inputs", action.inputs), ("outputs", action.outputs)):
        for keyword, fields in (("properties", schema.properties), ("$defs", schema.defs)):
            for name, field in fields.items():
                yield from _broken(json_pointer.join([part, keyword, name]), field, schema)


def _broken(place: str, field: FieldSchema, schema: ObjectSchema) -> Iterator[tuple[str, str]]:
    problem = _problem(field, schema)
    if problem:
        yield place, problem
    if field.items is not None:
        yield from _broken(f"{place}/items", field.items, schema)
    if isinstance(field.additional_properties, FieldSchema):
        yield from _broken(f"{place}/additionalProperties", field.additional_properties, schema)
    for name, inner in field.properties.items():
        yield from _broken(place + json_pointer.join(["properties", name]), inner, schema)


def _problem(field: FieldSchema, schema: ObjectSchema) -> str:
    """What is wrong with the reference of a field; empty when it has none or it can be followed."""
    followed: list[str] = []
    target = field
    while target.ref is not None:
        name = target.ref.removeprefix(_PREFIX)
        if not target.ref.startswith(_PREFIX) or name not in schema.defs:
            return f"“$ref” is “{target.ref[:80]}”, which is not a definition under “$defs”."
        if name in followed:
            return f"“$ref” refers to itself: {' → '.join([*followed, name])[:200]}."
        followed.append(name)
        if len(followed) > _MOST_STEPS:
            return f"“$ref” leads through more than {_MOST_STEPS} definitions."
        target = schema.defs[name]
    return ""


def unknown_fields(action: ActionDefinition) -> Iterator[tuple[str, str]]:
    """Every input or output that the path, pagination or idempotency needs and is not there: pointer, sentence."""
    inputs = {name: action.input(name) for name in action.inputs.properties}
    in_path = {field.x_name or name for name, field in inputs.items() if field.x_in == "path"}
    for name in action.request.placeholders:
        if name not in in_path:
            yield "/request/path", f"No path input fills in the placeholder {{{name[:80]}}}."
    for place, template in action.request.templates.items():
        for name in templates.input_names(template):
            if name not in inputs:
                yield f"/request{place}", f"There is no input “{name[:80]}”."
    if action.idempotency is not None and action.idempotency.input not in action.inputs.properties:
        yield "/idempotency/input", f"There is no input “{action.idempotency.input[:80]}”."
    paging = action.pagination
    if paging is not None and not paging.follow and paging.input not in action.inputs.properties:
        yield "/pagination/input", f"There is no input “{paging.input[:80]}” for the cursor."
    if paging is not None:
        rows = action.outputs.properties.get(paging.rows)
        if rows is None or "array" not in action.outputs.resolve(rows).types:
            yield "/pagination/rows", f"There is no output “{paging.rows[:80]}” that is a list."


def bulk_problems(action: ActionDefinition, actions: Mapping[str, ActionDefinition]) -> Iterator[str]:
    """What the bulk job of an action needs and is not there, in sentences.

    Args:
        action: An action with a bulk job.
        actions: Actions by key, those of the job among them.
    """
    bulk = action.bulk
    if bulk is None:
        return
    create, add, run, get, results = (actions[key] for key in bulk.actions)
    created = {*bulk.same.values(), *bulk.defaults, *([] if bulk.unless is None else [bulk.unless])}
    row = _rows_of(results)
    needed = [
        (action, "input", {*bulk.same, *bulk.own}, action.inputs.properties),
        (action, "output", bulk.outputs, action.outputs.properties),
        (create, "input", created, create.inputs.properties),
        (create, "output", [bulk.id], create.outputs.properties),
        *((each, "input", [bulk.input], each.inputs.properties) for each in (add, run, get, results)),
        (add, "input", [bulk.rows], add.inputs.properties),
        (get, "output", [bulk.status], get.outputs.properties),
        (results, "field in its rows", {*bulk.matches, bulk.outcome, *bulk.outputs.values()}, row),
    ]
    for each, kind, names, known in needed:
        yield from (f"“{each.summary}” has no {kind} “{name[:80]}”." for name in sorted(set(names) - set(known)))


def _rows_of(action: ActionDefinition) -> Mapping[str, FieldSchema]:
    """The fields of the rows that pages consist of; none where there are no pages."""
    listed = action.outputs.properties.get(action.pagination.rows) if action.pagination else None
    resolved = None if listed is None else action.outputs.resolve(listed)
    if resolved is None or resolved.items is None:
        return {}
    return action.outputs.resolve(resolved.items).properties
