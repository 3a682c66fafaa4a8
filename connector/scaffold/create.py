"""Adding an action to a connector folder. Everything is checked first; if anything is wrong, nothing is written."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.catalogue.loader import Bundle
from connector.definition.defaults import group_texts
from connector.definition.files import MANIFEST, read_inside
from connector.definition.formatter import formatted
from connector.errors import ConnectorError, DefinitionError, ExitStatus
from connector.scaffold import schemas, template

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ScaffoldError(ConnectorError):
    """The key or the path of the new action is malformed. Nothing was written."""

    code = "scaffold"
    exit_status = ExitStatus.USAGE


def create_action(
    bundle: Bundle, key: str, group: str, *, method: str = "GET", path: str | None = None, summary: str | None = None
) -> list[Path]:
    """Write the definition of a new action, and the schemas that it names.

    Args:
        bundle: The connector folder.
        key: Key of the action, such as `get_thing`.
        group: Key of its group.
        method: HTTP method, in capitals.
        path: Path of the API, such as `/things/{thing_id}`; made from the key if left out.
        summary: Display name of the action; made from the key if left out.

    Returns:
        The definition.

    Raises:
        ScaffoldError: The key or the path is malformed.
        DefinitionError: Another action has one of the names.
        OSError: A file cannot be written.
    """
    path = path or f"/{key.replace('_', '-')}"
    _check_request(key, path)
    manifest = bundle.manifest
    since = None if manifest.since == manifest.version else manifest.version
    document = template.definition(key, method, path, summary, since)
    if not all(action.definition.documented for action in bundle.actions.values()):
        document["documented"] = False  # this connector distinguishes them
    return write_actions(bundle, {(group, key): document})


def write_actions(
    bundle: Bundle, documents: Mapping[tuple[str, str], dict[str, Any]], titles: Mapping[str, str] | None = None
) -> list[Path]:
    """Write the definitions of new actions.

    Args:
        bundle: The connector folder.
        documents: The definitions by group and key.
        titles: Titles of groups by key, for those that the connector does not have yet.

    Returns:
        The files.

    Raises:
        DefinitionError: Another action has one of the names; nothing was written.
        OSError: A file cannot be written.
    """
    files: dict[Path, str] = {}
    for (group, key), document in documents.items():
        _check_names(bundle, key, document)
        file = Path("definitions", group, f"{key}.json")
        if (bundle.folder / file).exists():
            raise DefinitionError(f"{bundle.folder / file} already exists. Nothing was changed.")
        files[file] = formatted({"$schema": schemas.reference(bundle.folder, file, "action"), **document})
    files |= _with_groups(bundle, {group: (titles or {}).get(group, "") for group, _ in documents})
    written = write_files(bundle.folder, files)
    write_files(bundle.folder, schemas.schema_files(bundle.folder))
    return written


def _with_groups(bundle: Bundle, titles: Mapping[str, str]) -> dict[Path, str]:
    """`connector.json` with the groups that it lacks; nothing if it has them all."""
    new = {group: title for group, title in titles.items() if group not in bundle.manifest.groups}
    if not new:
        return {}
    document = read_inside(bundle.folder, MANIFEST)
    for group, title in new.items():
        own = title and title != group_texts(group)["title"]
        document["groups"][group] = {"title": title} if own else {}
    return {MANIFEST: formatted(document)}


def write_files(folder: Path, files: Mapping[Path, str]) -> list[Path]:
    """Write texts by path in a folder; the paths of the files."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return [folder / path for path in files]


def _check_request(key: str, path: str) -> None:
    if not _NAME.fullmatch(key) or keyword.iskeyword(key):
        raise ScaffoldError(
            f"“{key[:60]}” is not a valid key.",
            hint="Use lowercase letters, digits and underscores, such as get_thing.",
        )
    names = re.findall(r"{([^{}]*)}", path)
    rest = re.sub(r"{[^{}]*}", "", path)
    valid = path.startswith("/") and not re.search(r"[{}?#\s]", rest)
    if not valid or not all(map(_NAME.fullmatch, names)) or len(set(names)) != len(names):
        raise ScaffoldError(
            f"“{path}” is not a valid path.",
            hint="Start with /, leave out the query, and name each parameter once, in lowercase letters, digits and "
            "underscores, such as /things/{thing_id}.",
        )


def _check_names(bundle: Bundle, key: str, document: dict[str, Any]) -> None:
    """Raise a `DefinitionError` if another action has one of the names."""
    for action in bundle.actions.values():
        other = action.definition
        if key == other.key:
            raise DefinitionError(f"The action “{other.key}” already exists. Nothing was changed.")
        if document["operationId"] == other.operation_id:
            raise DefinitionError(
                f"“{other.key}” already has the operation ID {other.operation_id}. Choose another key."
            )
        if document["summary"].casefold() == other.summary.casefold():
            raise DefinitionError(f"“{other.key}” already has the summary “{other.summary}”. Choose another summary.")
