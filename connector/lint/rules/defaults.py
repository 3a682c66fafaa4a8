"""Keywords that only repeat their default."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from connector import json_pointer
from connector.definition.files import MANIFEST
from connector.lint.folder_view import ActionView, FolderView
from connector.lint.rule import Violation, folder_rule
from connector.lint.sample_folder import ACTION, CONNECTOR, with_inputs


@folder_rule(
    "D801",
    "Remove the keyword; docs/format lists the defaults.",
    good=with_inputs(thing_id={"x-ms-visibility": "advanced"}),
    bad={ACTION: {"inputs": {"properties": {"thing_id": {"x-in": "path"}}}}, CONNECTOR: {"retry": {"attempts": 4}}},
)
def defaults_are_left_out(view: FolderView) -> Iterator[Violation]:
    """No keyword repeats its default.

    What is left in a file is what its author decided.
    """
    repeated: dict[tuple[str, str], bool] = {}
    for action in view.sound:
        if action.expanded.problems:
            continue
        # What is shared must be a default wherever it is used before it can go.
        for place, same in action.expanded.repeated().items():
            repeated[place] = repeated.get(place, True) and same
        repeated |= {action.home(pointer): True for pointer in _defaults_of(action)}
    if view.manifest is not None:
        repeated |= {(MANIFEST.as_posix(), pointer): True for pointer in _repeated(view.manifest, "")}
    for (file, pointer), same in repeated.items():
        if same:
            *_, around, keyword = ("", *json_pointer.parse(pointer))
            entry = f"Item {int(keyword) + 1} of “{around}”" if keyword.isdigit() else f"“{keyword}”"
            yield Violation(file, pointer, f"{entry} only repeats the default.")


def _defaults_of(action: ActionView) -> Iterator[str]:
    """Where the action has the default of a keyword that does not depend on the rest of the file."""
    for pointer in _repeated(action.definition, ""):
        if action.expanded.is_written(pointer):
            yield pointer
    for node in action.nodes():
        # A list of one pointer is not its default: a value of another type is ignored there.
        alone = isinstance(node.written.x_pointer, str) and node.written.ref is None
        if alone and node.name and node.written.pointers("") == (json_pointer.join(node.name.split(".")),):
            yield f"{node.place}/x-pointer"


def _repeated(value: Any, place: str) -> Iterator[str]:
    """Where a model, at any depth, has a keyword with its default."""
    if isinstance(value, BaseModel):
        fields, defaults = type(value).model_fields, _defaults(type(value))
        for name in value.model_fields_set:
            inner = getattr(value, name)
            here = place + json_pointer.join([fields[name].alias or name])
            if name in defaults and inner == defaults[name]:
                yield here
            else:
                yield from _repeated(inner, here)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _repeated(inner, place + json_pointer.join([key]))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _repeated(inner, f"{place}/{index}")


@cache  # to make a default takes longer than to compare with it
def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    """The defaults of a model's keywords. A null that may be anything is none: it is a value, not an absence."""
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
        if field.annotation is not Any
    }
