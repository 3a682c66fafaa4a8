"""The node as plain data: its names, its resources and operations, and where its choices come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import DynamicValues, FieldSchema
from connector.definition.service import ConnectorDefinition
from connector.export.errors import cannot_export
from connector.export.javascript.definitions import document
from connector.export.n8n import style
from connector.export.n8n.fields import source_key
from connector.export.n8n.operations import operation_names
from connector.export.selection import ExportSelection

ERROR_OUTPUT = "error_message"
"""The name in n8n of an output that is called `error`."""


@dataclass(frozen=True)
class NodeData:
    """The parts of the node that are made from the definitions; `sources` are the actions by operation id."""

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
    def methods(self) -> dict[str, tuple[str, DynamicValues]]:
        """The name of the search method and the source, by source of choices."""
        found: dict[str, tuple[str, DynamicValues]] = {}
        for action in self.actions:
            for field in _every_field(action):
                values = field.x_ms_dynamic_values
                if values is None or values.depends_on or source_key(values) in found:
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
        if missing := [name for name in source.definition.inputs.required if name not in values.parameters]:
            raise cannot_export(action, f"choices come from {values.operation_id}, which requires “{missing[0]}”")
        return source

    @cached_property
    def searches(self) -> dict[str, dict[str, Any]]:
        """Per search method: where its choices come from."""
        return {
            name: {
                "action": self.sources[values.operation_id].key,
                **({"inputs": values.parameters} if values.parameters else {}),
                "rows": values.value_collection,
                "value": values.value_path,
                "label": values.value_title,
            }
            for name, values in self.methods.values()
        }

    @cached_property
    def definitions(self) -> dict[str, Any]:
        """What the runtime in the package is driven by: the actions of the node, and those that list choices.

        Raises:
            ExportError: The runtime cannot run an action, or an output's name is taken.
        """
        keys = dict.fromkeys(
            [*(action.key for action in self.actions), *(each["action"] for each in self.searches.values())]
        )
        by_key = {action.key: action for action in self.sources.values()}
        selection = replace(self.selection, actions=[by_key[key] for key in keys])
        made = document(selection)
        for key in keys:
            _require_item_names(by_key[key])
        return made

    def resource_name(self, group: str) -> str:
        """The name of a group, in the singular."""
        return style.title(style.singular(self.manifest.groups[group].title))

    @cached_property
    def operation_names(self) -> dict[str, str]:
        """The name of each operation by the action's key."""
        found: dict[str, str] = {}
        for group, actions in self.selection.groups.items():
            found |= operation_names(actions, self.manifest.groups[group].title)
        return found


def _require_item_names(action: Action) -> None:
    """n8n takes an item with `error` for a failure, so the node gives that output another name, which must be free."""
    schema = action.definition.outputs
    rows = action.definition.pagination.rows if action.definition.pagination is not None else None
    items = schema.resolve(schema.properties[rows]).items if rows is not None else None
    for names in (schema.properties, schema.resolve(items).properties if items is not None else {}):
        if {"error", ERROR_OUTPUT} <= set(names):
            raise cannot_export(action, f"n8n reserves the output “error”, and “{ERROR_OUTPUT}” is taken too")


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
