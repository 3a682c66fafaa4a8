"""Names that refer to something else: `$ref`, dynamic values, pagination, idempotency."""

from __future__ import annotations

from collections.abc import Iterator

from connector import json_pointer
from connector.definition.action import ActionDefinition, Pagination
from connector.definition.field import DynamicValues
from connector.definition.references import bulk_problems, unknown_fields
from connector.lint.folder_view import FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import ACTION, with_inputs

_LISTING = "definitions/things/list_things.json"
_CHOICES = {"operationId": "ThingsGet", "value-collection": "results", "value-path": "id", "value-title": "name"}
_BULK = {
    **dict.fromkeys(("create", "add", "run", "get", "results"), "list_things"),
    **{"id": "results", "input": "cursor", "rows": "cursor", "status": "results"},
    **{"same": {}, "own": {"cursor": "/id"}, "matches": {"id": "/id"}, "outcome": "name"},
    **{"created": ["NEW"], "ended": ["DONE"], "succeeded": ["SENT"], "failed": ["LOST"]},
}
_KEY = {
    "title": "Idempotency",
    "description": "Your own text; a second run with the same one has no effect.",
    "x-name": "Idempotency-Key",
}


def _choices(**keywords: str) -> dict[str, object]:
    changed = _CHOICES | {name.replace("_", "-"): value for name, value in keywords.items()}
    return with_inputs(thing_id={"x-ms-dynamic-values": changed})


def _refers(target: str, **definitions: object) -> dict[str, object]:
    """A change that makes the sample's output refer to a definition."""
    schema = {"properties": {"name": {"$ref": target}}, "$defs": definitions}
    return {ACTION: {"outputs": schema}}


@folder_rule(
    "D401",
    "Refer to a definition under “$defs” of the same schema or of definitions/common.json.",
    good=_refers("#/$defs/text", text={"maxLength": 80}),
    bad=_refers("#/$defs/text", text={"$ref": "#/$defs/text"}),
)
def references_lead_somewhere(view: FolderView) -> Iterator[Violation]:
    """Every “$ref” refers to a definition, and none refers to itself.

    References to other files and URLs are not followed.
    """
    for action in view.actions:
        for place, message in action.broken_references:
            yield Violation(*action.home(place), message)


@folder_rule(
    "D402",
    "Use the operation ID of an action, one of its outputs that is a list, and two fields of its rows.",
    good=_choices(),
    bad=_choices(value_title="label"),
)
def dynamic_values_exist(view: FolderView) -> Iterator[Violation]:
    """Dynamic values come from a list that an action of the connector returns.

    Otherwise the drop-down of the field stays empty.
    """
    for action in view.sound:
        for node in action.nodes():
            source = node.written.x_ms_dynamic_values
            if source is None:
                continue
            place = f"{node.place}/x-ms-dynamic-values"
            other = view.by_operation.get(source.operation_id)
            if other is not None:
                problem = _choice_problem(source, other.definition, action.definition)
            elif view.complete:
                problem = f"No action has the operation ID “{source.operation_id[:80]}”."
            else:
                problem = ""
            if problem:
                yield Violation(*action.home(place), problem)


def _choice_problem(source: DynamicValues, listing: ActionDefinition, action: ActionDefinition) -> str:
    """What is wrong with a source of dynamic values; empty when nothing is."""
    rows = listing.outputs.properties.get(source.value_collection)
    rows = listing.outputs.resolve(rows) if rows is not None else None
    if rows is None or rows.items is None:
        return f"“{listing.summary}” has no output “{source.value_collection[:80]}” that is a list."
    row = listing.outputs.resolve(rows.items)
    for name in (source.value_path, source.value_title):
        if name not in row.properties:
            return f"The rows of “{source.value_collection}” have no field “{name[:80]}”."
    for name in source.parameters:
        if name not in listing.inputs.properties:
            return f"“{listing.summary}” has no input “{name[:80]}”."
    for name in source.depends_on:
        if name not in action.inputs.properties:
            return f"“parameters” uses the input “{name[:80]}”, which the action does not have."
    missing = [name for name in listing.inputs.required if name not in source.parameters]
    return f"“{listing.summary}” requires {', '.join(missing)} under “parameters”." if missing else ""


