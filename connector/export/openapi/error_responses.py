"""The responses of failed runs: the schema of an error, and its HTTP status."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
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
COMMON = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
"""The statuses that every action can return."""

SCHEMA: dict[str, Any] = {
    "title": "Error",
    "description": "Why a run failed, and what to do. Properties without a value are left out.",
    "type": "object",
    "properties": {
        "code": {"description": "A stable name for programs.", "type": "string"},
        "message": {"description": "What happened, in one sentence.", "type": "string"},
        "hint": {"description": "What to do.", "type": "string"},
        "field": {
            "description": "The input that caused the error, with `[n]` (from 0) for rows of a list.",
            "type": "string",
        },
        "status": {"description": "The HTTP status of the service's response.", "type": "integer"},
        "request_id": {"description": "The service's id of the failed request.", "type": "string"},
        "retryable": {"description": "Whether the same run may succeed later.", "type": "boolean"},
        "wait": {
            "description": "Seconds until the next call is possible; null if unknown.",
            "type": ["number", "null"],
        },
        "problems": {
            "description": "All problems.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {
                        "description": "The field, with `[n]` (from 0) for rows; empty if no single field is meant.",
                        "type": "string",
                    },
                    "rule": {"description": "The rule that is violated.", "type": "string"},
                    "message": {"description": "The problem, in one sentence.", "type": "string"},
                    "hint": {"description": "What to do; may be empty.", "type": "string"},
                },
                "required": ["field", "rule", "message", "hint"],
            },
        },
    },
    "required": ["code", "message", "retryable"],
}
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
