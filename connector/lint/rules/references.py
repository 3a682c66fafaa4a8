"""What names something else: references, dynamic values, pagination, idempotency."""

from __future__ import annotations

from collections.abc import Iterator

from connector import json_pointer
from connector.definition.action import ActionDefinition
from connector.definition.field import DynamicValues
from connector.lint.folder_view import FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import ACTION

_LISTING = "definitions/things/list_things.json"
_CHOICES = {
    "operationId": "ThingsGet",
    "value-collection": "results",
    "value-path": "id",
    "value-title": "name",
}
_KEY = {
    "title": "Idempotency",
    "description": "A text of your own that makes a second run harmless.",
    "x-name": "Idempotency-Key",
}


def _choices(**words: str) -> dict[str, object]:
    changed = _CHOICES | {name.replace("_", "-"): value for name, value in words.items()}
    return {ACTION: {"inputs": {"properties": {"thing_id": {"x-ms-dynamic-values": changed}}}}}


def _refers(target: str, **definitions: object) -> dict[str, object]:
    """A change that makes the sample's output refer to a definition."""
    schema = {"properties": {"name": {"$ref": target}}, "$defs": definitions}
    return {ACTION: {"outputs": schema}}


@folder_rule(
    "D401",
    "Name a definition under “$defs” of the same schema, or of definitions/common.json, that does not lead back.",
    good=_refers("#/$defs/text", text={"maxLength": 80}),
    bad=_refers("#/$defs/text", text={"$ref": "#/$defs/text"}),
)
def references_lead_somewhere(view: FolderView) -> Iterator[Violation]:
    """Every `$ref` names a definition, and none leads in a circle with no list or object between."""
    for action in view.actions:
        for place, message in action.broken_references:
            yield Violation(*action.home(place), message)


@folder_rule(
    "D402",
    "Name the operation id of an action, an output of it that holds rows, and two fields of those rows.",
    good=_choices(),
    bad=_choices(value_title="label"),
)
def dynamic_values_exist(view: FolderView) -> Iterator[Violation]:
    """Choices come from an action that is there, from a list it returns, and from fields of its rows."""
    for action in view.sound:
        for node in action.nodes():
            source = node.written.x_ms_dynamic_values
            if source is None:
                continue
            place = f"{node.place}/x-ms-dynamic-values"
            other = view.by_operation.get(source.operation_id)
            if other is not None:
                problem = _choice_problem(source, other.definition)
            elif view.complete:
                problem = f"No action has the operation id “{source.operation_id[:80]}”."
            else:
                problem = ""
            if problem:
                yield Violation(*action.home(place), problem)


def _choice_problem(source: DynamicValues, listing: ActionDefinition) -> str:
    """What is wrong with a source of choices; empty when nothing is."""
    rows = listing.outputs.properties.get(source.value_collection)
    rows = listing.outputs.resolve(rows) if rows is not None else None
    if rows is None or rows.items is None:
        return f"“{listing.summary}” has no list “{source.value_collection[:80]}” among its outputs."
    row = listing.outputs.resolve(rows.items)
    for name in (source.value_path, source.value_title):
        if name not in row.properties:
            return f"The rows of “{source.value_collection}” have no field “{name[:80]}”."
    for name in source.parameters:
        if name not in listing.inputs.properties:
            return f"“{listing.summary}” has no input “{name[:80]}”."
    missing = [name for name in listing.inputs.required if name not in source.parameters]
    return f"“{listing.summary}” cannot run without {', '.join(missing)}." if missing else ""


@folder_rule(
    "D403",
    "Name an output that is a list, and an optional input for the cursor.",
    good={_LISTING: {"pagination": {"rows": "results", "more": "/paging/next"}}},
    bad={_LISTING: {"pagination": {"rows": "rows"}}},
)
def pagination_names_fields(view: FolderView) -> Iterator[Violation]:
    """A paged action names its list of rows and the optional input that takes the cursor."""
    for action in view.sound:
        definition = action.definition
        paging = definition.pagination
        if paging is None:
            continue
        rows = definition.outputs.properties.get(paging.rows)
        if rows is None or "array" not in definition.outputs.resolve(rows).types:
            yield Violation(action.file, "/pagination/rows", f"No output “{paging.rows[:80]}” is a list.")
        if paging.input not in definition.inputs.properties:
            yield Violation(action.file, "/pagination", f"There is no input “{paging.input[:80]}” for the cursor.")
        elif paging.input in definition.inputs.required:
            yield Violation(
                action.file, "/inputs/required", "The first page has no cursor, so its input cannot be required."
            )


@folder_rule(
    "D404",
    "Name an optional input with “x-in” “header” and the connector's header as “x-name”.",
    good={
        ACTION: {
            "inputs": {"properties": {"idempotency": {**_KEY, "x-in": "header"}}},
            "idempotency": {"input": "idempotency"},
        }
    },
    bad={
        ACTION: {
            "inputs": {"properties": {"idempotency": {**_KEY, "x-in": "query"}}},
            "idempotency": {"input": "idempotency"},
        }
    },
)
def idempotency_is_a_header(view: FolderView) -> Iterator[Violation]:
    """The idempotency key has an optional input that travels in the connector's header for it."""
    header = view.manifest.idempotency.header if view.manifest and view.manifest.idempotency else None
    for action in view.sound:
        definition = action.definition
        if definition.idempotency is None:
            continue
        name = definition.idempotency.input
        if name not in definition.inputs.properties:
            yield Violation(action.file, "/idempotency/input", f"There is no input “{name[:80]}”.")
            continue
        field = definition.input(name)
        place = json_pointer.join(["inputs", "properties", name])
        if field.x_in != "header":
            yield Violation(action.file, place, "The idempotency key must travel in a header.")
        elif header is not None and (field.x_name or name).lower() != header.lower():
            yield Violation(action.file, place, f"The connector's header for idempotency keys is {header}.")
        if name in definition.inputs.required:
            yield Violation(action.file, "/inputs/required", "The runtime makes a key when none is given.")
