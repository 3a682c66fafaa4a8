"""Reading a connector folder whatever it is like: every file that cannot be used is a finding, none ends the check."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.catalogue.loader import add_common
from connector.definition.action import ActionDefinition
from connector.definition.files import COMMON, MANIFEST, definition_files, read_inside
from connector.definition.service import ConnectorDefinition
from connector.lint.folder_view import PARTS, ActionView, FolderView
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
    good={ACTION: {"deprecated": False}},
    bad={CONNECTOR: '{"key": "sample", "retry": {"cap": NaN}}'},
)
STRAY = Rule(
    "D003",
    "Every JSON file under definitions/ stands where it is read.",
    "Move it to definitions/<group>/<key>.json, or delete it.",
    good={"definitions/common.json": {"$defs": {}}},
    bad={"definitions/extra.json": {"key": "get_extra"}},
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
        manifest = self._model(ConnectorDefinition, MANIFEST, document)
        common = self._common()
        actions = [self._action(path, common) for path in definition_files(self._folder)]
        for path in self._strays():
            self.hits.append((STRAY, Violation(_name(path), "", "Nothing reads a definition file in this place.")))
        found = tuple(action for action in actions if action is not None)
        return FolderView(self._folder, manifest, document or {}, found, complete=not self.hits)

    def _common(self) -> dict[str, Any]:
        path = self._folder / COMMON
        document = self._read(COMMON) if path.exists() or path.is_symlink() else None
        shared = self._model(form.Shared, COMMON, document)
        return dict(document["$defs"]) if shared is not None and document is not None else {}

    def _action(self, path: Path, common: dict[str, Any]) -> ActionView | None:
        document = self._read(path)
        if document is None:
            return None
        before = {part: _definitions(document, part) for part in PARTS}
        if None not in before.values():
            add_common(document, common)
        definition = self._model(ActionDefinition, path, document)
        if definition is None:
            return None
        after = {part: _definitions(document, part) or set() for part in PARTS}
        borrowed = {name for part in PARTS for name in after[part] - (before[part] or set())}
        return ActionView(_name(path), definition, document, frozenset(borrowed))

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

    def _model(self, model: Any, path: Path, document: dict[str, Any] | None) -> Any:
        if document is None:
            return None
        made, flaws = form.validated(model, document)
        self.hits += [(flaw.rule, Violation(_name(path), flaw.pointer, flaw.message)) for flaw in flaws]
        return made

    def _strays(self) -> Iterator[Path]:
        read = {MANIFEST, COMMON, *definition_files(self._folder)}
        for path in sorted((self._folder / "definitions").rglob("*.json")):
            if path.relative_to(self._folder) not in read:
                yield path.relative_to(self._folder)


def _definitions(document: dict[str, Any], part: str) -> set[str] | None:
    """Names under `$defs` of the inputs or outputs; None where their form is wrong."""
    schema = document.get(part)
    definitions = schema.get("$defs", {}) if isinstance(schema, dict) else None
    return set(definitions) if isinstance(definitions, dict) else None


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
