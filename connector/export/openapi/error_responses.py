"""The responses of failed runs: the schema of an error, and its HTTP status."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from connector.definition.action import KnownError
from connector.errors import (
    AuthorizationError,
    ConnectionLostError,
    ConnectorError,
    DefinitionError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    OutputError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnknownActionError,
)

STATUS_OF: dict[type[ConnectorError], int] = {
    ConnectorError: HTTPStatus.INTERNAL_SERVER_ERROR,
    UnknownActionError: HTTPStatus.NOT_FOUND,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    AuthorizationError: HTTPStatus.UNAUTHORIZED,
    RefusedError: HTTPStatus.BAD_REQUEST,
    ThrottledError: HTTPStatus.TOO_MANY_REQUESTS,
    DefinitionError: HTTPStatus.INTERNAL_SERVER_ERROR,
    OutputError: HTTPStatus.BAD_GATEWAY,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    NotSentError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConnectionLostError: HTTPStatus.SERVICE_UNAVAILABLE,
    OutcomeUnknownError: HTTPStatus.GATEWAY_TIMEOUT,
}
"""The status of an error. A 4xx of the service itself is passed on instead."""

_CLIENT_ERRORS = range(400, 500)


def status_of(error: ConnectorError) -> int:
    """The HTTP status of a failed run: the service's own 4xx, otherwise that of the kind of error."""
    if error.status is not None and error.status in _CLIENT_ERRORS and not isinstance(error, UnavailableError):
        return error.status
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


_MEANINGS = {
    HTTPStatus.BAD_REQUEST: "The service rejected the request.",
    HTTPStatus.UNAUTHORIZED: "The credentials are missing or were not accepted.",
    HTTPStatus.FORBIDDEN: "The credentials do not have permission for this action.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Some inputs are invalid; `problems` lists all of them. Nothing was sent.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many calls. `wait` is the number of seconds until the next call is possible.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The connector definition is invalid. Contact its publisher.",
    HTTPStatus.BAD_GATEWAY: "The response of the service does not match the definition; see `problems`.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service or the network is unavailable. Try again later.",
    HTTPStatus.GATEWAY_TIMEOUT: (
        "The request may have been processed, but no response arrived. Check before you run it again."
    ),
}
COMMON = tuple(status for status in _MEANINGS if status != HTTPStatus.BAD_REQUEST)
"""The statuses that every action can return."""

SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("error.schema.json").read_text(encoding="utf-8"))
"""The schema of `ConnectorError.to_dict()`, for every error class."""


def known_by_status(known: Iterable[KnownError]) -> dict[int, list[KnownError]]:
    """The known errors by HTTP status, in ascending order."""
    found: dict[int, list[KnownError]] = {}
    for error in known:
        found.setdefault(error.status, []).append(error)
    return dict(sorted(found.items()))


def response(status: int, known: Iterable[KnownError] = ()) -> dict[str, Any]:
    """The response of a failed run with this status, with the known errors of that status."""
    lines = [_MEANINGS.get(HTTPStatus(status), _MEANINGS[HTTPStatus.BAD_REQUEST])]
    lines += [f"- `{error.code}`: {' '.join(filter(None, [error.sentence, error.hint]))}" for error in known]
    made: dict[str, Any] = {"description": "\n".join(lines)}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        made["headers"] = {
            "Retry-After": {"description": "Seconds, like `wait`.", "schema": {"type": "integer", "minimum": 0}}
        }
    made["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return made
