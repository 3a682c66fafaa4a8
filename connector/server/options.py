"""The options of a run, from the query and the headers of a request."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from connector.call.options import RunOptions
from connector.catalogue.action import Action
from connector.validation.messages import did_you_mean
from connector.web.errors import HttpError

_FLAGS = {"1": True, "true": True, "0": False, "false": False}


def query(request: Request, readers: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    """The query of a request, read.

    Args:
        request: The request.
        readers: By name of a parameter, what turns its text into a value, or raises a ValueError with a sentence.

    Raises:
        HttpError: A parameter is unknown, given twice, or has a wrong value.
    """
    values: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name not in readers:
            raise _wrong(f"Unknown query parameter “{name[:80]}”.", did_you_mean(name, readers))
        if name in values:
            raise _wrong(f"The query parameter “{name}” occurs twice.")
        try:
            values[name] = readers[name](text)
        except ValueError as error:
            raise _wrong(f"The query parameter “{name}” {error}") from None
    return values


def flag(text: str) -> bool:
    """1, true, 0 or false.

    Raises:
        ValueError: It is something else.
    """
    if text.lower() not in _FLAGS:
        raise ValueError("must be 1 or 0.")
    return _FLAGS[text.lower()]


def whole(text: str) -> int:
    """A whole number from 1.

    Raises:
        ValueError: It is something else.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0):  # noqa: PLR2004 - digits
        raise ValueError("must be a whole number, 1 or more.")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds from 0.

    Raises:
        ValueError: It is something else.
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise ValueError("must be a number of seconds, 0 or more.")
    return number


def time_limit(text: str) -> float:
    """A number of seconds from 1: no network keeps a shorter limit.

    Raises:
        ValueError: It is something else.
    """
    if seconds(text) < 1:
        raise ValueError("must be a number of seconds, 1 or more.")
    return seconds(text)


_RUN = {"max_wait": seconds, "timeout": time_limit, "all_pages": flag, "max_items": whole, "meta": flag}


def run_options(request: Request, action: Action) -> tuple[RunOptions, bool]:
    """The options of a run, and whether its `meta` is wanted.

    Raises:
        HttpError: A query parameter is wrong, or the action cannot take an idempotency key and could run twice.
    """
    values = query(request, _RUN)
    with_meta = values.pop("meta", False)
    key = request.headers.get("idempotency-key")
    if key and action.definition.idempotency is None and not action.definition.repeatable:
        raise HttpError(
            f"“{action.key}” has no idempotency key: sent twice, it runs twice.",
            code="idempotency_key",
            hint="Leave the header Idempotency-Key out.",
            http_status=HTTPStatus.BAD_REQUEST,
        )
    options: RunOptions = {**values, "idempotency_key": key or None}  # type: ignore[typeddict-item]
    return options, with_meta


def _wrong(message: str, hint: str = "") -> HttpError:
    return HttpError(message, code="query", hint=hint, http_status=HTTPStatus.BAD_REQUEST)
