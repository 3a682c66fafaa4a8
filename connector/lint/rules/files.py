"""Reading a connector folder, however broken: a file that cannot be used is a violation and never ends the check."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from connector.definition.action import ActionDefinition
from connector.definition.common import CommonDefinitions
from connector.definition.expand import Expanded, expand, expand_common, first_release
from connector.definition.files import COMMON, MANIFEST, definition_files, read_inside
from connector.definition.service import ConnectorDefinition
from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rule import LintRule, Violation
from connector.lint.rules import file_format
from connector.lint.sample_folder import ACTION, CONNECTOR

_DEEPEST = 64

UNREADABLE = LintRule(
    "D001",
    "Every definition file is readable and holds one JSON object.",
    "Save the file inside the connector folder, as UTF-8 with one JSON object and no duplicate keys.",
    good={},
    bad={ACTION: '{"key": "get_thing",'},
    reason="A connector with an unreadable file does not load.",
)
UNSENDABLE = LintRule(
    "D002",
    "A definition holds only values that JSON can carry.",
    "Remove the value, or write it as plain JSON.",
    good={ACTION: {"deprecated": True}},
    bad={CONNECTOR: '{"key": "sample", "retry": {"cap": NaN}}'},
    reason="Other programs read the same files, and reject NaN, lone surrogates and very deep nesting.",
)
STRAY = LintRule(
    "D003",
    "Every JSON file under definitions/ is where it is loaded from.",
    "Move it to definitions/<group>/<key>.json, or delete it.",
    good={"definitions/common.json": {"$defs": {}}},
    bad={"definitions/extra.json": {"key": "get_extra"}},
    reason="An action in the wrong place is missing from the connector without an error.",
)
SHARED = LintRule(
    "D004",
    "Every fieldset, rule and error that is used by name is in definitions/common.json.",
    "Use a name that is in definitions/common.json, or define the fields, the rules or the error in the action.",
    good={
        "definitions/common.json": {
            "errors": {"thing_not_found": {"status": 404, "sentence": "There is no such thing.", "field": "thing_id"}}
        },
        ACTION: {"errors": ["thing_not_found"]},
    },
    bad={ACTION: {"errors": ["thing_gone"]}},
    reason="Without it the action is missing the fields, the rules or the error.",
)


class FolderReader:
    """Reads a folder; `violations` is what is wrong with its files, once it is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.violations: list[tuple[LintRule, Violation]] = []

    def read(self) -> FolderView:
        """The files in the right format; what is wrong with the others is in `violations`."""
        document = self._read(MANIFEST)
        manifest = self._model(ConnectorDefinition, document, _in(MANIFEST))
        common = self._common()
        since = first_release(document)
        actions = [self._action(path, common, since) for path in definition_files(self._folder)]
        for path in self._strays():
            self.violations.append((STRAY, Violation(_name(path), "", "The file is never loaded.")))
        found = tuple(action for action in actions if action is not None)
        return FolderView(self._folder, manifest, document or {}, found, complete=not self.violations)

    def _common(self) -> dict[str, Any]:
        path = self._folder / COMMON
        document = self._read(COMMON) if path.exists() or path.is_symlink() else None
        if document is None:
            return {}
        expanded = expand_common(document)
        self._unshared(expanded)
        self._model(CommonDefinitions, expanded.document, expanded.home)
        return document

    def _unshared(self, expanded: Expanded) -> None:
        found = [Violation(*expanded.home(place), message) for place, message in expanded.problems]
        self.violations += [(SHARED, violation) for violation in found]

    def _action(self, path: Path, common: dict[str, Any], since: str | None) -> ActionView | None:
        written = self._read(path)
        if written is None:
            return None
        expanded = expand(written, path, common, since, spelled_out=True)
        self._unshared(expanded)
        definition = self._model(ActionDefinition, expanded.document, expanded.home)
        return ActionView(_name(path), definition, expanded) if definition is not None else None

    def _read(self, path: Path) -> dict[str, Any] | None:
        """The file's object; None if it cannot be read, or JSON cannot carry all of it."""
        try:
            document = read_inside(self._folder, path)
        except (ValueError, OSError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.violations.append(
                (UNREADABLE, Violation(_name(path), "", f"The file cannot be read: {_safe(reason)}."))
            )
            return None
        found = [Violation(_name(path), place, message) for place, message in _unsendable(document)]
        self.violations += [(UNSENDABLE, violation) for violation in found]
        return None if found else document

    def _model(self, model: Any, document: dict[str, Any] | None, home: Callable[[str], tuple[str, str]]) -> Any:
        if document is None:
            return None
        made, problems = file_format.validated(model, document)
        self.violations += [(found.rule, Violation(*home(found.pointer), found.message)) for found in problems]
        return made

    def _strays(self) -> Iterator[Path]:
        read = {MANIFEST, COMMON, *definition_files(self._folder)}
        for path in sorted((self._folder / "definitions").rglob("*.json")):
            if path.relative_to(self._folder) not in read:
                yield path.relative_to(self._folder)


def _in(path: Path) -> Callable[[str], tuple[str, str]]:
    """Where things are written in a file that needs no expansion."""
    return lambda pointer: (path.as_posix(), pointer)


def _unsendable(document: Any) -> Iterator[tuple[str, str]]:
    """Pointers of values that JSON cannot carry, with messages; nesting may be deeper than Python's stack."""
    waiting: list[tuple[str, int, Any]] = [("", 0, document)]
    while waiting:
        place, depth, value = waiting.pop()
        if depth > _DEEPEST:
            yield place, f"The file is nested more than {_DEEPEST} levels deep."
            return
        if isinstance(value, dict):
            for key, item in value.items():
                if _safe(key) != key:
                    yield place, "A key has an invalid character (a lone surrogate)."
                else:
                    waiting.append((f"{place}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1, item))
        elif isinstance(value, list):
            waiting += [(f"{place}/{index}", depth + 1, item) for index, item in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            yield place, "NaN and Infinity are not valid JSON."
        elif isinstance(value, str) and _safe(value) != value:
            yield place, "The text has an invalid character (a lone surrogate)."


def _safe(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _name(path: Path) -> str:
    return _safe(path.as_posix())
