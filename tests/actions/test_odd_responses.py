"""Handlers of their own take whatever a service sends in any place of a response."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from connector.export.handler_code import is_standard
from tests.vectors import python_runtime
from tests.vectors.files import Json, actions

ODD: tuple[Any, ...] = (None, "x", 5, True, [], {}, ["x"], [None], [{}], [[]], {"a": 1})
OWN = [action.key for action in actions("courier").values() if not is_standard(action.handler)]


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a JSON value, itself included."""
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from places(each, (*place, step))


def replaced(value: Any, place: Sequence[Any], other: Any) -> Any:
    """The value with another one in a place."""
    if not place:
        return other
    made = copy.copy(value)
    made[place[0]] = replaced(value[place[0]], place[1:], other)
    return made


@pytest.mark.parametrize("key", OWN)
def test_a_handler_takes_anything_in_any_place_of_a_response(key: str) -> None:
    action = actions("courier")[key].definition
    for example in action.examples:
        sent = [each.response.model_dump(mode="json", exclude_none=True) for each in example.interactions]
        if not sent or "body" not in sent[0]:
            continue
        for place in places(sent[0]["body"]):
            for other in ODD:
                first: Json = {**sent[0], "body": replaced(sent[0]["body"], place, other)}
                case = {"action": key, "inputs": copy.deepcopy(example.inputs), "spare": True}
                case["interactions"] = [{"response": each} for each in (first, *sent, *sent)]
                made = python_runtime.run("courier", case)
                assert "fields" in made or "error" in made
