"""JSON responses, and every failure as one."""

from __future__ import annotations

import asyncio
import logging
import math
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connector.errors import ConnectorError, OutcomeUnknownError, ThrottledError
from connector.export.openapi.error_responses import status_of
from connector.web.errors import HttpError, json_bytes

_LOG = logging.getLogger(__name__)
_JSON = "application/json"


def json_response(value: Any, status: int = HTTPStatus.OK, *, media_type: str = _JSON, **headers: str) -> Response:
    """A value as a JSON response; underscores in header names become hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(json_bytes(value), status, named, media_type)


def error_response(error: ConnectorError) -> Response:
    """An error as `to_dict` says it, with its status, and Retry-After where it names a wait (whole seconds)."""
    if isinstance(error, HttpError):
        return Response(json_bytes(error.to_dict()), error.http_status, error.headers, _JSON)
    headers = {}
    if isinstance(error, ThrottledError) and error.wait is not None:
        headers["Retry-After"] = str(math.ceil(error.wait))
    return json_response(error.to_dict(), status_of(error), **headers)


def unexpected(error: BaseException) -> ConnectorError:
    """The error that a caller sees in place of one that should not happen; where it happened is logged.

    The message of such an error may hold anything, so it is neither sent nor logged.
    """
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("%s in %s, line %s (%s)", type(error).__name__, frame.filename, frame.lineno, frame.name)
    return ConnectorError("The server failed unexpectedly.", code="unexpected", hint="Its log says where.")


def stopped() -> OutcomeUnknownError:
    """The error of a run that was cut off because the server ends."""
    return OutcomeUnknownError(
        "The server was stopped during the run, which may have been carried out.",
        code="stopped",
        hint="Check whether it happened before you run it again.",
    )


async def on_connector_error(_request: Request, error: Exception) -> Response:
    """The response to an expected failure."""
    return error_response(error if isinstance(error, ConnectorError) else unexpected(error))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """The response to a path or method that does not exist."""
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = dict(getattr(error, "headers", None) or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = headers.get("Allow", "another method")
        return error_response(HttpError(f"Use {allowed} here.", code="method", http_status=status, headers=headers))
    message = f"There is nothing at {request.url.path[:200]}."
    return error_response(HttpError(message, code="not_found", http_status=status, headers=headers))


class UnexpectedErrors:
    """Middleware that turns an unexpected error into a response, so that no traceback leaves the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and respond to whatever it raises."""
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            if not started:
                await error_response(stopped())(scope, receive, send)
            raise
        except Exception as error:
            reported = unexpected(error)
            if not started:
                await error_response(reported)(scope, receive, send)


Endpoint = Callable[[Request], Awaitable[Response]]
