"""The forms of the editor: per action its boxes, each with the kind of box it is."""

from __future__ import annotations

import json
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema
from connector.export.vocabulary import cannot

Form = dict[str, Any]

_KINDS = {
    frozenset({"string"}): "text",
    frozenset({"boolean"}): "flag",
    frozenset({"integer"}): "number",
    frozenset({"number"}): "number",
    frozenset({"string", "integer"}): "text or number",
    frozenset({"string", "number"}): "text or number",
    frozenset({"array"}): "json",
    frozenset({"object"}): "json",
    frozenset({"array", "object"}): "json",
    frozenset({"string", "object"}): "json or text",
    frozenset({"string", "array"}): "json or text",
    frozenset({"string", "array", "object"}): "json or text",
    frozenset(): "json or text",
}
"""Types of an input, and the box for them; the script `editor.js` has a drawing for each."""
_LONGEST_EXAMPLE = 120


def form(actions: list[Action], operations: frozenset[str]) -> dict[str, Form]:
    """The forms of a node's actions, by action key, in the order of their names.

    Raises:
        ExportError: An input has types for which there is no box.
    """
    return {
        action.key: {
            "title": action.summary,
            "description": action.description,
            "paged": action.definition.pagination is not None,
            "fields": [
                _box(action, name, operations)
                for name in action.inputs["properties"]
                if action.definition.input(name).x_ms_visibility != "internal"
            ],
        }
        for action in sorted(actions, key=lambda action: action.summary)
    }


def kind(action: Action, name: str) -> str:
    """The kind of box of an input.

    Raises:
        ExportError: There is none for its types.
    """
    field = action.definition.input(name)
    types = frozenset(field.types) - {"null"}
    found = _KINDS.get(types)
    if found is None:
        raise cannot(action, f"input “{name}” may be {' or '.join(sorted(types))}, for which the form has no box")
    if field.enum is not None:
        if found != "text":
            raise cannot(action, f"input “{name}” is a choice of values that are no texts")
        found = "choice"
    return "secret" if field.write_only else found


def _box(action: Action, name: str, operations: frozenset[str]) -> Form:
    field = action.definition.input(name)
    required = name in action.definition.inputs.required
    box: Form = {
        "name": name,
        "title": field.title or name,
        "description": field.description or "",
        "kind": kind(action, name),
    }
    if box["kind"] == "choice":
        box["values"] = [value for value in field.enum or () if value is not None]
    if required and field.default is None:
        box["required"] = True
    elif field.x_ms_visibility == "advanced":
        box["advanced"] = True
    if box["kind"] != "secret" and (example := _example(field)):
        box["example"] = example
    if field.x_ms_dynamic_values is not None and field.x_ms_dynamic_values.operation_id in operations:
        box["choices"] = True
    return box


def _example(field: FieldSchema) -> str:
    """What stands in the empty box: what is taken when it stays empty, or what a value looks like."""
    value = field.default if field.default is not None else (field.examples or [None])[0]
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= _LONGEST_EXAMPLE else text[: _LONGEST_EXAMPLE - 1] + "…"
    return text if field.default is not None else f"e.g. {text}"
