"""Inputs from Python as plain JSON values, before anything else looks at them.

A host may hand over whatever its own code made: arrays of a numeric library, generators, views, lists that hold one
another. A value that is not JSON becomes a `NotJson`, which validation reports at its field.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from connector.definition.file_value import File
from connector.errors import ConnectorError, InputError

MAX_VALUES = 1_000_000
"""Values in all inputs of a run together. A larger request would exceed what services accept many times over."""

_PLAIN: dict[type, Callable[[Any], Any]] = {str: str.__str__, int: int.__int__, float: float.__float__}
"""The plain value of a text or a number of another class, such as a member of an enumeration."""

_SCALARS = {str, int, float, bool, type(None), File}


def copied(value: Any) -> Any:
    """A copy of a JSON value that shares nothing with it that can change; files stay the same."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        return {name: copied(inner) for name, inner in value.items()}
    return [copied(inner) for inner in value] if kind is list else copy.deepcopy(value)


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


def misplaced_rule(text: str, place: str | None) -> str | None:
    """The rule that a text breaks in the place where it travels."""
    if place == "header" and not all(" " <= char <= "~" for char in text):
        return "header"
    # Proxies and servers resolve these, encoded or not, and the request would be about another resource.
    return "path" if place == "path" and text in {".", ".."} else None


def plain_inputs(given: Any) -> dict[str, Any]:
    """The inputs as dicts, lists, texts, numbers, booleans, None and files.

    Raises:
        InputError: They are not a mapping with names as keys, or hold more than `MAX_VALUES` values.
        RecursionError: They are nested too deeply.
    """
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise InputError("The inputs must be an object with named values, such as {“title”: “Hi”}.")
    try:
        return _Copy().of_object(given)
    except (ConnectorError, RecursionError):
        raise
    except Exception as error:  # a view of something else, such as a row of a database that is closed by now
        raise InputError(f"The inputs cannot be read: {type(error).__name__}.") from error


class _Copy:
    """One copy being made of inputs."""

    def __init__(self) -> None:
        self._values = 0

    def of_object(self, given: Mapping[str, Any]) -> dict[str, Any]:
        self._count(len(given))
        return {
            str.__str__(name): value if type(value) in _SCALARS else self._of(value) for name, value in given.items()
        }

    def _of(self, value: Any) -> Any:
        for kind in (str, int, float):
            if isinstance(value, kind):
                return _PLAIN[kind](value)
        if isinstance(value, File):
            return value
        if isinstance(value, Mapping):
            return self.of_object(value) if all(isinstance(name, str) for name in value) else NotJson()
        if isinstance(value, list | tuple):
            self._count(len(value))
            return [inner if type(inner) in _SCALARS else self._of(inner) for inner in value]
        return NotJson()

    def _count(self, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise InputError(f"The inputs hold more than {MAX_VALUES:,} values.")
