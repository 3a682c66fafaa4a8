"""JSON from a stranger: an object, with every name once, and nothing that JSON does not have."""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import Any, NoReturn

from connector.validation.messages import show
from connector.web.errors import HttpError


def json_object(content: bytes) -> dict[str, Any]:
    """The object in a request body; an empty body is an empty object.

    Raises:
        HttpError: It is not JSON, not an object, or too deep; with line and column where known.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(f"The body is not UTF-8 text: byte {error.start + 1} is invalid.") from None
    if not text.strip():
        return {}
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise _wrong(f"The body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    except RecursionError:
        raise _wrong("The body is nested too deeply.") from None
    except ValueError as error:
        # More digits than Python turns into a number, which is said in a sentence of its own for programmers.
        message = "it holds a number with too many digits" if "digits" in str(error) else str(error)
        raise _wrong(f"The body is not valid JSON: {message}.") from None
    if not isinstance(value, dict):
        raise _wrong("The body must be a JSON object with named values, such as {“title”: “Hi”}.")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{show(twice).removeprefix('the text ')} occurs twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number


def _wrong(message: str) -> HttpError:
    return HttpError(message, code="json", http_status=HTTPStatus.BAD_REQUEST)
