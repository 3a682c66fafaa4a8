"""The plain values that the modules of the sandbox pass to each other: request, call, response, error.

No I/O: ``wire`` reads and writes them, ``app`` and the resources decide what they mean.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JsonObject = dict[str, Any]

OK = 200
CREATED = 201
ACCEPTED = 202
NO_CONTENT = 204
BAD_REQUEST = 400
UNAUTHORIZED = 401
NOT_FOUND = 404
CONFLICT = 409
TOO_LARGE = 413
MISDIRECTED = 421
UNPROCESSABLE = 422
INTERNAL = 500


@dataclass(frozen=True)
class Response:
    """A status and a JSON body, or a page for a browser; ``None`` means no body."""

    status: int
    body: JsonObject | None = None
    html: str | None = None


class ApiError(Exception):
    """An error in the service's own form, ``{"type", "message"}``.

    Raising it rolls back everything that the call has written.
    """

    def __init__(self, status: int, message: str, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind

    def response(self) -> Response:
        """The error as a response."""
        return Response(self.status, {"type": self.kind, "message": self.message})


def bad_request(message: str) -> ApiError:
    """A 400, to be raised."""
    return ApiError(BAD_REQUEST, message)


def not_found(message: str) -> ApiError:
    """A 404, to be raised."""
    return ApiError(NOT_FOUND, message)


def conflict(message: str) -> ApiError:
    """A 409, to be raised."""
    return ApiError(CONFLICT, message)


def unprocessable(message: str) -> ApiError:
    """A 422, to be raised."""
    return ApiError(UNPROCESSABLE, message)


@dataclass(frozen=True)
class Request:
    """One HTTP request: ``target`` is the raw path and query, ``headers`` have lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Call:
    """One request, as a handler gets it, inside a transaction.

    Attributes:
        db: the connection; the handler neither commits nor rolls back.
        now: the time of the call, in epoch milliseconds.
        page_size: the number of items on a page.
        scope: the decoded path, which cursors and idempotency keys belong to.
        ids: the variable parts of the path, decoded.
        query: the query's values by name, in the order of the request.
        body: the body, already validated; empty where the operation has none. It is nearly always an object.
    """

    db: sqlite3.Connection
    now: int
    page_size: int
    scope: str
    ids: Mapping[str, str]
    query: Mapping[str, list[str]] = field(default_factory=dict)
    body: Any = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        """The last value of a query parameter; an empty one counts as missing."""
        values = self.query.get(name)
        return (values[-1] or None) if values else None

    def repeated(self, name: str) -> list[str]:
        """All values of a query parameter that may be repeated; empty ones count as missing."""
        return [value for value in (*self.query.get(name, []), *self.query.get(f"{name}[]", [])) if value]

    def listed(self, name: str) -> list[str]:
        """All values of a query parameter, whether it is repeated or joined by commas (clients do both)."""
        return [part for part in ",".join(self.repeated(name)).split(",") if part]
