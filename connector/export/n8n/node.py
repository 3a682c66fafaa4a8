"""The node as plain data: its description, its resources and operations, and what its hooks look up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connector.action import Action
from connector.definition import RequestTemplate
from connector.export import Selection
from connector.export.n8n import layout, words
from connector.export.n8n.fields import Drawing, Property, draw, in_order, routing_of, source_key
from connector.export.n8n.layout import Box
from connector.export.n8n.shapes import Shape, Shared, action_shape, service_shape
from connector.export.n8n.typescript import Code
from connector.export.vocabulary import cannot, require_known
from connector.field import DynamicValues, FieldSchema
from connector.manifest import ConnectorDefinition

_WHOLE_PAGE: Property = {
    "displayName": "Whole Page as One Item",
    "name": "wholePage",
    "type": "boolean",
    "default": False,
    "description": "Whether to return what a page says as one item with its cursor, instead of one item per row",
}


@dataclass(frozen=True)
class NodeData:
    """Everything about the node that is made from the definitions.

    Attributes:
        manifest: The connector as a whole.
        actions: The actions of the node.
        sources: The actions that lists of choices come from, by operation id.
    """

    manifest: ConnectorDefinition
    actions: tuple[Action, ...]
    sources: Mapping[str, Action]

    @classmethod
    def of(cls, selection: Selection) -> NodeData:
        """The node for a selection of actions.

        Raises:
            ExportError: A definition says what no export knows, or n8n cannot express.
        """
        for action in selection.actions:
            require_known(action)
        every = {
            loaded.definition.operation_id: Action(selection.bundle, key)
            for key, loaded in selection.bundle.actions.items()
        }
        return cls(selection.bundle.manifest, tuple(selection.actions), every)

    @property
    def class_name(self) -> str:
        """Name of the node's class and of its folder."""
        return words.class_name(self.manifest.key)

    @property
    def package_name(self) -> str:
        """Name of the package."""
        return f"n8n-nodes-{self.manifest.key.replace('_', '-')}-actions"

    @property
    def node_name(self) -> str:
        """The node's own name; n8n knows it as `<package>.<name>`."""
        return words.camel(self.manifest.key)

    @property
    def credential_class(self) -> str:
        """Name of the credentials' class; longer than the node's, because n8n keeps one list for all packages."""
        return f"{self.class_name}ActionsApi"

    @property
    def credential_name(self) -> str:
        """The credentials' own name."""
        return words.camel(self.credential_class)

    @cached_property
    def groups(self) -> dict[str, list[Action]]:
        """The actions by group, in the manifest's order."""
        found = {group: [action for action in self.actions if action.group == group] for group in self.manifest.groups}
        return {group: actions for group, actions in found.items() if actions}

    @cached_property
    def methods(self) -> dict[str, tuple[str, DynamicValues]]:
        """Per source of choices: the name of its search method, and what it is."""
        found: dict[str, tuple[str, DynamicValues]] = {}
        for action in self.actions:
            for field in _every_field(action):
                values = field.x_ms_dynamic_values
                if values is None or source_key(values) in found:
                    continue
                name = f"search{words.class_name(self._source(action, values).key)}"
                taken = {method for method, _ in found.values()}
                number = next(n for n in range(1, len(found) + 2) if name + (str(n) if n > 1 else "") not in taken)
                found[source_key(values)] = (name + (str(number) if number > 1 else ""), values)
        return found

    def _source(self, action: Action, values: DynamicValues) -> Action:
        source = self.sources.get(values.operation_id)
        if source is None:
            raise cannot(action, f"its choices come from {values.operation_id}, which is no action")
        if source.definition.inputs.required or values.parameters or source.definition.request.method != "GET":
            raise cannot(action, f"its choices come from {values.operation_id}, which needs more than a plain request")
        return source

    def boxes(self, action: Action) -> list[Box]:
        """Where the inputs of an action stand."""
        return layout.inputs(action)

    def routed(self, action: Action) -> dict[str, Property]:
        """The inputs that n8n's own routing puts into the request, and how."""
        boxes = self.boxes(action)
        names = [box.field.x_name or box.name for box in boxes if box.field.x_in == "query"]
        twice = frozenset(name for name in names if names.count(name) > 1)
        found = {box.name: routing_of(action, box, twice) for box in boxes}
        return {name: routing for name, routing in found.items() if routing is not None}

    def properties(self) -> list[Any]:
        """The node's parameters; each group's are in a file of their own."""
        options = [
            {
                "name": words.title(words.singular(self.manifest.groups[group].title)),
                "value": words.camel(group),
                "description": words.description(self.manifest.groups[group].description),
            }
            for group in self.groups
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
        return [resource, *(Code(f"...{words.camel(group)}Properties") for group in self.groups)]

    def group_properties(self, group: str) -> list[Property]:
        """The parameters of a group: the choice of its operations, and their fields."""
        actions = self.groups[group]
        options = in_order([self._operation(action) for action in actions], "name")
        operation = {
            "displayName": "Operation",
            "name": "operation",
            "type": "options",
            "noDataExpression": True,
            "displayOptions": {"show": {"resource": [words.camel(group)]}},
            "options": options,
            "default": options[0]["value"],
        }
        return [operation, *(field for action in actions for field in self._fields(action))]

    def _operation(self, action: Action) -> Property:
        definition = action.definition
        paged = definition.pagination is not None
        send: Property = {"preSend": [Code("prepare")]}
        routing: Property = {
            "request": {"method": definition.request.method, "url": _url(definition.request, self.boxes(action))},
            "send": send | ({"paginate": True} if paged else {}),
            "output": {"postReceive": [Code("receive")]},
        }
        if paged:
            routing["operations"] = {"pagination": Code("walk")}
        return {
            "name": words.title(definition.summary),
            "value": action.key,
            "action": words.sentence(definition.summary),
            "description": words.description(definition.description, beside=definition.summary),
            "routing": routing,
        }

    def _fields(self, action: Action) -> list[Property]:
        methods = {key: name for key, (name, _) in self.methods.items()}
        drawing = Drawing(action, methods, self.routed(action))
        fields = draw(drawing, self.boxes(action))
        if action.definition.pagination is not None:
            fields = _with_paging(fields)
        show = {"resource": [words.camel(action.group)], "operation": [action.key]}
        return [_shown(field, show) for field in fields]

    @cached_property
    def shared(self) -> Shared:
        """The shapes that several actions refer to; whole once `shapes` was asked for."""
        return Shared()

    @cached_property
    def shapes(self) -> dict[str, dict[str, Shape]]:
        """By group and key: what the hooks must know of each action."""
        return {
            group: {action.key: self._shape(action) for action in actions} for group, actions in self.groups.items()
        }

    @cached_property
    def searches(self) -> dict[str, Property]:
        """Per search method: where its choices come from."""
        return {
            name: {
                "shape": self._shape(self.sources[values.operation_id]),
                "rows": values.value_collection,
                "value": values.value_path,
                "title": values.value_title,
            }
            for name, values in self.methods.values()
        }

    def _shape(self, action: Action) -> Shape:
        return action_shape(action, self.boxes(action), self.routed(action), self.shared)

    @property
    def service(self) -> Shape:
        """What the hooks must know of the service."""
        return service_shape(self.manifest)


def _url(request: RequestTemplate, boxes: list[Box]) -> str:
    """The path; its inputs are encoded so that each stays one segment."""
    parameters = {box.field.x_name or box.name: box.parameter for box in boxes if box.field.x_in == "path"}
    if not request.placeholders:
        return request.path
    return "=" + re.sub(
        r"{([^}]*)}", lambda name: f'{{{{ encodeURIComponent($parameter["{parameters[name.group(1)]}"]) }}}}', request.path
    )


def _with_paging(fields: list[Property]) -> list[Property]:
    """The fields, with how many rows to return and the choice of whole pages."""
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
    """The field, for one operation only; the words that say so come after its type."""
    options = {"displayOptions": {"show": {**show, **field.get("displayOptions", {}).get("show", {})}}}
    first = {name: field[name] for name in ("displayName", "name", "type")}
    return {**first, **options, **{name: value for name, value in field.items() if name not in {*first, *options}}}


def _every_field(action: Action) -> list[FieldSchema]:
    """Every field of the inputs, at any depth, each definition once."""
    schema = action.definition.inputs
    waiting = [*schema.properties.values()]
    found: list[FieldSchema] = []
    seen: set[str] = set()
    while waiting:
        field = waiting.pop(0)
        if field.ref is not None and field.x_ms_dynamic_values is None:
            if field.ref in seen:
                continue
            seen.add(field.ref)
        field = schema.resolve(field)
        found.append(field)
        waiting += [*field.properties.values(), *([field.items] if field.items else [])]
    return found
