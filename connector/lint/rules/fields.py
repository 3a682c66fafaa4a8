"""Each input and output by itself: its schema, its type, its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector import json_pointer
from connector.definition.field import ObjectSchema
from connector.lint.folder_view import PARTS, ActionView, Node
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION
from connector.validation.formats import FORMATS, UNCHECKED
from connector.validation.validator import Validator


def _input(**words: Any) -> dict[str, Any]:
    """A change to the sample's input."""
    spelt = {name.replace("_", "-") if name.startswith("x_") else name: value for name, value in words.items()}
    return {ACTION: {"inputs": {"properties": {"thing_id": spelt}}}}


def _output(**words: Any) -> dict[str, Any]:
    """A change to the sample's output."""
    return {ACTION: {"outputs": {"properties": {"name": words}}}}


_TAGS = {"title": "Tags", "description": "Only things that carry these, one in each entry.", "examples": [["old"]]}


@action_rule(
    "D201",
    "Mend the schema; json-schema.org explains each word.",
    good=_input(pattern="^t-"),
    bad=_input(pattern="("),
)
def schemas_are_json_schema(action: ActionView) -> Iterator[tuple[str, str]]:
    """Inputs and outputs are valid JSON Schema 2020-12."""
    yield from action.schema_errors


@action_rule(
    "D203",
    f"Use one of {', '.join(sorted([*FORMATS, *UNCHECKED]))}, or none.",
    good=_input(format="password"),
    bad=_input(format="hostname"),
)
def formats_are_checked_ones(action: ActionView) -> Iterator[tuple[str, str]]:
    """A format is one that the runtime checks, or one that only tells how to show a value."""
    for node in action.nodes():
        name = node.written.format
        if name is not None and name not in FORMATS and name not in UNCHECKED:
            yield f"{node.place}/format", f"Nothing checks the format “{name[:40]}”, so it would be a false promise."


@action_rule(
    "D204",
    "Mend the value, or the rule it breaks.",
    good=_input(enum=["t-1", "t-2"], default="t-1"),
    bad=_input(examples=[7]),
)
def values_fit_their_field(action: ActionView) -> Iterator[tuple[str, str]]:
    """A default, an example or a choice is a value that the field itself would accept."""
    if action.schema_errors:
        return
    for node in action.nodes():
        written: Mapping[str, Any] = json_pointer.get(action.document, node.place)
        for word in ("default", "examples", "enum"):
            if word not in written or written[word] is None:
                continue
            values = [written[word]] if word == "default" else written[word]
            for index, value in enumerate(values):
                for message in _complaints(action, node, written, word, value):
                    yield f"{node.place}/{word}" + ("" if word == "default" else f"/{index}"), message


def _complaints(action: ActionView, node: Node, written: Mapping[str, Any], word: str, value: Any) -> Iterator[str]:
    """What the field's own schema says of a value."""
    schema = action.schema(node.part)
    own = {key: entry for key, entry in written.items() if not (key == "enum" and word == "enum")}
    title = {"title": "The value"}
    document = {
        "type": "object",
        "properties": {"value": {**own, **title}},
        "$defs": action.document[node.part].get("$defs", {}),
    }
    field = node.field.model_copy(update={"title": "The value", "write_only": False})
    model = ObjectSchema.model_construct(properties={"value": field}, defs=schema.defs)
    return (problem.message for problem in Validator(model, document).problems({"value": value}))


@action_rule(
    "D205",
    "Write the type as a list with “null” in it: the service may leave the field out.",
    good=_output(type=["string", "integer", "null"]),
    bad=_output(type="string"),
)
def outputs_may_be_null(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every output may be null; entries of a list that are objects need not."""
    for node in action.nodes("outputs"):
        rows = not node.name and "object" in node.field.types
        root_of_definition = not node.name and node.parent is None
        if not rows and not root_of_definition and "null" not in node.field.types:
            yield node.place, f"{_shown(node)} has no “null” among its types."


@action_rule(
    "D206",
    "Take “required” out of the outputs: left out, it lists them all.",
    good={},
    bad={ACTION: {"outputs": {"required": []}}},
)
def outputs_are_always_there(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every output at the top is listed in required."""
    for node in action.top("outputs"):
        if node.name not in action.definition.outputs.required:
            yield "/outputs/required", f"The output “{node.name}” is not listed."


@action_rule(
    "D207",
    "Take the name out of “required”, or add the field.",
    good={},
    bad={ACTION: {"inputs": {"required": ["thing_id", "thing_no"]}}},
)
def required_fields_exist(action: ActionView) -> Iterator[tuple[str, str]]:
    """Whatever is required is a field."""
    for part in PARTS:
        schema = action.schema(part)
        for name in schema.required:
            if name not in schema.properties:
                yield f"/{part}/required", f"There is no field “{name[:80]}”."
    for node in action.nodes():
        for name in node.written.required:
            if name not in node.field.properties:
                yield f"{node.place}/required", f"There is no field “{name[:80]}” in {_shown(node)}."


@action_rule(
    "D208",
    "Say with “items” what the list consists of; {} for texts.",
    good={ACTION: {"inputs": {"properties": {"tags": {**_TAGS, "items": {}}}}}},
    bad={ACTION: {"inputs": {"properties": {"tags": {**_TAGS, "type": "array"}}}}},
)
def lists_have_entries(action: ActionView) -> Iterator[tuple[str, str]]:
    """An input that is a list says what it is a list of."""
    for node in action.nodes("inputs"):
        if "array" in node.field.types and node.field.items is None:
            yield node.place, f"{_shown(node)} is a list of nothing in particular: “items” is missing."


def _shown(node: Node) -> str:
    return f"“{node.name[:80]}”" if node.name else "An entry of the list"
