"""Reading a connector folder whatever it is like: every file that cannot be used is a finding, none ends the check."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from connector.definition.action import ActionDefinition
from connector.definition.common import CommonDefinitions
from connector.definition.expand import Expanded, expand, expand_common
from connector.definition.files import COMMON, MANIFEST, definition_files, read_inside
from connector.definition.service import ConnectorDefinition
from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rule import Rule, Violation
from connector.lint.rules import form
from connector.lint.sample_folder import ACTION, CONNECTOR

_DEEPEST = 64

UNREADABLE = Rule(
    "D001",
    "Every definition file can be read and holds one JSON object.",
    "Mend the file: UTF-8, one JSON object, no key twice, inside the connector folder.",
    good={},
    bad={ACTION: '{"key": "get_thing",'},
)
UNSENDABLE = Rule(
    "D002",
    "A definition holds only what JSON can carry: no NaN, no half characters, no endless nesting.",
    "Take the value out, or write it as plain JSON.",
    good={ACTION: {"deprecated": True}},
    bad={CONNECTOR: '{"key": "sample", "retry": {"cap": NaN}}'},
)
STRAY = Rule(
    "D003",
    "Every JSON file under definitions/ stands where it is read.",
    "Move it to definitions/<group>/<key>.json, or delete it.",
    good={"definitions/common.json": {"$defs": {}}},
    bad={"definitions/extra.json": {"key": "get_extra"}},
)
SHARED = Rule(
    "D004",
    "Whatever an action takes from definitions/common.json is there, once.",
    "Name a fieldset or an error of definitions/common.json, or write the fields here.",
    good={
        "definitions/common.json": {
            "errors": {"thing_not_found": {"status": 404, "sentence": "There is no such thing.", "field": "thing_id"}}
        },
        ACTION: {"errors": ["thing_not_found"]},
    },
    bad={ACTION: {"errors": ["thing_gone"]}},
)


class Reading:
    """Reads a folder and notes what cannot be used.

    Args:
        folder: The connector folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.hits: list[tuple[Rule, Violation]] = []

    def view(self) -> FolderView:
        """The usable part of the folder; `hits` then holds what is wrong with the rest."""
        document = self._read(MANIFEST)
        manifest = self._model(ConnectorDefinition, document, _in(MANIFEST))
        common = self._common()
        since = manifest.since if manifest is not None else None
        actions = [self._action(path, common, since) for path in definition_files(self._folder)]
        for path in self._strays():
            self.hits.append((STRAY, Violation(_name(path), "", "Nothing reads a definition file in this place.")))
        found = tuple(action for action in actions if action is not None)
        return FolderView(self._folder, manifest, document or {}, found, complete=not self.hits)

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
        self.hits += [(SHARED, Violation(*expanded.home(place), message)) for place, message in expanded.problems]

    def _action(self, path: Path, common: dict[str, Any], since: str | None) -> ActionView | None:
        written = self._read(path)
        if written is None:
            return None
        expanded = expand(written, path, common, since, spelled_out=True)
        self._unshared(expanded)
        definition = self._model(ActionDefinition, expanded.document, expanded.home)
        return ActionView(_name(path), definition, expanded) if definition is not None else None

    def _read(self, path: Path) -> dict[str, Any] | None:
        """The file's object, if it can be had and JSON can carry all of it."""
        full = self._folder / path
        try:
            if full.exists() and not full.is_file():
                raise ValueError("it is not a plain file")
            document = read_inside(self._folder, path)
        except (ValueError, OSError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.hits.append((UNREADABLE, Violation(_name(path), "", f"It cannot be read: {_safe(reason)}.")))
            return None
        flaws = [Violation(_name(path), place, message) for place, message in _unsendable(document)]
        self.hits += [(UNSENDABLE, hit) for hit in flaws]
        return None if flaws else document

    def _model(self, model: Any, document: dict[str, Any] | None, home: Callable[[str], tuple[str, str]]) -> Any:
        if document is None:
            return None
        made, flaws = form.validated(model, document)
        self.hits += [(flaw.rule, Violation(*home(flaw.pointer), flaw.message)) for flaw in flaws]
        return made

    def _strays(self) -> Iterator[Path]:
        read = {MANIFEST, COMMON, *definition_files(self._folder)}
        for path in sorted((self._folder / "definitions").rglob("*.json")):
            if path.relative_to(self._folder) not in read:
                yield path.relative_to(self._folder)


def _in(path: Path) -> Callable[[str], tuple[str, str]]:
    """Where things are written in a file that says everything itself."""
    return lambda pointer: (path.as_posix(), pointer)


def _unsendable(document: Any) -> Iterator[tuple[str, str]]:
    """Pointers of values that JSON cannot carry. A stack of its own: the nesting may be deeper than Python's."""
    waiting: list[tuple[str, int, Any]] = [("", 0, document)]
    while waiting:
        place, depth, value = waiting.pop()
        if depth > _DEEPEST:
            yield place, f"The nesting is deeper than {_DEEPEST} levels."
            return
        if isinstance(value, dict):
            for key, item in value.items():
                if _safe(key) != key:
                    yield place, "A key contains half a character (a lone surrogate)."
                else:
                    waiting.append((f"{place}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1, item))
        elif isinstance(value, list):
            waiting += [(f"{place}/{index}", depth + 1, item) for index, item in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            yield place, "Infinity and “not a number” are no JSON."
        elif isinstance(value, str) and _safe(value) != value:
            yield place, "The text contains half a character (a lone surrogate)."


def _safe(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _name(path: Path) -> str:
    return _safe(path.as_posix())
