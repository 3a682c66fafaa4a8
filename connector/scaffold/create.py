"""Adding an action to a connector folder. Everything is checked first; if anything is wrong, nothing is written."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import Any

from connector.catalogue.loader import Bundle
from connector.definition.formatter import formatted
from connector.errors import ConnectorError, DefinitionError, ExitStatus
from connector.scaffold import handlers, template

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ScaffoldError(ConnectorError):
    """The key or the path of the new action is malformed. Nothing was written."""

    code = "scaffold"
    exit_status = ExitStatus.USAGE


def create_action(
    bundle: Bundle, key: str, group: str, *, method: str = "GET", path: str | None = None, summary: str | None = None
) -> list[Path]:
    """Write the definition and the handler of a new action.

    Args:
        bundle: The connector folder.
        key: Key of the action, such as `get_thing`.
        group: Key of its group.
        method: HTTP method, in capitals.
        path: Path of the API, such as `/things/{thing_id}`; made from the key if left out.
        summary: Display name of the action; made from the key if left out.

    Returns:
        The definition and the module with the handler.

    Raises:
        ScaffoldError: The key or the path is malformed.
        DefinitionError: Another action or handler has one of the names, or the handlers are not valid Python.
        OSError: A file cannot be written.
    """
    path = path or f"/{key.replace('_', '-')}"
    _check_request(key, path)
    manifest = bundle.manifest
    since = None if manifest.since == manifest.version else manifest.version
    document = template.definition(key, method, path, summary, since)
    _check_names(bundle, key, document)
    definition = bundle.folder / "definitions" / group / f"{key}.json"
    if definition.exists():
        raise DefinitionError(f"{definition} already exists. Nothing was changed.")
    module = bundle.folder / "actions" / f"{group}.py"
    code = handlers.with_standard_handler(module, key, bundle.manifest.groups[group].title)
    definition.parent.mkdir(parents=True, exist_ok=True)
    definition.write_text(formatted(document), encoding="utf-8")
    module.parent.mkdir(exist_ok=True)
    module.write_text(code, encoding="utf-8")
    return [definition, module]


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
