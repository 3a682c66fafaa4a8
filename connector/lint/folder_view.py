"""A connector folder as the rules see it: every file that has the right form, whatever the others are like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from connector import json_pointer
from connector.call import Handler
from connector.catalogue.loader import Bundle, LoadedAction
from connector.definition.action import ActionDefinition
from connector.definition.expand import Expanded
from connector.definition.field import FieldSchema, ObjectSchema
from connector.definition.files import MANIFEST
from connector.definition.service import ConnectorDefinition
from connector.errors import DefinitionError

Part = Literal["inputs", "outputs"]
PARTS: tuple[Part, Part] = ("inputs", "outputs")

_REFERENCE = "#/$defs/"


@dataclass(frozen=True)
class Node:
    """A field somewhere in the inputs or the outputs.

    Attributes:
        place: Its JSON pointer in the file.
        name: Its name; empty for the entries of a list.
        field: Its schema, with its `$ref` followed.
        written: Its schema as it stands there.
        depth: 0 at the top of the form, more inside rows; at least 1 in `$defs`.
        part: Inputs or outputs.
        parent: The field around it, or None at the top.
    """

    place: str
    name: str
    field: FieldSchema
    written: FieldSchema
    depth: int
    part: Part
    parent: Node | None = None


@dataclass(frozen=True)
class ActionView:
    """One action file of the right form.

    Attributes:
        file: Its path from the connector folder.
        definition: What it says.
        expanded: The same as plain JSON, with everything that the file leaves out.
    """

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
        """The file and the pointer where something at `place` was really written."""
        return self.expanded.home(place)

    @cached_property
    def broken_references(self) -> list[tuple[str, str]]:
        """Every `$ref` that names nothing or leads back to itself, with what is wrong."""
        return [(place, text) for part in PARTS for place, text in _broken(part, self.schema(part))]

    @cached_property
    def schema_errors(self) -> list[tuple[str, str]]:
        """Where the inputs or the outputs are no JSON Schema, with what is wrong."""
        found = ((part, _schema_error(json.dumps(self.document[part]))) for part in PARTS)
        return [(f"/{part}{error[0]}", error[1]) for part, error in found if error is not None]

    def nodes(self, *parts: Part) -> Iterator[Node]:
        """Every field of the parts (both when none is named), each where it is written, rows and lists included."""
        for part in parts or PARTS:
            schema = self.schema(part)
            for name, written in schema.properties.items():
                yield from self._below(json_pointer.join([part, "properties", name]), name, written, 0, part, None)
            for name, written in schema.defs.items():
                yield from self._below(json_pointer.join([part, "$defs", name]), "", written, 1, part, None)

    def top(self, part: Part) -> Iterator[Node]:
        """The fields at the top of the inputs or the outputs."""
        return (node for node in self.nodes(part) if not node.depth)

    def _below(
        self, place: str, name: str, written: FieldSchema, depth: int, part: Part, parent: Node | None
    ) -> Iterator[Node]:
        node = Node(place, name, self.schema(part).resolve(written), written, depth, part, parent)
        yield node
        if written.items is not None:
            yield from self._below(f"{place}/items", "", written.items, depth + 1, part, node)
        for inner, field in written.properties.items():
            below = place + json_pointer.join(["properties", inner])
            yield from self._below(below, inner, field, depth + 1, part, node)


@dataclass(frozen=True)
class FolderView:
    """The folder, and what could be read of it.

    Attributes:
        folder: Where it is.
        manifest: The connector's own file; None when its form is wrong.
        document: The same as plain JSON.
        actions: The action files of the right form.
        complete: Whether every file had the right form.
    """

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
        """The sound actions by operation id."""
        return {action.definition.operation_id: action for action in self.sound}

    @cached_property
    def bundle(self) -> Bundle | None:
        """The sound part of the folder, ready to run; None without the connector's own file."""
        if self.manifest is None:
            return None
        loaded = {view.definition.key: LoadedAction(view.definition, view.document) for view in self.sound}
        return Bundle(self.folder, self.manifest, self.document, loaded)

    @cached_property
    def handlers(self) -> dict[str, Handler | str]:
        """The handler of every sound action by key, or why there is none."""
        return {action.definition.key: self._handler(action.definition) for action in self.sound}

    def _handler(self, definition: ActionDefinition) -> Handler | str:
        name = f"actions/{definition.group}.py"
        path = self.folder / name
        if self.bundle is None:
            return f"{MANIFEST.as_posix()} is wrong, so no handler can be loaded."
        if not path.is_file():
            return f"There is no {name} with the handler {definition.key}."
        if not path.resolve().is_relative_to(self.folder.resolve()):
            return f"{name} is a link that leads out of the connector folder."
        try:
            return self.bundle.handler(definition.key)
        except DefinitionError as error:
            return error.message
        except (Exception, SystemExit) as error:  # a module may do anything while it is imported
            return f"{name} cannot be imported: {type(error).__name__}."


@lru_cache(maxsize=1_024)  # the slowest step of a check, and from one check to the next few schemas change
def _schema_error(text: str) -> tuple[str, str] | None:
    """Where a schema is no JSON Schema, and what is wrong there."""
    try:
        Draft202012Validator.check_schema(json.loads(text))
    except SchemaError as error:
        message = f"This is no JSON Schema 2020-12: its own rule “{error.validator}” is broken."
        return json_pointer.join(list(error.absolute_path)), message
    return None


def _broken(part: str, schema: ObjectSchema) -> Iterator[tuple[str, str]]:
    for name, field in schema.properties.items():
        yield from _broken_below(json_pointer.join([part, "properties", name]), field, schema)
    for name, field in schema.defs.items():
        yield from _broken_below(json_pointer.join([part, "$defs", name]), field, schema)


def _broken_below(place: str, field: FieldSchema, schema: ObjectSchema) -> Iterator[tuple[str, str]]:
    chain: list[str] = []
    target: FieldSchema | None = field
    while target is not None and target.ref is not None:
        name = target.ref.removeprefix(_REFERENCE)
        if not target.ref.startswith(_REFERENCE) or name not in schema.defs:
            yield place, f"“$ref” names “{target.ref[:80]}”, which is nowhere under “$defs”."
            break
        if name in chain:
            yield place, f"“$ref” leads in a circle: {' → '.join([*chain, name])[:200]}."
            break
        chain.append(name)
        target = schema.defs[name]
    if field.items is not None:
        yield from _broken_below(f"{place}/items", field.items, schema)
    if isinstance(field.additional_properties, FieldSchema):
        yield from _broken_below(f"{place}/additionalProperties", field.additional_properties, schema)
    for name, inner in field.properties.items():
        yield from _broken_below(place + json_pointer.join(["properties", name]), inner, schema)
