"""The schemas of the actions as components of one OpenAPI document.

The `$ref`s of an action's schema lead to its own `$defs`. In an OpenAPI document they would lead to the root, so each
entry of `$defs` becomes a component, and the `$ref`s lead there. Nothing else changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from connector.catalogue.action import Action
from connector.catalogue.loader import Bundle
from connector.export.errors import cannot_export
from connector.export.schema_walk import Schema, map_schemas, walk, with_file_value

Side = Literal["inputs", "outputs"]
SIDES: tuple[Side, Side] = ("inputs", "outputs")

_PREFIX = "#/$defs/"


def name_of(operation_id: str, side: Side) -> str:
    """The component that holds the inputs or the outputs of an action."""
    return f"{operation_id}{side.capitalize()}"


class Components:
    """The names of the components.

    An entry of `$defs` that is the same in every action keeps its name; the others get the name of their action before
    it. The whole connector counts, so that a name does not depend on the selection.
    """

    def __init__(self, bundle: Bundle) -> None:
        found: dict[str, list[Schema]] = {}
        for loaded in bundle.actions.values():
            for side in SIDES:
                for name, schema in loaded.document[side].get("$defs", {}).items():
                    found.setdefault(name, []).append(schema)
        shared = {name: schemas[0] for name, schemas in found.items() if all(s == schemas[0] for s in schemas)}
        # A schema with a reference to one that differs between actions differs too.
        while mixed := [name for name, schema in shared.items() if set(references(schema)) - set(shared)]:
            for name in mixed:
                del shared[name]
        self._shared = frozenset(shared)

    def of(self, actions: Iterable[Action]) -> dict[str, Schema]:
        """The components of these actions, by name, in the order of the names.

        Raises:
            ExportError: Two different schemas would have the same name.
        """
        made: dict[str, Schema] = {}
        for action in actions:
            for name, schema in self._of_one(action):
                if made.setdefault(name, schema) != schema:
                    raise cannot_export(action, f"two schemas would have the name “{name}”")
        return dict(sorted(made.items()))

    def _of_one(self, action: Action) -> Iterator[tuple[str, Schema]]:
        for side in SIDES:
            document: Schema = action.document[side]
            own = {keyword: value for keyword, value in document.items() if keyword not in {"$schema", "$defs"}}
            yield name_of(action.operation_id, side), self._linked(own, action.operation_id, side)
            for name, schema in document.get("$defs", {}).items():
                yield self.component(name, action.operation_id, side), self._linked(schema, action.operation_id, side)

    def component(self, definition: str, operation_id: str, side: Side) -> str:
        """The component of an entry of an action's `$defs`."""
        return definition if definition in self._shared else f"{name_of(operation_id, side)}.{definition}"

    def _linked(self, schema: Schema, operation_id: str, side: Side) -> Schema:
        linked = map_schemas(with_file_value(schema), lambda inner: self._linked(inner, operation_id, side))
        if "$ref" in schema:
            name = self.component(schema["$ref"].removeprefix(_PREFIX), operation_id, side)
            linked["$ref"] = f"#/components/schemas/{name}"
        return linked


def references(schema: Schema) -> Iterator[str]:
    """The names in the `$ref`s of a schema."""
    for _, inner in walk(schema):
        if "$ref" in inner:
            yield inner["$ref"].removeprefix(_PREFIX)