@folder_rule(
    "D403",
    "Use an output that is a list, and an optional input for the cursor.",
    good={_LISTING: {"pagination": {"rows": "results", "more": "/paging/next"}}},
    bad={_LISTING: {"pagination": {"rows": "rows"}}},
)
def pagination_names_fields(view: FolderView) -> Iterator[Violation]:
    """Pagination uses an output that is a list, and an optional input for the cursor, a text or a number.

    The runtime reads rows from the one and sends the cursor in the other.
    """
    for action in view.sound:
        definition = action.definition
        paging = definition.pagination
        if paging is None:
            continue
        unknown = dict(unknown_fields(definition))
        for pointer in ("/pagination/rows", "/pagination/input"):
            if pointer in unknown:
                yield Violation(action.file, pointer, unknown[pointer])
        if problem := _cursor_problem(definition, paging):
            yield Violation(action.file, "/pagination/input", problem)
        if paging.input in definition.inputs.required and not paging.follow:
            message = f"“{paging.input[:80]}” cannot be required: the first page has no cursor."
            yield Violation(action.file, "/inputs/required", message)


def _cursor_problem(definition: ActionDefinition, paging: Pagination) -> str:
    """What is wrong with the type of the input that a cursor or an offset is sent in; empty if nothing is."""
    if paging.follow or paging.input not in definition.inputs.properties:
        return ""
    field = definition.input(paging.input)
    if paging.offset:
        return "" if set(field.types) <= {"integer", "null"} else "An offset is sent in an input of type “integer”."
    is_one = set(field.types) <= {"string", "integer", "number", "null"}
    return "" if is_one else "A cursor is sent in an input that is a text or a number."


@folder_rule(
    "D404",
    "Use an optional input with “x-in”: “header” and the connector's header as “x-name”.",
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
    """The idempotency key is an optional input in the connector's header for it.

    In any other place the service does not recognize a repeated request.
    """
    header = view.manifest.idempotency.header if view.manifest and view.manifest.idempotency else None
    for action in view.sound:
        definition = action.definition
        if definition.idempotency is None:
            continue
        name = definition.idempotency.input
        unknown = dict(unknown_fields(definition)).get("/idempotency/input")
        if unknown is not None:
            yield Violation(action.file, "/idempotency/input", unknown)
            continue
        field = definition.input(name)
        place = json_pointer.join(["inputs", "properties", name])
        if field.x_in != "header":
            yield Violation(action.file, place, "The idempotency key must be sent in a header.")
        elif header is not None and (field.x_name or name).lower() != header.lower():
            yield Violation(action.file, place, f"The connector's header for idempotency keys is {header}.")
        if name in definition.inputs.required:
            yield Violation(
                action.file, "/inputs/required", f"“{name}” cannot be required: a key is created if none is filled in."
            )


@folder_rule(
    "D405",
    "Use the keys of actions that the connector has, and inputs and outputs that those have.",
    good={_LISTING: {"bulk": _BULK}},
    bad={_LISTING: {"bulk": {**_BULK, "id": "jobId"}}},
)
def bulk_jobs_exist(view: FolderView) -> Iterator[Violation]:
    """A bulk job uses actions, inputs and outputs that exist.

    Otherwise a batch creates a job that it can neither fill nor start.
    """
    for action in view.sound:
        if action.definition.bulk is None:
            continue
        missing = [key for key in action.definition.bulk.actions if key not in view.by_key]
        if missing and not view.complete:
            continue
        problems = (
            [f"There is no action “{missing[0][:80]}”."]
            if missing
            else bulk_problems(action.definition, {key: each.definition for key, each in view.by_key.items()})
        )
        for problem in problems:
            yield Violation(action.file, "/bulk", problem)
