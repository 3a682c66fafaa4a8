"""The schemas of an action for drawing forms and results, without the annotations for the wire."""

from __future__ import annotations

from typing import Any, Literal

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.export.errors import cannot_export
from connector.export.keywords import WIRE
from connector.export.schema_walk import Schema, map_schemas, with_file_value

ANNOTATIONS = {
    "x-aliases": "Other names that are accepted for this input, such as its key in a Power Automate flow.",
    "x-file": (
        "The value is a file: an object with its base64 under `$content`, its media type under `$content-type` and, if"
        " it has one, its name under `$filename`. A form shows a file control for it."
    ),
    "x-keep-empty": "An empty text or list is a value here. Everywhere else it counts as not filled in.",
    "x-ms-dynamic-values": (
        "The choices of this input are the rows of another action. Run `action` (`operationId` is the operation id of"
        " the same action) with `parameters`; `value-collection` is the output with the rows, `value-path` the field"
        " of a row that becomes the value, `value-title` the field to show. If the export has only some groups, the"
        " action may be missing; it is listed in `leftOut` then."
    ),
    "x-ms-visibility": (
        "When to show the field: `important` always, `advanced` when the user asks for more, `internal` never. Show a"
        " field without it, less prominently than an important one."
    ),
    "x-rules": (
        "Rules across the fields of this object: choices between groups of fields, what the value of one field decides,"
        " what is required on a condition. docs/rules.md of this project is their reference. A run checks them; a form"
        " can draw a choice as a select that shows the fields of its option."
    ),
    "x-order": "The names of the properties in display order, for languages whose objects have no order.",
}
"""The annotations beside JSON Schema 2020-12 in the catalogue's schemas, and what they mean."""


def form_schema(action: Action, side: Literal["inputs", "outputs"], bundle: Bundle) -> Schema:
    """The inputs or the outputs of an action, for drawing a form or showing a result.

    Raises:
        ExportError: The choices of a field come from an action that the connector does not have.
    """
    shown = _shown(action, action.document[side], bundle)
    names = action.accepted_names if side == "inputs" else {}
    for name, field in shown["properties"].items():
        others = [other for other, own in names.items() if own == name and other != name]
        if others:
            field["x-aliases"] = others
    return shown


def _shown(action: Action, schema: Schema, bundle: Bundle) -> Schema:
    schema = with_file_value(schema)
    shown = map_schemas(schema, lambda inner: _shown(action, inner, bundle))
    shown = {keyword: value for keyword, value in shown.items() if keyword not in WIRE}
    if "x-ms-dynamic-values" in schema:
        shown["x-ms-dynamic-values"] = _with_action(action, schema["x-ms-dynamic-values"], bundle)
    if "$defs" in shown:
        # The loader does not keep their order.
        shown["$defs"] = dict(sorted(shown["$defs"].items()))
    if schema.get("properties"):
        shown["x-order"] = list(schema["properties"])
    return shown


def _with_action(action: Action, source: dict[str, Any], bundle: Bundle) -> dict[str, Any]:
    for key, loaded in bundle.actions.items():
        if loaded.definition.operation_id == source["operationId"]:
            return {"action": key, **source}
    raise cannot_export(action, f"choices come from “{source['operationId']}”, which is not an action of the connector")
