"""A package as a connector: each of its operations is converted when it is first used."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from connector import json_pointer
from connector.catalogue.loader import Bundle, LoadedAction
from connector.definition.action import ActionDefinition
from connector.definition.expand import expand
from connector.definition.outline import Outline
from connector.definition.service import ConnectorDefinition
from connector.errors import DefinitionError, Problem
from connector.importing.dynamic import Names
from connector.importing.manifest import manifest_of, version_of
from connector.importing.operation import Converted, add_choices, converted
from connector.importing.source import DEFINITION, Source
from connector.importing.swagger import Json


def read(folder: Path, *, whole: bool = False) -> Bundle:
    """A package folder as a connector.

    Args:
        folder: Where it is.
        whole: Convert every operation now, not each when it is first used.

    Raises:
        DefinitionError: A file of it cannot be read; with the file and the place.
    """
    bundle = Package(folder).bundle
    for action in bundle.actions.values() if whole else ():
        _ = action.definition
    return bundle


def outline(folder: Path) -> Outline | None:
    """The package at a glance; None where it is too broken for that."""
    try:
        package = Package(folder)
    except DefinitionError:
        return None
    actions = {key: {**action_names(action), "inputs": {}} for key, action in package.bundle.actions.items()}
    return PackageOutline(package.source.groups, actions, _package=package)


class Package:
    """A package of the Power Platform, converted piece by piece.

    Args:
        folder: Where it is, in the layout of `paconn`.
        with_policies: Whether to apply its policies.

    Raises:
        DefinitionError: A file of it cannot be read; with the file and the place.

    Attributes:
        source: What was read.
    """

    def __init__(self, folder: Path, *, with_policies: bool = True) -> None:
        self.source = Source(folder, with_policies=with_policies)
        self._converted: dict[str, Converted] = {}
        self._complete: set[str] = set()
        self._lock = threading.RLock()

    @cached_property
    def bundle(self) -> Bundle:
        """The package as the runtime loads it.

        Raises:
            DefinitionError: What it says of itself as a whole cannot be expressed.
        """
        document = manifest_of(self.source)
        try:
            manifest = ConnectorDefinition.model_validate(document)
        except ValidationError as error:
            problems = [
                Problem(DEFINITION, rule, f"{DEFINITION}: {place} {message}")
                for place, rule, message in _details(error)
            ]
            raise DefinitionError(f"The package “{self.source.folder.name}” cannot be loaded.", problems) from None
        actions = {key: self._action(key) for key in self.source.operations}
        return Bundle(self.source.folder, manifest, document, actions, Gaps(self))

    def converted(self, key: str) -> Converted:
        """An operation as an action, with the choices of its inputs."""
        with self._lock:
            made = self._without_choices(key)
            if key not in self._complete:
                add_choices(made, self._names_of)
                self._complete.add(key)
            return made

    def read(self, key: str) -> tuple[ActionDefinition, Json]:
        """The definition of an action, whole; one that says only its names where the rest is not understood."""
        made = self.converted(key)
        document = self._whole(made.document)
        try:
            return ActionDefinition.model_validate(document), document
        except ValidationError as error:
            place, _, message = next(_details(error))
            pointer = self.source.operations[key].pointer
            made.findings.gap(f"{DEFINITION} at {pointer}: {place} {message}")
        bare = {**made.document, "request": {"method": "GET", "path": "/"}, "inputs": {}, "outputs": {}}
        bare.pop("pagination", None)
        document = self._whole(bare)
        return ActionDefinition.model_validate(document), document

    def _whole(self, document: Json) -> Json:
        """The document with everything that the format takes for granted."""
        path = Path(f"definitions/{document['group']}/{document['key']}.json")
        return expand(document, path, since=version_of(self.source.swagger.document)).document

    def _action(self, key: str) -> LoadedAction:
        operation = self.source.operations[key]
        summary = self.source.summary_of(operation)
        description = str(operation.document.get("description") or summary)
        group = self.source.group_of(operation)
        return LoadedAction(key, operation.operation_id, summary, description, group, lambda: self.read(key))

    def _names_of(self, operation_id: str) -> Names | None:
        key = self.source.key_of(operation_id)
        return self._without_choices(key).names if key is not None else None

    def _without_choices(self, key: str) -> Converted:
        if key not in self._converted:
            self._converted[key] = converted(self.source, key, self.source.operations[key])
        return self._converted[key]


@dataclass(frozen=True)
class PackageOutline(Outline):
    """A package at a glance; an operation is converted when its whole document is asked for."""

    _package: Package | None = field(default=None, repr=False)

    def whole(self, key: str) -> Json:
        """The document of an action; KeyError if there is none."""
        if self._package is None:
            raise KeyError(key)
        return self._package.read(key)[1]


def action_names(action: LoadedAction) -> Json:
    """What an action is called."""
    return {
        "key": action.key,
        "operationId": action.operation_id,
        "summary": action.summary,
        "description": action.description,
        "group": action.group,
    }


class Gaps(Mapping[str, str]):
    """Why actions cannot run, by key; an operation is converted when it is asked for."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def __getitem__(self, key: str) -> str:
        self._package.read(key)
        reasons = self._package.converted(key).findings.gaps
        if not reasons:
            raise KeyError(key)
        return " ".join(reasons)

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._package.source.operations if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _details(error: ValidationError) -> Iterator[tuple[str, str, str]]:
    """What is wrong: place, rule and sentence."""
    for detail in error.errors(include_url=False, include_input=False):
        yield json_pointer.join([str(step) for step in detail["loc"]]), detail["type"], f"{detail['msg']}."
