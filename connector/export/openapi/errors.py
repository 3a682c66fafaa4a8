"""How a run that fails is told over HTTP: the error's form, and the status it comes with."""

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
)

STATUS_OF: dict[type[ConnectorError], int] = {
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
"""The status of an error. Where the service itself said a 4xx, that one is passed on instead."""

_MEANINGS = {
    HTTPStatus.BAD_REQUEST: "The service refused the request.",
    HTTPStatus.UNAUTHORIZED: "The connection is missing or was not accepted.",
    HTTPStatus.FORBIDDEN: "The connection was accepted but may not do this.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Inputs are wrong: `problems` lists every one. Nothing was sent.",
    HTTPStatus.TOO_MANY_REQUESTS: "There is no room for the call now: `wait` says how many seconds it takes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The connector itself is wrong: something for its author.",
    HTTPStatus.BAD_GATEWAY: "The service answered something else than the connector says; see `problems`.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The service or the network failed. The same run may succeed later.",
    HTTPStatus.GATEWAY_TIMEOUT: (
        "The request may have arrived, but no answer did. Look whether it was done before running it again."
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
"""The failures that any action may meet."""

SCHEMA: dict[str, Any] = {
    "title": "Error",
    "description": "Why a run failed, and what to do about it. Words without a value are left out.",
    "type": "object",
    "properties": {
        "code": {"description": "A name for programs, which does not change.", "type": "string"},
        "message": {"description": "What happened, in one sentence.", "type": "string"},
        "hint": {"description": "What to do about it.", "type": "string"},
        "field": {
            "description": "The input that caused it, with `[n]` (from 0) for rows of a list.",
            "type": "string",
        },
        "status": {"description": "The HTTP status of the service's own answer.", "type": "integer"},
        "request_id": {"description": "The service's own id of the failed request.", "type": "string"},
        "retryable": {"description": "Whether the same run may succeed later.", "type": "boolean"},
        "wait": {
            "description": "Seconds until a call would have been possible; null where that is not known.",
            "type": ["number", "null"],
        },
        "problems": {
            "description": "Everything that is wrong, at once.",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {
                        "description": "Name of the field, with `[n]` (from 0) for rows; empty for the whole.",
                        "type": "string",
                    },
                    "rule": {"description": "The rule that is broken.", "type": "string"},
                    "message": {"description": "What is wrong, in one sentence.", "type": "string"},
                    "hint": {"description": "What to do about it; may be empty.", "type": "string"},
                },
                "required": ["field", "rule", "message", "hint"],
            },
        },
    },
    "required": ["code", "message", "retryable"],
}
"""What `ConnectorError.to_dict` gives, whichever its kind."""


def known_by_status(known: Iterable[KnownError]) -> dict[int, list[KnownError]]:
    """The known errors by the status they come with, in the order of the statuses."""
    found: dict[int, list[KnownError]] = {}
    for error in known:
        found.setdefault(error.status, []).append(error)
    return dict(sorted(found.items()))


def response(status: int, known: Iterable[KnownError] = ()) -> dict[str, Any]:
    """The response of a failure with this status, with the errors that are known to come with it."""
    lines = [_MEANINGS.get(HTTPStatus(status), _MEANINGS[HTTPStatus.BAD_REQUEST])]
    lines += [f"- `{error.code}`: {' '.join(filter(None, [error.sentence, error.hint]))}" for error in known]
    made: dict[str, Any] = {"description": "\n".join(lines)}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        made["headers"] = {
            "Retry-After": {"description": "Seconds, as `wait`.", "schema": {"type": "integer", "minimum": 0}}
        }
    made["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return made
