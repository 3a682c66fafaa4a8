"""The node as plain data: its description, its resources and operations, and what its hooks look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from connector.catalogue.action import Action
from connector.definition.field import DynamicValues, FieldSchema
from connector.definition.service import ConnectorDefinition
from connector.export import Selection
from connector.export.n8n import layout, words
from connector.export.n8n.fields import Property, routing_of, source_key
from connector.export.n8n.layout import Box
from connector.export.n8n.shapes import Shape, Shared, action_shape, service_shape
from connector.export.vocabulary import cannot, require_known


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
