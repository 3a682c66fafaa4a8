"""The forms of the editor: the fields of each action, each with the kind of control for it."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import FieldSchema
from connector.definition.rules import Choice
from connector.export.errors import cannot_export
from connector.validation.text_values import as_text

Form = dict[str, Any]

_KINDS = {
    frozenset({"string"}): "text",
    frozenset({"boolean"}): "flag",
    frozenset({"integer"}): "number",
    frozenset({"number"}): "number",
    frozenset({"integer", "number"}): "number",
    frozenset({"string", "integer"}): "text or number",
    frozenset({"string", "number"}): "text or number",
}
"""The control for the types of an input; the script `editor.js` draws each. Other types are JSON, or text too."""
_LONGEST_EXAMPLE = 120
_UNSTORABLE = ("toString", "hasOwnProperty")
"""Names of fields that Node-RED calls as functions of what it keeps."""


def form(actions: list[Action], operations: frozenset[str]) -> dict[str, Form]:
    """The forms of a node's actions, by action key, in the order of their names.

    Raises:
        ExportError: Node-RED cannot keep a field of that name.
    """
    return {
        action.key: {
            "title": action.summary,
            "description": action.description,
            "paged": action.definition.pagination is not None,
            "choices": [_form_choice(choice) for choice in choices(action)],
            "fields": [
                _form_field(action, name, operations)
                for name in action.inputs["properties"]
                if action.definition.input(name).x_ms_visibility != "internal"
            ],
        }
        for action in sorted(actions, key=lambda action: action.summary)
    }


def choices(action: Action) -> list[Choice]:
    """The choices that the form draws as a select: those that hold whatever else is filled in."""
    return [rule for rule in action.definition.inputs.x_rules if isinstance(rule, Choice) and rule.condition is None]


def _form_choice(choice: Choice) -> Form:
    options = [
        {
            "key": option.key,
            "title": option.title,
            "fields": option.fields,
            "required": option.required,
            **({"default": True} if option.default else {}),
        }
        for option in choice.options
    ]
    return {"key": choice.key, "title": choice.title, "required": choice.required, "options": options}


def selected(action: Action, names: Container[str]) -> dict[str, str]:
    """Per choice the first option with the most of these fields; choices that have none are left out."""
    made = {}
    for choice in choices(action):
        best = max(choice.options, key=lambda option: sum(name in names for name in option.fields))
        if any(name in names for name in best.fields):
            made[choice.key] = best.key
    return made


def kind(action: Action, name: str) -> str:
    """The kind of control for an input: a choice where the allowed values are all texts, or all numbers."""
    field = action.definition.input(name)
    types = frozenset(field.types) - {"null"}
    found = _KINDS.get(types) or ("json or text" if not types or "string" in types else "json")
    values = [value for value in field.enum or () if value is not None]
    if values and any(all(type(value) in kinds for value in values) for kinds in ((str,), (int, float))):
        found = "choice"
    return "secret" if field.write_only else found


def _form_field(action: Action, name: str, operations: frozenset[str]) -> Form:
    field = action.definition.input(name)
    if name in _UNSTORABLE:
        raise cannot_export(action, f"Node-RED starts no flow with a field called “{name}”")
    required = name in action.definition.inputs.required
    form_field: Form = {
        "name": name,
        "title": field.title or name,
        "description": _described(field),
        "kind": kind(action, name),
    }
    if form_field["kind"] == "choice":
        form_field["values"] = [value for value in field.enum or () if value is not None]
    if required and field.default is None:
        form_field["required"] = True
    elif field.x_ms_visibility == "advanced":
        form_field["advanced"] = True
    if form_field["kind"] != "secret" and (example := _example(field)):
        form_field["example"] = example
    if field.x_ms_dynamic_values is not None and field.x_ms_dynamic_values.operation_id in operations:
        form_field["listed"] = True
        if field.x_ms_dynamic_values.depends_on:
            form_field["dependsOn"] = list(field.x_ms_dynamic_values.depends_on)
    return form_field


def _described(field: FieldSchema) -> str:
    """The description; a file is a buffer of the message, or its JSON."""
    note = 'A file: a buffer, or {"$content-type": "image/png", "$content": "<base64>"}.' if field.x_file else ""
    return " ".join(filter(None, (field.description, note)))


def _example(field: FieldSchema) -> str:
    """The placeholder of a field: the default, or an example."""
    value = field.default if field.default is not None else (field.examples or [None])[0]
    if value is None:
        return ""
    text = as_text(value)
    text = text if len(text) <= _LONGEST_EXAMPLE else text[: _LONGEST_EXAMPLE - 1] + "…"
    return text if field.default is not None else f"e.g. {text}"
