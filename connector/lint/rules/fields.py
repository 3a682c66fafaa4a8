"""Each input and output on its own: its schema, its type, its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector import json_pointer
from connector.definition.field import ObjectSchema
from connector.lint.folder_view import PARTS, ActionView, LocatedField
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION, with_inputs, with_outputs
from connector.validation.formats import FORMATS, UNCHECKED
from connector.validation.validator import Validator


def _input(**keywords: Any) -> dict[str, Any]:
    """A change to the sample's input."""
    spelled = {name.replace("_", "-") if name.startswith("x_") else name: value for name, value in keywords.items()}
    return with_inputs(thing_id=spelled)


_TAGS = {"title": "Tags", "description": "Only things that carry these, one in each entry.", "examples": [["old"]]}


@action_rule(
    "D201",
    "Correct the schema; json-schema.org explains each keyword.",
    good=_input(minLength=1),
    bad=_input(minLength=-1),
)
def schemas_are_json_schema(action: ActionView) -> Iterator[tuple[str, str]]:
    """Inputs and outputs are valid JSON Schema 2020-12.

    Hosts validate against these schemas with their own tools.
    """
    yield from action.schema_errors


@action_rule(
    "D203",
    f"Remove “format”, or use one of: {', '.join(sorted([*FORMATS, *UNCHECKED]))}.",
    good=_input(format="password"),
    bad=_input(format="hostname"),
)
def formats_are_checked_ones(action: ActionView) -> Iterator[tuple[str, str]]:
    """A format is one that is validated, or one that says how to display a value.

    A format that is not validated accepts any text.
    """
    for node in action.nodes():
        name = node.written.format
        if name is not None and name not in FORMATS and name not in UNCHECKED:
            yield f"{node.place}/format", f"The format “{name[:40]}” is not validated."


@action_rule(
    "D204",
    "Change the value, or the keyword that rejects it.",
    good=_input(enum=["t-1", "t-2"], default="t-1"),
    bad=_input(examples=[7]),
)
def values_fit_their_field(action: ActionView) -> Iterator[tuple[str, str]]:
    """Defaults, examples and enum values are valid for their field.

    A value that its own field rejects makes every run with it fail.
    """
    if action.schema_errors:
        return
    for node in action.nodes():
        written: Mapping[str, Any] = json_pointer.get(action.document, node.place)
        for keyword in ("default", "examples", "enum"):
            if keyword not in written or written[keyword] is None:
                continue
            values = [written[keyword]] if keyword == "default" else written[keyword]
            validator = _validator(action, node, written, keyword)
            for index, value in enumerate(values):
                for problem in validator.problems({"value": value}):
                    yield f"{node.place}/{keyword}" + ("" if keyword == "default" else f"/{index}"), problem.message


def _validator(action: ActionView, node: LocatedField, written: Mapping[str, Any], keyword: str) -> Validator:
    """Validates a value by the field's own schema; one of `enum`, by the rest of it."""
    schema = action.schema(node.part)
    own = {key: entry for key, entry in written.items() if not (key == "enum" and keyword == "enum")}
    title = {"title": "The value"}
    document = {
        "type": "object",
        "properties": {"value": {**own, **title}},
        "$defs": action.document[node.part].get("$defs", {}),
    }
    field = node.field.model_copy(update={"title": "The value", "write_only": False})
    # Only what is inside the field can still refer to something.
    defs = schema.defs if field.items or field.properties else {}
    model = ObjectSchema.model_validate({"properties": {"value": field}, "$defs": defs})
    return Validator(model, document)


@action_rule(
    "D205",
    'Add “null” to the types, as in ["string", "null"].',
    good=with_outputs(name={"type": ["string", "integer", "null"]}),
    bad=with_outputs(name={"type": "string"}),
)
def outputs_may_be_null(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every output can be null, except the rows of a list.

    An output is null when the service does not return it.
    """
    for node in action.nodes("outputs"):
        rows = not node.name and "object" in node.field.types
        root_of_definition = not node.name and node.parent is None
        if not rows and not root_of_definition and "null" not in node.field.types:
            yield node.place, f"The types of {_shown(node)} do not include “null”."


@action_rule(
    "D206",
    "Remove “required” from the outputs; by default it lists them all.",
    good={},
    bad={ACTION: {"outputs": {"required": []}}},
)
def outputs_are_always_there(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every top-level output is listed in required.

    A declared output is always present, null if the service does not return it.
    """
    for node in action.top("outputs"):
        if node.name not in action.definition.outputs.required:
            yield "/outputs/required", f"The output “{node.name}” is not listed as required."


@action_rule(
    "D207",
    "Remove the name from “required”, or add the field.",
    good={},
    bad={ACTION: {"inputs": {"required": ["thing_id", "thing_no"]}}},
)
def required_fields_exist(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every required name is a field.

    A required name without a field can never be filled in.
    """
    for part in PARTS:
        schema = action.schema(part)
        for name in schema.required:
            if name not in schema.properties:
                yield f"/{part}/required", f"The required field “{name[:80]}” does not exist."
    for node in action.nodes():
        for name in node.written.required:
            if name not in node.field.properties:
                yield f"{node.place}/required", f"The required field “{name[:80]}” does not exist in {_shown(node)}."


@action_rule(
    "D208",
    "Add “items”; use {} for text.",
    good=with_inputs(tags={**_TAGS, "items": {}}),
    bad=with_inputs(tags={**_TAGS, "type": "array"}),
)
def lists_have_items(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every input that is a list has “items”.

    A form asks for the items one by one.
    """
    for node in action.nodes("inputs"):
        if "array" in node.field.types and node.field.items is None:
            yield node.place, f"The type of {_shown(node)} is a list without “items”."


def _shown(node: LocatedField) -> str:
    return f"“{node.name[:80]}”" if node.name else "the list item"
