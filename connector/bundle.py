"""A connector folder: finding it, reading its definitions, pairing them with their handlers.

A folder holds `definitions/connector.json`, `definitions/<group>/<key>.json` and `actions/<group>.py`. Handlers are
imported under a package name of the folder's own, so that two connectors never meet.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import sys
import threading
import types
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connector.definition import ActionDefinition
from connector.errors import DefinitionError, Problem
from connector.handler import Handler
from connector.manifest import ConnectorDefinition

MANIFEST = Path("definitions/connector.json")
COMMON = Path("definitions/common.json")
ENTRY_POINTS = "connector.bundles"
"""Entry-point group: a name, and a package whose folder is a connector folder."""

_LARGEST_FILE = 2_000_000
_import_lock = threading.RLock()


@dataclass(frozen=True)
class LoadedAction:
    """An action's definition, as a model and as the plain JSON it was read from."""

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
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith(self._package):
                raise DefinitionError(f"The connector folder has no {name.replace('.', '/')}.py.") from None
            raise
        except (SyntaxError, ImportError) as error:
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


def find(name: str | Path) -> Path:
    """The folder of a connector, by path or by name.

    Args:
        name: A path to a connector folder, the name of one that travels with this package, or of one that
            another installed package announces under the entry point `connector.bundles`.

    Raises:
        DefinitionError: There is none.
    """
    folder = Path(name)
    if (folder / MANIFEST).is_file():
        return folder.resolve()
    known = available()
    if str(name) in known:
        return known[str(name)]
    names = ", ".join(sorted(known)) or "none"
    raise DefinitionError(
        f"There is no connector “{name}”: neither a folder with {MANIFEST.as_posix()} nor one that is installed "
        f"(installed: {names})."
    )


def available() -> dict[str, Path]:
    """The connectors that can be loaded by name, and their folders."""
    package = Path(__file__).resolve().parent
    found = {
        path.parent.parent.parent.name: path.parent.parent.parent for path in package.glob(f"bundles/*/{MANIFEST}")
    }
    checkout = package.parent
    if (checkout / MANIFEST).is_file():
        found[str(read_json(checkout / MANIFEST).get("key", checkout.name))] = checkout
    for entry in entry_points(group=ENTRY_POINTS):
        spec = importlib.util.find_spec(entry.value)
        for place in (spec.submodule_search_locations or []) if spec else []:
            found.setdefault(entry.name, Path(place))
    return found


def load(folder: Path) -> Bundle:
    """Read a connector folder whole.

    Raises:
        DefinitionError: With every problem of every file.
    """
    problems: list[Problem] = []
    manifest_document = _read(folder, MANIFEST, problems)
    manifest = _validated(ConnectorDefinition, manifest_document, MANIFEST, problems)
    common = _read(folder, COMMON, problems).get("$defs", {}) if (folder / COMMON).is_file() else {}
    actions: dict[str, LoadedAction] = {}
    for path in definition_files(folder):
        document = _read(folder, path, problems)
        if not document:
            continue
        _add_common(document, common)
        definition = _validated(ActionDefinition, document, path, problems)
        if definition is not None:
            actions[definition.key] = LoadedAction(definition, document)
    if problems or manifest is None:
        raise DefinitionError(f"The connector folder {folder.name} cannot be loaded.", problems)
    order = {group: place for place, group in enumerate(manifest.groups)}
    ordered = sorted(actions.items(), key=lambda item: (order.get(item[1].definition.group, len(order)), item[0]))
    return Bundle(folder, manifest, manifest_document, dict(ordered))


def definition_files(folder: Path) -> list[Path]:
    """The action files, relative to the folder, in a fixed order."""
    return sorted(path.relative_to(folder) for path in (folder / "definitions").glob("*/*.json"))


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ValueError: It is too large, not UTF-8, not JSON, nested too deeply, or no object.
        OSError: It cannot be read.
    """
    if path.stat().st_size > _LARGEST_FILE:
        raise ValueError(f"the file is larger than {_LARGEST_FILE // 1_000_000} MB")
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except UnicodeDecodeError:
        raise ValueError("the text is not UTF-8") from None
    if not isinstance(document, dict):
        raise ValueError("the file must hold a JSON object")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: a second one would silently win."""
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key “{twice}” stands twice in one object")
    return document


def _read(folder: Path, path: Path, problems: list[Problem]) -> dict[str, Any]:
    """The file's object; an empty one and a problem where it cannot be had."""
    full = folder / path
    try:
        if not full.resolve().is_relative_to(folder.resolve()):
            raise ValueError("the file is a link that leads out of the connector folder")
        return read_json(full)
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.append(Problem(path.as_posix(), "file", f"{path.as_posix()}: {reason}."))
        return {}


def _add_common(document: dict[str, Any], common: dict[str, Any]) -> None:
    """Copy the shared `$defs` that a schema refers to and does not define itself into it."""
    for part in ("inputs", "outputs"):
        schema = document.get(part)
        if not isinstance(schema, dict):
            continue
        waiting = [schema]
        while waiting:
            for name in _references(waiting.pop()):
                if name in common and name not in schema.setdefault("$defs", {}):
                    schema["$defs"][name] = common[name]
                    waiting.append(common[name])


def _references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"].removeprefix("#/$defs/")} if isinstance(value.get("$ref"), str) else set()
    return own.union(*map(_references, value.values()))


def _validated(model: Any, document: dict[str, Any], path: Path, problems: list[Problem]) -> Any:
    if not document:
        return None
    try:
        return model.model_validate(document)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            place = "/" + "/".join(str(step) for step in detail["loc"])
            problems.append(
                Problem(
                    f"{path.as_posix()}#{place}",
                    detail["type"],
                    f"{path.as_posix()} at {place}: {detail['msg']}.",
                )
            )
        return None
