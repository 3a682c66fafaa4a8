"""The node's parameters: a resource per group, an operation per action, and the fields of each."""

from __future__ import annotations

from typing import Any

from connector.catalogue.action import Action
from connector.export.n8n import style
from connector.export.n8n.fields import Drawing, Property, collection, draw_form
from connector.export.n8n.layout import form_of
from connector.export.n8n.node import NodeData
from connector.export.n8n.operations import default_operation
from connector.export.n8n.typescript import Code

_WHOLE_PAGE: Property = {
    "displayName": "Whole Page as One Item",
    "name": "wholePage",
    "type": "boolean",
    "default": False,
    "description": "Whether to return each page as one item with its cursor, instead of one item per row",
}
_NOTHING_CHOSEN: Property = {"name": "Select an Operation", "value": "", "action": "Select an operation"}


def properties(node: NodeData) -> list[Any]:
    """The node's parameters; those of a group are in a file of its own."""
    options = [
        {
            "name": node.resource_name(group),
            "value": style.camel(group),
            "description": style.description(node.manifest.groups[group].description),
        }
        for group in node.selection.groups
    ]
    resource = {
        "displayName": "Resource",
        "name": "resource",
        "type": "options",
        "noDataExpression": True,
        "options": style.in_order(options, "name"),
        "default": options[0]["value"],
    }
    return [resource, *(Code(f"...{style.camel(group)}Properties") for group in node.selection.groups)]


def group_properties(node: NodeData, group: str) -> list[Property]:
    """The parameters of a group: its operations and their fields."""
    actions = node.selection.groups[group]
    options = [_operation(node, action) for action in actions]
    default = default_operation(actions)
    operation: Property = {
        "displayName": "Operation",
        "name": "operation",
        "type": "options",
        "noDataExpression": True,
        "displayOptions": {"show": {"resource": [style.camel(group)]}},
        "options": style.in_order(options if default else [_NOTHING_CHOSEN, *options], "name"),
        "default": default,
    }
    if not default:
        operation["required"] = True
    return [operation, *(field for action in actions for field in action_properties(node, action))]


def _operation(node: NodeData, action: Action) -> Property:
    definition = action.definition
    text = f"Deprecated. {definition.description}" if definition.deprecated else definition.description
    return {
        "name": node.operation_names[action.key],
        "value": action.key,
        "action": style.sentence(definition.summary),
        "description": style.description(text, beside=definition.summary),
    }


def action_properties(node: NodeData, action: Action) -> list[Property]:
    """The parameters of an action."""
    methods = {key: name for key, (name, _) in node.methods.items()}
    fields = draw_form(Drawing(action, methods, node.manifest.title), form_of(action))
    if action.definition.pagination is not None:
        fields = _with_paging(fields)
    show = {"resource": [style.camel(action.group)], "operation": [action.key]}
    return [_shown(field, show) for field in fields]


def _with_paging(fields: list[Property]) -> list[Property]:
    """The fields, with the limit of rows and the option of whole pages."""
    others = [field for field in fields if field["name"] != "additionalFields"]
    more = [option for field in fields if field["name"] == "additionalFields" for option in field["options"]]
    return [
        *others,
        {
            "displayName": "Return All",
            "name": "returnAll",
            "type": "boolean",
            "default": False,
            "description": "Whether to return all results or only up to a given limit",
        },
        {
            "displayName": "Limit",
            "name": "limit",
            "type": "number",
            "displayOptions": {"show": {"returnAll": [False]}},
            "typeOptions": {"minValue": 1},
            "default": 50,
            "description": "Max number of results to return",
        },
        {**collection([*more, _WHOLE_PAGE], "Options"), "placeholder": "Add Option"},
    ]


def _shown(field: Property, show: Property) -> Property:
    """The field for one operation only, with `displayOptions` after its type."""
    options = {"displayOptions": {"show": {**show, **field.get("displayOptions", {}).get("show", {})}}}
    first = {name: field[name] for name in ("displayName", "name", "type")}
    return {**first, **options, **{name: value for name, value in field.items() if name not in {*first, *options}}}
