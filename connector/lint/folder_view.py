"""A connector folder as lint rules see it: every file in the right format, whatever the others are like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from connector import json_pointer
from connector.call import Handler
from connector.catalogue.loader import Bundle, LoadedAction
from connector.definition.action import ActionDefinition
from connector.definition.expand import Expanded
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.files import MANIFEST
from connector.definition.references import broken_references
from connector.definition.service import ConnectorDefinition
from connector.errors import DefinitionError
from connector.lint.meta_schema import schema_error

Part = Literal["inputs", "outputs"]
PARTS: tuple[Part, Part] = ("inputs", "outputs")


@dataclass(frozen=True)
class LocatedField:
    """A field in the inputs or outputs, and where it is.

    Attributes:
        place: Its JSON pointer in the file.
        name: Its name; empty for the items of a list.
        field: Its schema, with its `$ref` followed.
        written: Its schema as written, with the `$ref`.
        depth: 0 at the top level, more inside rows; at least 1 in `$defs`.
        part: Inputs or outputs.
        parent: The field around it; None at the top level.
    """

    place: str
    name: str
    field: FieldSchema
    written: FieldSchema
    depth: int
    part: Part
    parent: LocatedField | None = None


@dataclass(frozen=True)
class ActionView:
    """One action file in the right format; `expanded` has everything that the file leaves out."""

    file: str
    definition: ActionDefinition
    expanded: Expanded

    @property
    def document(self) -> dict[str, Any]:
        """What it says, as plain JSON."""
        return self.expanded.document

    def schema(self, part: Part) -> ObjectSchema:
        """The inputs or the outputs."""
        return self.definition.inputs if part == "inputs" else self.definition.outputs

    def home(self, place: str) -> tuple[str, str]:
        """The file and the JSON pointer there of the value at `place`, which may be shared or left out."""
        return self.expanded.home(place)

    @cached_property
    def broken_references(self) -> list[tuple[str, str]]:
        """Every `$ref` that cannot be followed, with what is wrong."""
        return list(broken_references(self.definition))

    @cached_property
    def schema_errors(self) -> list[tuple[str, str]]:
        """Where the inputs or outputs are not valid JSON Schema, with what is wrong."""
        found = ((part, schema_error(json.dumps(self.document[part]))) for part in PARTS)
        return [(f"/{part}{error[0]}", error[1]) for part, error in found if error is not None]

    def nodes(self, *parts: Part) -> Iterator[LocatedField]:
        """Every field of the parts (default: both), each where it is written, including those of rows and lists."""
        for part in parts or PARTS:
            yield from self._nodes[part]

    @cached_property
    def _nodes(self) -> dict[Part, tuple[LocatedField, ...]]:
        return {part: tuple(self._nodes_of(part)) for part in PARTS}

    def _nodes_of(self, part: Part) -> Iterator[LocatedField]:
        schema = self.schema(part)
        for name, written in schema.properties.items():
            yield from self._below(json_pointer.join([part, "properties", name]), name, written, 0, part, None)
        for name, written in schema.defs.items():
            yield from self._below(json_pointer.join([part, "$defs", name]), "", written, 1, part, None)

    def top(self, part: Part) -> Iterator[LocatedField]:
        """The fields at the top level of the inputs or outputs."""
        return (node for node in self.nodes(part) if not node.depth)

    def _below(
        self, place: str, name: str, written: FieldSchema, depth: int, part: Part, parent: LocatedField | None
    ) -> Iterator[LocatedField]:
        node = LocatedField(place, name, self.schema(part).resolve(written), written, depth, part, parent)
        yield node
        if written.items is not None:
            yield from self._below(f"{place}/items", "", written.items, depth + 1, part, node)
        for inner, field in written.properties.items():
            below = place + json_pointer.join(["properties", inner])
            yield from self._below(below, inner, field, depth + 1, part, node)


@dataclass(frozen=True)
class FolderView:
    """A connector folder, as far as it can be read; files in the wrong format are missing, `manifest` is None then."""

    folder: Path
    manifest: ConnectorDefinition | None
    document: dict[str, Any]
    actions: tuple[ActionView, ...]
    complete: bool

    @cached_property
    def sound(self) -> tuple[ActionView, ...]:
        """The actions whose references can be followed."""
        return tuple(action for action in self.actions if not action.broken_references)

    @cached_property
    def by_operation(self) -> dict[str, ActionView]:
        """The sound actions by operation ID."""
        return {action.definition.operation_id: action for action in self.sound}

    @cached_property
    def by_key(self) -> dict[str, ActionView]:
        """The sound actions by key."""
        return {action.definition.key: action for action in self.sound}

    @cached_property
    def bundle(self) -> Bundle | None:
        """The sound actions, ready to run; None without `connector.json`."""
        if self.manifest is None:
            return None
        loaded = {view.definition.key: LoadedAction.of(view.definition, view.document) for view in self.sound}
        return Bundle(self.folder, self.manifest, self.document, loaded)

    @cached_property
    def handlers(self) -> dict[str, Handler | str]:
        """The handler of every sound action by key, or why there is none."""
        return {action.definition.key: self._handler(action.definition) for action in self.sound}

    @cached_property
    def _unimportable(self) -> dict[str, str]:
        """Why the handlers of a group cannot be imported, by group."""
        groups = dict.fromkeys(action.definition.group for action in self.sound)
        return {group: problem for group in groups if (problem := self._import_problem(group))}

    def _import_problem(self, group: str) -> str:
        name = f"actions/{group}.py"
        path = self.folder / name
        if self.bundle is None:
            return f"The handlers cannot be loaded until {MANIFEST.as_posix()} is fixed."
        problem = ""
        if path.is_file():
            if not path.resolve().is_relative_to(self.folder.resolve()):
                return f"{name} is a link to a file outside the connector folder."
            try:
                self.bundle.module(f"actions.{group}")
            except DefinitionError as error:
                problem = error.message
            except (Exception, SystemExit) as error:  # a module may do anything while it is imported
                problem = f"{name} cannot be imported: {type(error).__name__}."
        elif path.exists() or path.is_symlink():
            problem = f"{name} is not a regular file."
        return problem

    def _handler(self, definition: ActionDefinition) -> Handler | str:
        if self.bundle is None or definition.group in self._unimportable:
            return self._unimportable[definition.group]
        try:
            return self.bundle.handler(definition.key)
        except DefinitionError as error:
            return error.message
