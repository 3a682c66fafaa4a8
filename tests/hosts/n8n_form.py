"""Filling in the n8n node as somebody would: an action's inputs as the parameters that were drawn for them."""

from __future__ import annotations

import json
from typing import Any

from connector.catalogue.action import Action
from connector.export.n8n import style
from connector.export.n8n.layout import parameter_name
from connector.export.n8n.node import NodeData
from connector.export.n8n.parameters import group_properties

Json = dict[str, Any]


def parameters(node: NodeData, action: Action, inputs: Json, **more: Any) -> Json:
    """What the node's parameters hold for these inputs.

    Args:
        node: The node as it is exported.
        action: The action to run.
        inputs: Its inputs, under any name that it accepts.
        more: Parameters of the node itself, such as `returnAll`; `wholePage` is put where it belongs.
    """
    resource = style.camel(action.group)
    drawn = [
        field
        for field in group_properties(node, action.group)
        if field.get("displayOptions", {}).get("show", {}).get("operation") == [action.key]
    ]
    accepted, _ = action.validate_inputs(inputs)
    filled = _boxes(drawn, accepted)
    if "wholePage" in more:
        filled.setdefault("additionalFields", {})["wholePage"] = more.pop("wholePage")
    return {"resource": resource, "operation": action.key, **filled, **more}


def _boxes(drawn: list[Json], values: Json) -> Json:
    by_parameter = {parameter_name(name): value for name, value in values.items()}
    boxes = {
        field["name"]: _value(field, by_parameter.pop(field["name"]))
        for field in drawn
        if field["name"] in by_parameter
    }
    for field in drawn:
        if field["type"] == "collection" and field["name"] == "additionalFields":
            inner = {option["name"]: option for option in field["options"]}
            additional = {
                name: _value(inner[name], by_parameter.pop(name)) for name in list(by_parameter) if name in inner
            }
            boxes |= {"additionalFields": additional} if additional else {}
    if by_parameter:
        raise AssertionError(f"the form has no box for {sorted(by_parameter)}")
    return boxes


def _value(field: Json, value: Any) -> Any:
    kind = field["type"]
    if kind == "fixedCollection":
        inner = field["options"][0]["values"]
        rows = [_boxes(inner, row) for row in value] if isinstance(value, list) else _boxes(inner, value)
        return {"rows": rows}
    if kind == "json":
        return json.dumps(value)
    if kind == "resourceLocator":
        return {"__rl": True, "mode": "id", "value": value}
    return value
