"""Adding to a body what the service wants to see beside what the inputs say. What that is stands in the definition."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from connector import pointer
from connector.definition import Completion

_EVERY = "*"


def complete(body: dict[str, Any], completions: Sequence[Completion]) -> None:
    """Follow the completions in their order; what is in the body already stays as it is."""
    for completion in completions:
        for target in _objects(body, pointer.parse(completion.at)):
            if completion.beside is not None and completion.beside not in target:
                continue
            if completion.without is not None and completion.without in target:
                continue
            for name, value in (*completion.put.items(), *_taken(completion, body)):
                target.setdefault(name, copy.deepcopy(value))


def _objects(value: Any, tokens: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The objects at a place, of which `*` makes several."""
    if not tokens:
        if isinstance(value, dict):
            yield value
    elif tokens[0] == _EVERY and isinstance(value, list):
        for entry in value:
            yield from _objects(entry, tokens[1:])
    elif isinstance(value, dict) and tokens[0] in value:
        yield from _objects(value[tokens[0]], tokens[1:])


def _taken(completion: Completion, body: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, place in completion.take.items():
        value = pointer.get(body, place)
        if value is not pointer.MISSING:
            yield name, value
