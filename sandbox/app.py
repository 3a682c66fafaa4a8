"""From a request to a response: authorization, route, body, then the handler in one transaction.

Nothing here depends on sockets or on any resource. The handlers are in the modules that ``routes`` lists.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote

from . import audit, outbox, welcome
from .idempotency import expiry_of, key_of, run_once
from .protocol import (
    BAD_REQUEST,
    INTERNAL,
    OK,
    UNAUTHORIZED,
    ApiError,
    Call,
    JsonObject,
    Request,
    Response,
    bad_request,
    not_found,
)
from .request_log import RequestLog
from .route import Route
from .routes import ROUTES
from .store import Store
from .validation import Check

_MAX_PARAMETERS = 1_000


class App:
    """The service behind the sockets.

    Args:
        store: the database.
        now: the clock, in epoch seconds.
        page_size: the number of items on a page.
        on_request: called with the entry of each request in the log.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        page_size: int,
        on_request: Callable[[JsonObject], None] | None = None,
    ) -> None:
        self._store = store
        self._now = now
        self._page_size = page_size
        self.log = RequestLog(on_request)

    def handle(self, request: Request) -> Response:
        """Respond to one request, and log it, unless a browser asks for the page."""
        if request.method in {"GET", "HEAD"} and request.target == "/" and "html" in request.headers.get("accept", ""):
            url = f"http://{request.headers['host']}"
            return Response(OK, html=welcome.page(url, self.sent(), self.log.entries()))
        started = time.perf_counter()
        response = self._handle(request)
        self.log.add(int(self._now() * 1000), time.perf_counter() - started, request, response)
        return response

    def sent(self) -> list[JsonObject]:
        """What was sent, as its receivers see it, newest first."""
        with self._store.transaction(write=False) as db:
            return outbox.sent(db, int(self._now() * 1000))

    def reset(self) -> None:
        """Delete all data and restore the original data."""
        self._store.reset()
        self.log.clear()

    def _handle(self, request: Request) -> Response:
        """Respond to one request. Errors become responses, too."""
        try:
            return self._respond(request)
        except ApiError as error:
            return error.response()
        except UnicodeError:
            return bad_request("The request is not valid Unicode").response()
        except RecursionError:
            return bad_request("The request body is nested too deeply").response()
        except Exception as error:  # a bug of the sandbox must not look like a lost connection
            return ApiError(INTERNAL, f"The sandbox failed: {error!r}", "api_error").response()

    def _respond(self, request: Request) -> Response:
        _authorize(request)
        path, _, query = request.target.partition("?")
        segments = [unquote(segment, errors="strict") for segment in path.split("/")[1:]]
        route, ids = find_route(request.method, segments)
        body = {} if route.body is None else _body(request.body, route.body, optional=route.body_optional)
        parameters = _query(query)
        now = int(self._now() * 1000)
        key = key_of(request.method, request.headers)
        expires = expiry_of(request.headers, now) if key else 0
        with self._store.transaction(write=request.method != "GET") as db:
            call = Call(
                db=db,
                now=now,
                page_size=self._page_size,
                scope=json.dumps(segments),
                ids=ids,
                query=parameters,
                body=body,
            )
            if key is None:
                return _perform(route, call)
            return run_once(
                db, endpoint=call.scope, key=key, now=now, expires=expires, act=lambda: _perform(route, call)
            )


def _perform(route: Route, call: Call) -> Response:
    response = route.handler(call)
    if route.audit and response.status < BAD_REQUEST:
        target = call.ids.get(route.target) or (response.body or {}).get(route.target) or route.target
        audit.record(call.db, route.audit, target, call.now)
    return response


def _authorize(request: Request) -> None:
    # Any token is accepted and none is stored. A client that sends none should find out here.
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "basic") or not token.strip():
        raise ApiError(UNAUTHORIZED, "Missing or invalid API key in the Authorization header", "authorization_error")


def find_route(method: str, segments: list[str]) -> tuple[Route, dict[str, str]]:
    """The route of a request, and the ids in its path.

    Raises:
        ApiError: 404, there is no such operation.
    """
    for route in ROUTES:
        if route.method != method or len(route.pattern) != len(segments):
            continue
        ids: dict[str, str] = {}
        for pattern, segment in zip(route.pattern, segments, strict=True):
            if pattern.startswith("{"):
                if not segment:
                    break
                ids[pattern[1:-1]] = segment
            elif pattern != segment:
                break
        else:
            return route, ids
    raise not_found("Not Found")


def _query(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS)
    except ValueError:
        raise bad_request("Malformed query") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _body(raw: bytes, check: Check, *, optional: bool) -> Any:
    if optional and not raw.strip():
        return {}
    try:
        value = json.loads(raw.decode(), parse_constant=_no_constant)
    except ValueError:
        raise bad_request("Invalid JSON in the request body") from None
    problems = list(check(value, ""))
    if problems:
        raise bad_request("; ".join(problems))
    return value
