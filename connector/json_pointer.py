"""JSON Pointers (RFC 6901): the place of a value in a document.

Reading follows the RFC. Writing is for building documents: missing objects on the way are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final


class _Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""What `get` returns if there is nothing; unlike None, which is a value."""


@lru_cache(4_096)
def parse(pointer: str) -> tuple[str, ...]:
    """Split a pointer into its tokens; the empty pointer is the whole document.

    Raises:
        ValueError: The text is neither empty nor begins with `/`.
    """
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"A JSON pointer begins with “/”: {pointer!r}")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def join(tokens: Sequence[str | int]) -> str:
    """The pointer made of these tokens, escaped."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def get(document: Any, pointer: str) -> Any:
    """The value at `pointer`, or `MISSING`."""
    value = document
    for token in parse(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isascii() and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            return MISSING
    return value


def put(document: dict[str, Any], pointer: str, value: Any) -> None:
    """Write `value` at `pointer`, making the objects on the way.

    Raises:
        ValueError: The pointer is empty, or something on the way is not an object.
    """
    *parents, last = parse(pointer) or ("",)
    if not pointer:
        raise ValueError("The whole document cannot be replaced in place.")
    place: Any = document
    for token in parents:
        place = place.setdefault(token, {})
        if not isinstance(place, dict):
            raise ValueError(f"{pointer}: {token!r} is not an object.")
    place[last] = value
