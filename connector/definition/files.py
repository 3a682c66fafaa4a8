"""Connector folders on disk: where they are, and their JSON files, unvalidated.

Kept free of the models, so that listing actions and completing names in a shell stay instant.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import stat
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from connector.errors import DefinitionError

MANIFEST = Path("definitions/connector.json")
COMMON = Path("definitions/common.json")
IMPORTERS = {
    "apiDefinition.swagger.json": "connector.importing.package",
    "apiProperties.json": "connector.importing.package",
}
"""Files by which folders of other formats are known, and the module that reads such a folder. It is imported late: only
the module and `connector.cli` know the format."""
ENTRY_POINTS = "connector.bundles"
"""Entry-point group: a name, and a package whose folder is a connector folder."""

_LARGEST_FILE = 2_000_000


def find(name: str | Path) -> Path:
    """The folder of a connector, by path or by name.

    Args:
        name: A path to a connector folder or to a folder of a format that can be imported, or the name of one that
            travels with this package, or that another installed package announces under the entry point
            `connector.bundles`.

    Raises:
        DefinitionError: There is none.
    """
    folder = Path(name)
    if (folder / MANIFEST).is_file() or importer_of(folder) is not None:
        return folder.resolve()
    known = available()
    if str(name) in known:
        return known[str(name)]
    names = ", ".join(sorted(known)) or "none"
    raise DefinitionError(
        f"There is no connector “{name}”: neither a folder with {MANIFEST.as_posix()} nor one that is installed "
        f"(installed: {names})."
    )


def importer_of(folder: Path) -> Any:
    """The module that reads a folder of another format, with `read` and `outline`; None for a connector folder."""
    if (folder / MANIFEST).is_file():
        return None
    name = next((module for file, module in IMPORTERS.items() if (folder / file).is_file()), None)
    return importlib.import_module(name) if name is not None else None


def available() -> dict[str, Path]:
    """The connectors that can be loaded by name, and their folders."""
    package = Path(__file__).resolve().parents[1]
    found = {path.name: path for path in sorted(package.glob("bundles/*")) if (path / MANIFEST).is_file()}
    checkout = package.parent
    if (checkout / MANIFEST).is_file():
        found[_key(checkout)] = checkout
    for entry in entry_points(group=ENTRY_POINTS):
        spec = importlib.util.find_spec(entry.value)
        for place in (spec.submodule_search_locations or []) if spec else []:
            found.setdefault(entry.name, Path(place))
    return found


def _key(folder: Path) -> str:
    """The folder's key; its name where the manifest cannot say, which loading it will explain."""
    try:
        return str(read_json(folder / MANIFEST).get("key", folder.name))
    except (ValueError, OSError):
        return folder.name


def definition_files(folder: Path) -> list[Path]:
    """The action files, relative to the folder, in a fixed order."""
    return sorted(path.relative_to(folder) for path in (folder / "definitions").glob("*/*.json"))


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ValueError: It is too large, not UTF-8, not JSON, nested too deeply, or no object.
        OSError: It cannot be read.
    """
    return parse(_content(path))


def _content(path: Path) -> bytes:
    """What a regular file of a sensible size holds; ValueError and OSError as in `read_json`."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is not a regular file")  # a named pipe would block until somebody writes to it
    if found.st_size > _LARGEST_FILE:
        raise ValueError(f"the file is larger than {_LARGEST_FILE // 1_000_000} MB")
    return path.read_bytes()


def parse(content: bytes) -> dict[str, Any]:
    """The JSON object that a file holds.

    Raises:
        ValueError: It is not UTF-8, not JSON, nested too deeply, has a key twice, or is not an object.
    """
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_unique)
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
    """An object without duplicate keys: the second one would silently be used."""
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key “{twice}” stands twice in one object")
    return document


def read_inside(folder: Path, path: Path) -> dict[str, Any]:
    """The JSON object in a file of the folder.

    Raises:
        ValueError: As `read_json`, or the file is a link that leads out of the folder.
        OSError: It cannot be read.
    """
    return parse(content_inside(folder, path))


def content_inside(folder: Path, path: Path) -> bytes:
    """What a file of the folder holds, unparsed.

    Raises:
        ValueError: It is not a regular file, is too large, or is a link that leads out of the folder.
        OSError: It cannot be read.
    """
    full = folder / path
    steps = [folder.joinpath(*path.parts[:count]) for count in range(1, len(path.parts) + 1)]
    if ".." in path.parts or any(step.is_symlink() for step in steps):
        try:
            inside = full.resolve().is_relative_to(folder.resolve())
        except RuntimeError:
            raise ValueError("the file is a link that leads to itself") from None
        if not inside:
            raise ValueError("the file is a link that leads out of the connector folder")
    return _content(full)
