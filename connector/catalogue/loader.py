"""A connector folder loaded: its definitions validated, and paired with their handlers.

A folder holds `definitions/connector.json`, `definitions/<group>/<key>.json` and `actions/<group>.py`. Handlers are
imported under a package name of the folder's own, so that two connectors never meet.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connector.call.handler import Handler
from connector.definition.action import ActionDefinition
from connector.definition.expand import expand
from connector.definition.files import COMMON, MANIFEST, definition_files, read_inside
from connector.definition.references import broken_references, unknown_fields
from connector.definition.service import ConnectorDefinition
from connector.errors import DefinitionError, Problem

_import_lock = threading.RLock()


@dataclass(frozen=True)
class LoadedAction:
    """An action's definition, as a model and as plain JSON, with everything that its file leaves out."""

    definition: ActionDefinition
    document: dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """A connector folder that was read without a problem."""

    folder: Path
    manifest: ConnectorDefinition
    document: dict[str, Any]
    actions: dict[str, LoadedAction]

    def handler(self, key: str) -> Handler:
        """The handler of an action, imported when it is first asked for.

        Raises:
            DefinitionError: The group has no module, or the module no function of that name.
        """
        group = self.actions[key].definition.group
        handler = getattr(self.module(f"actions.{group}"), key, None)
        if not callable(handler):
            raise DefinitionError(f"actions/{group}.py has no function “{key}” for the action of that name.")
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
            if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith(self._package):
                raise DefinitionError(f"The connector folder has no {name.replace('.', '/')}.py.") from None
            raise DefinitionError(f"{name.replace('.', '/')}.py cannot be imported: {error}") from error

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


def load(folder: Path) -> Bundle:
    """Read a connector folder whole.

    Raises:
        DefinitionError: With every problem of every file.
    """
    problems: list[Problem] = []
    manifest_document = _read(folder, MANIFEST, problems)
    manifest = _validated(ConnectorDefinition, manifest_document, _in_manifest, problems)
    since = manifest.since if manifest is not None else None
    common = _common(folder, problems)
    actions: dict[str, LoadedAction] = {}
    for path in definition_files(folder):
        document = _read(folder, path, problems)
        if document is None:
            continue
        expanded = expand(document, path, common, since)
        document = expanded.document
        problems += [_problem(expanded.home(place), "shared", message) for place, message in expanded.problems]
        definition = _validated(ActionDefinition, document, expanded.home, problems)
        if definition is not None:
            # What a name leads to is only asked for once every reference can be followed.
            broken = list(broken_references(definition)) or unknown_fields(definition)
            problems += [_problem(expanded.home(place), "reference", message) for place, message in broken]
        if definition is not None and definition.key in actions:
            place = f"{path.as_posix()}#/key"
            problems.append(Problem(place, "duplicate", f"{place}: another file has the key “{definition.key}” too."))
        elif definition is not None:
            actions[definition.key] = LoadedAction(definition, document)
    if problems or manifest is None or manifest_document is None:
        raise DefinitionError(f"The connector folder {folder.name} cannot be loaded.", problems)
    order = {group: place for place, group in enumerate(manifest.groups)}
    ordered = sorted(actions.items(), key=lambda item: (order.get(item[1].definition.group, len(order)), item[0]))
    return Bundle(folder, manifest, manifest_document, dict(ordered))


def _common(folder: Path, problems: list[Problem]) -> dict[str, Any]:
    """What the actions of the folder share, if there is anything."""
    document = _read(folder, COMMON, problems) if (folder / COMMON).exists() else {}
    shared = document or {}
    for word in ("$defs", "fieldsets", "errors"):
        if not isinstance(shared.get(word, {}), dict):
            problems.append(_problem((COMMON.as_posix(), f"/{word}"), "type", "it must be an object."))
    return shared


def _read(folder: Path, path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    """The file's object; None and a problem where it cannot be had."""
    try:
        return read_inside(folder, path)
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.append(Problem(path.as_posix(), "file", f"{path.as_posix()}: {reason}."))
        return None


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
            problems.append(_problem(home(place), detail["type"], f"{detail['msg']}."))
        return None
