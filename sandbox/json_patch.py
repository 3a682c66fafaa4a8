"""JSON Patch (RFC 6902) on a profile."""

from __future__ import annotations

import copy
from typing import Any

from .protocol import ApiError, JsonObject, bad_request

_MAX_INDEX_DIGITS = 9


def apply(document: JsonObject, operations: list[JsonObject]) -> JsonObject:
    """A copy of the document with all operations applied.

    Raises:
        ApiError: 400, an operation cannot be applied to the document.
    """
    patched: Any = copy.deepcopy(document)
    for index, operation in enumerate(operations):
        try:
            patched = _apply_one(patched, operation)
        except (LookupError, ValueError, TypeError):
            raise _patch_error(index, operation) from None
    if not isinstance(patched, dict):
        raise bad_request("patch: Expected a profile that stays an object")
    return patched


def _patch_error(index: int, operation: JsonObject) -> ApiError:
    return bad_request(f"patch[{index}].path: Cannot {operation['op']} at {operation['path']!r}")


def _apply_one(document: Any, operation: JsonObject) -> Any:
    path = _tokens(operation["path"])
    match operation["op"]:
        case "add":
            return _add(document, path, operation["value"])
        case "remove":
            return _remove(document, path)
        case "replace":
            _get(document, path)
            return _set(document, path, operation["value"])
        case "move":
            origin = _tokens(operation["from"])
            if path[: len(origin)] == origin and path != origin:
                raise ValueError("a value cannot move into itself")
            value = _get(document, origin)
            return _add(_remove(document, origin), path, value)
        case "copy":
            return _add(document, path, copy.deepcopy(_get(document, _tokens(operation["from"]))))
        case _:
            if not _same(_get(document, path), operation["value"]):
                raise ValueError("the test failed")
            return document


def _same(left: Any, right: Any) -> bool:
    # In Python true equals 1; in JSON it does not.
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _tokens(pointer: str) -> list[str]:
    if not pointer:
        return []
    if not pointer.startswith("/"):
        raise ValueError("a pointer begins with a slash")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]


def _index(token: str, length: int) -> int:
    if not (token.isascii() and token.isdigit() and len(token) <= _MAX_INDEX_DIGITS) or (token[0] == "0" != token):
        raise ValueError("not an index")
    if int(token) >= length:
        raise IndexError(token)
    return int(token)


def _step(container: Any, token: str) -> Any:
    if isinstance(container, list):
        return container[_index(token, len(container))]
    if isinstance(container, dict):
        return container[token]
    raise TypeError("a scalar has no parts")


def _get(document: Any, path: list[str]) -> Any:
    for token in path:
        document = _step(document, token)
    return document


def _set(document: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    container = _get(document, path[:-1])
    container[_index(path[-1], len(container)) if isinstance(container, list) else path[-1]] = value
    return document


def _add(document: Any, path: list[str], value: Any) -> Any:
    container = _get(document, path[:-1]) if path else None
    if isinstance(container, list):
        position = len(container) if path[-1] == "-" else _index(path[-1], len(container) + 1)
        container.insert(position, value)
        return document
    return _set(document, path, value)


def _remove(document: Any, path: list[str]) -> Any:
    if not path:
        return None
    _get(document, path)
    container = _get(document, path[:-1])
    del container[int(path[-1]) if isinstance(container, list) else path[-1]]
    return document
