"""Small checks that combine into the shape of a request body.

A check takes a value and its path and yields one message per problem, in the style of the service:
``users[0].recipient: Expected string``, ``name: Required``. Unknown keys are accepted.
The shapes are in ``bodies`` and ``message_body``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def at(path: str, key: str) -> str:
    """The path of a key in the object at ``path``."""
    return f"{path}.{key}" if path else key


def problem(path: str, sentence: str) -> str:
    """One problem. The root of a body is called ``body``."""
    return f"{path or 'body'}: {sentence}"


def anything(_value: Any, _path: str) -> Iterator[str]:
    """Accept every value."""
    yield from ()


def string(value: Any, path: str) -> Iterator[str]:
    """Accept a string."""
    if not isinstance(value, str):
        yield problem(path, "Expected string")


def identifier(value: Any, path: str) -> Iterator[str]:
    """Accept a string that is not empty."""
    if not isinstance(value, str):
        yield problem(path, "Expected string")
    elif not value:
        yield problem(path, "Expected a string that is not empty")


def integer(value: Any, path: str) -> Iterator[str]:
    """Accept a whole number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int):
        yield problem(path, "Expected integer")
    elif value < 0:
        yield problem(path, "Expected a number of 0 or more")


def boolean(value: Any, path: str) -> Iterator[str]:
    """Accept true or false."""
    if not isinstance(value, bool):
        yield problem(path, "Expected boolean")


def choice(*names: str) -> Check:
    """Accept one of the names."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str) or value not in names:
            yield problem(path, f"Expected one of {', '.join(names)}")

    return check


def matching(pattern: str, meaning: str) -> Check:
    """Accept a string that matches the whole pattern."""
    compiled = re.compile(pattern)

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield problem(path, f"Expected {meaning}")

    return check


def array(item: Check, *, min_items: int = 0) -> Check:
    """Accept an array of such items."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem(path, "Expected array")
            return
        if len(value) < min_items:
            yield problem(path, f"Expected at least {min_items} item(s)")
        for index, element in enumerate(value):
            yield from item(element, f"{path}[{index}]")

    return check


def mapping(item: Check) -> Check:
    """Accept an object with any keys whose values are such items."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem(path, "Expected object")
            return
        for key, element in value.items():
            if element is not None:
                yield from item(element, at(path, key))

    return check


def record(required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None) -> Check:
    """Accept an object with these keys. Null counts as a missing optional key."""

    def check(value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem(path, "Expected object")
            return
        for key, inner in (required or {}).items():
            if key in value:
                yield from inner(value[key], at(path, key))
            else:
                yield problem(at(path, key), "Required")
        for key, inner in (optional or {}).items():
            if value.get(key) is not None:
                yield from inner(value[key], at(path, key))

    return check


def nullable(inner: Check) -> Check:
    """Accept null, or what the inner check accepts."""

    def check(value: Any, path: str) -> Iterator[str]:
        if value is not None:
            yield from inner(value, path)

    return check


def first_of(*checks: Check) -> Check:
    """Accept what one of the checks accepts. Otherwise report the shortest list of problems."""

    def check(value: Any, path: str) -> Iterator[str]:
        found = [list(inner(value, path)) for inner in checks]
        yield from min(found, key=len)

    return check


def lazy(resolve: Callable[[], Check]) -> Check:
    """A check that is looked up when it is used, for recursive shapes."""

    def check(value: Any, path: str) -> Iterator[str]:
        yield from resolve()(value, path)

    return check
