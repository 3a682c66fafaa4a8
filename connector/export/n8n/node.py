"""The node as plain data: its description, its resources and operations, and what its hooks look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from connector.catalogue.action import Action
from connector.definition.field import DynamicValues, FieldSchema
from connector.definition.service import ConnectorDefinition, Publisher
from connector.export.errors import cannot_export
from connector.export.n8n import layout, style
from connector.export.n8n.fields import Property, routing_of, source_key
from connector.export.n8n.layout import FormField
from connector.export.n8n.shapes import Shape, Shared, action_shape, service_shape
from connector.export.selection import ExportSelection


@dataclass(frozen=True)
class NodeData:
    """The parts of the node that are made from the definitions.

    Attributes:
        manifest: The connector as a whole.
        actions: The actions of the node.
        sources: The actions that list choices, by operation id.
        selection: What is exported.
    """

    manifest: ConnectorDefinition
    actions: tuple[Action, ...]
    sources: Mapping[str, Action]
    selection: ExportSelection

    @classmethod
    def of(cls, selection: ExportSelection) -> NodeData:
        """The node for a selection of actions."""
        every = {
            loaded.definition.operation_id: Action(selection.bundle, key)
            for key, loaded in selection.bundle.actions.items()
        }
        return cls(selection.manifest, tuple(selection.actions), every, selection)

    @property
    def required_publisher(self) -> Publisher:
        """Who publishes the package.

        Raises:
            ExportError: Nobody is named.
        """
        return self.selection.required_publisher

    @property
    def class_name(self) -> str:
        """Name of the node's class and of its folder."""
        return style.class_name(self.manifest.key)

    @property
    def package_name(self) -> str:
        """Name of the package."""
        return f"n8n-nodes-{self.manifest.key.replace('_', '-')}-actions"

    @property
    def node_name(self) -> str:
        """The node's own name; n8n knows it as `<package>.<name>`."""
        return style.camel(self.manifest.key)

    @property
    def credential_class(self) -> str:
        """Name of the credentials' class; n8n has one list for all packages, so it says more than the node's."""
        return f"{self.class_name}ActionsApi"

    @property
    def credential_name(self) -> str:
        """The credentials' own name."""
        return style.camel(self.credential_class)

    @cached_property
    def groups(self) -> dict[str, list[Action]]:
        """The actions by group, in the manifest's order."""
        found = {group: [action for action in self.actions if action.group == group] for group in self.manifest.groups}
        return {group: actions for group, actions in found.items() if actions}

    @cached_property
    def methods(self) -> dict[str, tuple[str, DynamicValues]]:
        """The name of the search method and the source, by source of choices."""
        found: dict[str, tuple[str, DynamicValues]] = {}
        for action in self.actions:
            for field in _every_field(action):
                values = field.x_ms_dynamic_values
                if values is None or source_key(values) in found:
                    continue
                name = f"search{style.class_name(self._source(action, values).key)}"
                taken = {method for method, _ in found.values()}
                number = next(n for n in range(1, len(found) + 2) if name + (str(n) if n > 1 else "") not in taken)
                found[source_key(values)] = (name + (str(number) if number > 1 else ""), values)
        return found

    def _source(self, action: Action, values: DynamicValues) -> Action:
        source = self.sources.get(values.operation_id)
        if source is None:
            raise cannot_export(action, f"choices come from {values.operation_id}, which is not an action")
        if source.definition.inputs.required or values.parameters or source.definition.request.method != "GET":
            raise cannot_export(
                action, f"choices come from {values.operation_id}, which is not a GET without required inputs"
            )
        return source

    def form_fields(self, action: Action) -> list[FormField]:
        """The fields of an action's form."""
        return layout.inputs(action)

    def routed(self, action: Action) -> dict[str, Property]:
        """The routing of each input that n8n puts into the request by itself."""
        form_fields = self.form_fields(action)
        names = [
            form_field.field.x_name or form_field.name for form_field in form_fields if form_field.field.x_in == "query"
        ]
        twice = frozenset(name for name in names if names.count(name) > 1)
        found = {form_field.name: routing_of(action, form_field, twice) for form_field in form_fields}
        return {name: routing for name, routing in found.items() if routing is not None}

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
        return action_shape(action, self.form_fields(action), self.routed(action), self.shared)

    @property
    def service(self) -> Shape:
        """What the hooks must know of the service."""
        return service_shape(self.manifest)


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
