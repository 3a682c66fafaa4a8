"""Inputs from Python as plain JSON values, before anything else looks at them.

A host may hand over whatever its own code made: arrays of a numeric library, generators, views, lists that hold one
another. A value that is not JSON becomes a `NotJson`, which validation reports at its field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector.errors import InputError

MAX_VALUES = 1_000_000
"""Values in all inputs of a run together. A larger request would exceed what services accept many times over."""


class NotJson:
    """A value that JSON cannot express."""

    def __repr__(self) -> str:
        return "a value that is not JSON"


def is_encodable(text: str) -> bool:
    """Whether a text can be sent: it holds no half of a character (a lone surrogate)."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain_inputs(given: Any) -> dict[str, Any]:
    """The inputs as dicts, lists, texts, numbers, booleans and None.

    Raises:
        InputError: They are not a mapping with names as keys, or hold more than `MAX_VALUES` values.
        RecursionError: They are nested too deeply.
    """
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise InputError("The inputs must be an object with named values, such as {“title”: “Hi”}.")
    count = iter(range(MAX_VALUES))
    return {str(name): _plain(value, count) for name, value in given.items()}


def _plain(value: Any, count: Iterator[int]) -> Any:
    if next(count, None) is None:
        raise InputError(f"The inputs hold more than {MAX_VALUES:,} values.")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        if all(isinstance(name, str) for name in value):
            return {str(name): _plain(inner, count) for name, inner in value.items()}
    elif isinstance(value, list | tuple):
        return [_plain(inner, count) for inner in value]
    return NotJson()
