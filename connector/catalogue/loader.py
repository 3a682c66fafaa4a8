"""A connector folder loaded: its definitions validated, and paired with their handlers.

A folder holds `definitions/connector.json`, `definitions/<group>/<key>.json` and `actions/<group>.py`. Handlers are
imported under a package name of the folder's own, so that two connectors never meet.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
import threading
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from connector.call.handler import Handler, page, send
from connector.definition.action import ActionDefinition
from connector.definition.expand import expand, first_release
from connector.definition.files import (
    COMMON,
    MANIFEST,
    content_inside,
    definition_files,
    importer_of,
    parse,
    read_inside,
)
from connector.definition.references import broken_references, unknown_fields
from connector.definition.service import ConnectorDefinition
from connector.errors import DefinitionError, Problem

_NAMES = ("key", "operationId", "summary", "description", "group")
_import_lock = threading.RLock()


@dataclass(frozen=True)
class LoadedAction:
    """An action of a folder: its names at once, its definition when it is first asked for."""

    key: str
    operation_id: str
    summary: str
    description: str
    group: str
    _read: Callable[[], tuple[ActionDefinition, dict[str, Any]]] = field(repr=False)

    @classmethod
    def of(cls, definition: ActionDefinition, document: dict[str, Any]) -> Self:
        """An action whose definition has been read."""
        names = (definition.key, definition.operation_id, definition.summary, definition.description, definition.group)
        return cls(*names, lambda: (definition, document))

    @cached_property
    def _whole(self) -> tuple[ActionDefinition, dict[str, Any]]:
        return self._read()

    @property
    def definition(self) -> ActionDefinition:
        """The definition as a model.

        Raises:
            DefinitionError: The file is wrong; with every problem of it.
        """
        return self._whole[0]

    @property
    def document(self) -> dict[str, Any]:
        """The definition as plain JSON, with everything that its file leaves out; raises as `definition` does."""
        return self._whole[1]


@dataclass(frozen=True)
class Bundle:
    """A connector folder that was read.

    Attributes:
        gaps: Why actions cannot run, by key; only an imported connector has any.
    """

    folder: Path
    manifest: ConnectorDefinition
    document: dict[str, Any]
    actions: dict[str, LoadedAction]
    gaps: Mapping[str, str] = field(default_factory=dict)

    def handler(self, key: str) -> Handler:
        """The handler of an action, imported when it is first asked for.

        An action for which the folder has no function is run by `page` if it has pages, and by `send` otherwise.

        Raises:
            DefinitionError: The module of the group cannot be imported, or what it has under the key is not a function.
        """
        group = self.actions[key].group
        module = self.folder / "actions" / f"{group}.py"
        has_module = module.exists() or module.is_symlink() or module.with_suffix("").is_dir()
        handler = getattr(self.module(f"actions.{group}"), key, None) if has_module else None
        if handler is None:
            if key in self.gaps:
                raise DefinitionError(f"{self.actions[key].summary} cannot run here. {self.gaps[key]}", code="gap")
            return page if self.actions[key].definition.pagination is not None else send
        if not callable(handler):
            raise DefinitionError(f"“{key}” in actions/{group}.py is not a function.")
        return handler  # type: ignore[no-any-return]

    def module(self, name: str) -> types.ModuleType:
        """A module of the folder, by its dotted name there.

        Raises:
            DefinitionError: There is none, or importing it failed.
        """
        try:
            with _import_lock:
                return importlib.import_module(f"{self._package}.{name}")
        except Exception as error:  # the module is somebody else's code: whatever it raises, it is not there
            if isinstance(error, ModuleNotFoundError) and f"{self._package}.{name}.".startswith(f"{error.name}."):
                raise DefinitionError(f"The connector folder has no {name.replace('.', '/')}.py.") from None
            reason = _reason(error).replace(f"{self._package}.", "")
            raise DefinitionError(f"{name.replace('.', '/')}.py cannot be imported: {reason}.") from error

    @cached_property
    def _package(self) -> str:
        """The name under which the folder's modules are imported; made of its place, so that it is nobody else's."""
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        name = f"connector_bundle_{self.manifest.key}_{digest}"
        with _import_lock:
            if name not in sys.modules:
                package = types.ModuleType(name)
                package.__path__ = [str(self.folder)]
                sys.modules[name] = package
        return name


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def load(folder: Path) -> Bundle:
    """Read and validate every file of a connector folder.

    Raises:
        DefinitionError: With every problem of every file.
    """
    if (importer := importer_of(folder)) is not None:
        return importer.read(folder, whole=True)  # type: ignore[no-any-return]
    problems: list[Problem] = []
    folder_files = _Folder.read(folder, problems)
    actions: dict[str, LoadedAction] = {}
    for path in definition_files(folder):
        written = _read(folder, path, problems)
        found = folder_files.action(path, written, problems) if written is not None else None
        if found is not None and found.key in actions:
            place = f"{path.as_posix()}#/key"
            problems.append(Problem(place, "duplicate", f"{place}: another file has the key “{found.key}” too."))
        elif found is not None:
            actions[found.key] = found
    return folder_files.bundle(actions, problems)


def read(folder: Path) -> Bundle:
    """Read a connector folder; an action is validated when its definition is first asked for.

    Raises:
        DefinitionError: `connector.json` is wrong, or a file is too broken to name its action; with every problem of
            every file.
    """
    if (importer := importer_of(folder)) is not None:
        return importer.read(folder)  # type: ignore[no-any-return]
    problems: list[Problem] = []
    folder_files = _Folder.read(folder, problems)
    actions: dict[str, LoadedAction] = {}
    try:
        for path in definition_files(folder):
            action = folder_files.unread_action(path, content_inside(folder, path))
            if actions.setdefault(action.key, action) is not action:
                return load(folder)
    except (ValueError, OSError, KeyError, TypeError, AttributeError, RecursionError):
        return load(folder)  # reports what is wrong, and the rest with it
    return folder_files.bundle(actions, problems)


@dataclass(frozen=True)
class _Folder:
    """What the actions of a folder have in common, as far as it could be read."""

    folder: Path
    manifest: ConnectorDefinition | None
    document: dict[str, Any] | None
    common: dict[str, Any]

    @classmethod
    def read(cls, folder: Path, problems: list[Problem]) -> Self:
        document = _read(folder, MANIFEST, problems)
        manifest = _validated(ConnectorDefinition, document, _in_manifest, problems)
        return cls(folder, manifest, document, _common(folder, problems))

    def action(self, path: Path, written: dict[str, Any], problems: list[Problem]) -> LoadedAction | None:
        """An action, validated; None and problems where its file is wrong."""
        expanded = expand(written, path, self.common, first_release(self.document))
        problems += [_problem(expanded.home(place), "shared", message) for place, message in expanded.problems]
        definition = _validated(ActionDefinition, expanded.document, expanded.home, problems)
        if definition is None:
            return None
        # What a name leads to is only asked for once every reference can be followed.
        broken = list(broken_references(definition)) or unknown_fields(definition)
        problems += [_problem(expanded.home(place), "reference", message) for place, message in broken]
        return LoadedAction.of(definition, expanded.document)

    def unread_action(self, path: Path, content: bytes) -> LoadedAction:
        """An action by its names; ValueError, KeyError and their like where the file cannot even name it."""
        written = {"key": path.stem, "group": path.parent.name, **json.loads(content)}
        key, operation_id, summary, description, group = (written[name] for name in _NAMES)
        if not all(isinstance(written[name], str) for name in _NAMES):
            raise TypeError
        return LoadedAction(key, operation_id, summary, description, group, lambda: self._now_read(path, content))

    def _now_read(self, path: Path, content: bytes) -> tuple[ActionDefinition, dict[str, Any]]:
        problems: list[Problem] = []
        try:
            action = self.action(path, parse(content), problems)
        except ValueError as error:
            action = None
            problems.append(_file_problem(path, str(error)))
        if problems or action is None:
            raise DefinitionError(f"The action {path.stem} of {self.folder.name} cannot be loaded.", problems)
        return action.definition, action.document

    def bundle(self, actions: dict[str, LoadedAction], problems: list[Problem]) -> Bundle:
        """The folder with its actions in order; DefinitionError where there are problems."""
        if problems or self.manifest is None or self.document is None:
            raise DefinitionError(f"The connector folder {self.folder.name} cannot be loaded.", problems)
        order = {group: place for place, group in enumerate(self.manifest.groups)}
        ordered = sorted(actions.items(), key=lambda item: (order.get(item[1].group, len(order)), item[0]))
        return Bundle(self.folder, self.manifest, self.document, dict(ordered))


def _common(folder: Path, problems: list[Problem]) -> dict[str, Any]:
    """What the actions of the folder share, if there is anything."""
    document = _read(folder, COMMON, problems) if (folder / COMMON).exists() else {}
    shared = document or {}
    for word in ("$defs", "fieldsets", "rules", "errors"):
        if not isinstance(shared.get(word, {}), dict):
            problems.append(_problem((COMMON.as_posix(), f"/{word}"), "type", "it must be an object."))
    return shared


def _read(folder: Path, path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    """The file's object; None and a problem where it cannot be had."""
    try:
        return read_inside(folder, path)
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.append(_file_problem(path, reason))
        return None


def _file_problem(path: Path, reason: str) -> Problem:
    return Problem(path.as_posix(), "file", f"{path.as_posix()}: {reason}.")


def _problem(home: tuple[str, str], rule: str, message: str) -> Problem:
    """A problem at a place of a file."""
    file, pointer = home
    return Problem(f"{file}#{pointer}", rule, f"{file} at {pointer}: {message}")


def _in_manifest(pointer: str) -> tuple[str, str]:
    return MANIFEST.as_posix(), pointer


def _validated(
    model: Any, document: dict[str, Any] | None, home: Callable[[str], tuple[str, str]], problems: list[Problem]
) -> Any:
    """The document as the model; None and problems where its author wrote what is wrong."""
    if document is None:
        return None
    try:
        return model.model_validate(document)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            place = "/" + "/".join(str(step) for step in detail["loc"])
            problems.append(_problem(home(place), detail["type"], f"{detail['msg'].removeprefix('Value error, ')}."))
        return None
