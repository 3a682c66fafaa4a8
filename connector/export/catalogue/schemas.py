"""The schemas of an action as the catalogue shows them: what a form needs, without the places on the wire."""

from __future__ import annotations

from typing import Any, Literal

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.export.vocabulary import WIRE, Schema, cannot, mapped

ANNOTATIONS = {
    "x-aliases": "Other names that a run accepts for this input, such as the key it has in a Power Automate flow.",
    "x-keep-empty": "An empty text or list is a value here. Everywhere else it counts as left empty.",
    "x-ms-dynamic-values": (
        "The choices of this input are the rows of another action: `action` (its `operationId` is the same one) is run"
        " with `parameters`, `value-collection` is the output that holds the rows, `value-path` the field of a row that"
        " becomes the value, and `value-title` the field that people see. The action may be missing from an export of"
        " some groups; it is in `leftOut` then."
    ),
    "x-ms-visibility": (
        "When a form shows the field: `important` always, `advanced` when the user asks for more, `internal` never."
        " A field without it is shown, less prominently than an important one."
    ),
    "x-order": "The names of the properties in the order of the screen, for languages whose objects have no order.",
}
"""The words beside those of JSON Schema 2020-12 in the catalogue's schemas, and what they mean."""


def form(action: Action, side: Literal["inputs", "outputs"], bundle: Bundle) -> Schema:
    """The inputs or the outputs of an action for who draws them.

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
    shown = mapped(schema, lambda inner: _shown(action, inner, bundle))
    shown = {word: value for word, value in shown.items() if word not in WIRE}
    if "x-ms-dynamic-values" in schema:
        shown["x-ms-dynamic-values"] = _with_action(action, schema["x-ms-dynamic-values"], bundle)
    if "$defs" in shown:
        # A loaded folder has them in no order.
        shown["$defs"] = dict(sorted(shown["$defs"].items()))
    if schema.get("properties"):
        shown["x-order"] = list(schema["properties"])
    return shown


def _with_action(action: Action, source: dict[str, Any], bundle: Bundle) -> dict[str, Any]:
    for key, loaded in bundle.actions.items():
        if loaded.definition.operation_id == source["operationId"]:
            return {"action": key, **source}
    raise cannot(action, f"choices come from “{source['operationId']}”, which is no action of the connector")
