"""What a file says though it follows from the rest: the files stay as small as what they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from connector import json_pointer
from connector.definition.files import MANIFEST
from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import ACTION, CONNECTOR


@folder_rule(
    "D801",
    "Leave the keyword out; docs/format says what each one is when it is left out.",
    good={ACTION: {"inputs": {"properties": {"thing_id": {"x-ms-visibility": "advanced"}}}}},
    bad={ACTION: {"inputs": {"properties": {"thing_id": {"x-in": "path"}}}}, CONNECTOR: {"retry": {"attempts": 4}}},
)
def defaults_are_left_out(view: FolderView) -> Iterator[Violation]:
    """No file spells out what holds without it."""
    repeated: dict[tuple[str, str], bool] = {}
    for action in view.sound:
        # What is shared must be a default wherever it is used before it can go.
        for place, same in action.expanded.repeated().items():
            repeated[place] = repeated.get(place, True) and same
        repeated |= {action.home(pointer): True for pointer in _defaults_of(action)}
    if view.manifest is not None:
        repeated |= {(MANIFEST.as_posix(), pointer): True for pointer in _repeated(view.manifest, "")}
    for (file, pointer), same in repeated.items():
        if same:
            *_, around, word = ("", *json_pointer.parse(pointer))
            entry = f"Entry {int(word) + 1} of “{around}”" if word.isascii() and word.isdigit() else f"“{word[:80]}”"
            yield Violation(file, pointer, f"{entry} says no more than what holds when it is left out.")


def _defaults_of(action: ActionView) -> Iterator[str]:
    """Where the action writes the default of a keyword that does not depend on the rest of the file."""
    for pointer in _repeated(action.definition, ""):
        if action.expanded.is_written(pointer):
            yield pointer
    for node in action.nodes():
        # A list of one place is more than that place: a value of another type is not looked at.
        alone = isinstance(node.written.x_pointer, str) and node.written.ref is None
        if alone and node.name and node.written.pointers("") == (json_pointer.join(node.name.split(".")),):
            yield f"{node.place}/x-pointer"


def _repeated(value: Any, place: str) -> Iterator[str]:
    """Where a model, at any depth, was given the value it has anyway."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        for name in value.model_fields_set:
            inner, field = getattr(value, name), fields[name]
            here = place + json_pointer.join([field.alias or name])
            # A null that may be anything is a value, not an absence.
            if (
                not field.is_required()
                and field.annotation is not Any
                and _same(inner, field.get_default(call_default_factory=True))
            ):
                yield here
            else:
                yield from _repeated(inner, here)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _repeated(inner, place + json_pointer.join([key]))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _repeated(inner, f"{place}/{index}")


def _same(value: Any, default: Any) -> bool:
    return bool(value == default) and isinstance(value, bool) == isinstance(default, bool)
