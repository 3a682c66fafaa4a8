"""The node's parameters: a resource per group, an operation per action, and the fields of each."""

from __future__ import annotations

import re
from typing import Any

from connector.catalogue.action import Action
from connector.definition.action import RequestTemplate
from connector.export.n8n import style
from connector.export.n8n.fields import Drawing, Property, draw, in_order
from connector.export.n8n.layout import FormField
from connector.export.n8n.node import NodeData
from connector.export.n8n.typescript import Code

_WHOLE_PAGE: Property = {
    "displayName": "Whole Page as One Item",
    "name": "wholePage",
    "type": "boolean",
    "default": False,
    "description": "Whether to return each page as one item with its cursor, instead of one item per row",
}


def properties(node: NodeData) -> list[Any]:
    """The node's parameters; those of a group are in a file of its own."""
    options = [
        {
            "name": style.title(style.singular(node.manifest.groups[group].title)),
            "value": style.camel(group),
            "description": style.description(node.manifest.groups[group].description),
        }
        for group in node.groups
    ]
    options = in_order(options, "name")
    resource = {
        "displayName": "Resource",
        "name": "resource",
        "type": "options",
        "noDataExpression": True,
        "options": options,
        "default": options[0]["value"],
    }
    return [resource, *(Code(f"...{style.camel(group)}Properties") for group in node.groups)]


def group_properties(node: NodeData, group: str) -> list[Property]:
    """The parameters of a group: its operations and their fields."""
    actions = node.groups[group]
    options = in_order([_operation(node, action) for action in actions], "name")
    operation = {
        "displayName": "Operation",
        "name": "operation",
        "type": "options",
        "noDataExpression": True,
        "displayOptions": {"show": {"resource": [style.camel(group)]}},
        "options": options,
        "default": options[0]["value"],
    }
    return [operation, *(field for action in actions for field in _fields(node, action))]


def _operation(node: NodeData, action: Action) -> Property:
    definition = action.definition
    paged = definition.pagination is not None
    text = f"Deprecated. {definition.description}" if definition.deprecated else definition.description
    send: Property = {"preSend": [Code("prepare")]}
    routing: Property = {
        "request": {"method": definition.request.method, "url": _url(definition.request, node.form_fields(action))},
        "send": send | ({"paginate": True} if paged else {}),
        "output": {"postReceive": [Code("receive")]},
    }
    if paged:
        routing["operations"] = {"pagination": Code("walk")}
    return {
        "name": style.title(definition.summary),
        "value": action.key,
        "action": style.sentence(definition.summary),
        "description": style.description(text, beside=definition.summary),
        "routing": routing,
    }


def _fields(node: NodeData, action: Action) -> list[Property]:
    methods = {key: name for key, (name, _) in node.methods.items()}
    drawing = Drawing(action, methods, node.routed(action))
    fields = draw(drawing, node.form_fields(action))
    if action.definition.pagination is not None:
        fields = _with_paging(fields)
    show = {"resource": [style.camel(action.group)], "operation": [action.key]}
    return [_shown(field, show) for field in fields]


def _url(request: RequestTemplate, form_fields: list[FormField]) -> str:
    """The path; each input is encoded, so that it is one segment."""
    parameters = {
        form_field.field.x_name or form_field.name: form_field.parameter
        for form_field in form_fields
        if form_field.field.x_in == "path"
    }
    if not request.placeholders:
        return request.path
    return "=" + re.sub(
        r"{([^}]*)}",
        lambda name: f'{{{{ encodeURIComponent($parameter["{parameters[name.group(1)]}"]) }}}}',
        request.path,
    )


def _with_paging(fields: list[Property]) -> list[Property]:
    """The fields, with the limit of rows and the option of whole pages."""
    *others, last = fields
    if last["name"] == "additionalFields":
        options = in_order([*last["options"], _WHOLE_PAGE])
        last = {**last, "displayName": "Options", "placeholder": "Add Option", "options": options}
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
            "routing": {"output": {"maxResults": "={{ $value }}"}},
        },
        last,
    ]


def _shown(field: Property, show: Property) -> Property:
    """The field for one operation only, with `displayOptions` after its type."""
    options = {"displayOptions": {"show": {**show, **field.get("displayOptions", {}).get("show", {})}}}
    first = {name: field[name] for name in ("displayName", "name", "type")}
    return {**first, **options, **{name: value for name, value in field.items() if name not in {*first, *options}}}
