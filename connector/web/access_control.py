"""ASGI middleware that refuses a request before the application sees it.

A web page can make its own name resolve to this machine, post a form here, or ask with a script; other users of the
machine can open the port. Against them, in this order: the exact Host, the exact own Origin, no request that a browser
says another site made, a token, JSON bodies only (files of rows where they are expected, which no form can send
either), and a limit that counts the bytes as they arrive.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from connector.web import entrance
from connector.web.body import UPLOAD_TYPES, LimitedBody
from connector.web.errors import HttpError, json_bytes
from connector.web.policy import AccessPolicy

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: https:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
"""The Content-Security-Policy of every response. Pictures may come from elsewhere: an action's outputs name them."""

_HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cache-control": b"no-store",
}
"""Sent with every response, unless the application sets its own."""

_OWN_SITE = {"", "same-origin", "none"}


class AccessControl:
    """An application that serves only those who may call it.

    Args:
        app: The ASGI application.
        policy: Who may call it.
    """

    def __init__(self, app: App, policy: AccessPolicy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._respond(scope, receive, _with_headers(send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        policy = self._policy
        if scope["path"] in policy.uploads:
            body = LimitedBody(receive, send, policy.max_upload, UPLOAD_TYPES)
        else:
            body = LimitedBody(receive, send, policy.max_body)
        try:
            if (cookie := self._entering(scope, headers)) is not None:
                await _send(send, HTTPStatus.OK, entrance.REDIRECT, {"set-cookie": cookie, **_HTML})
                return
            self._check(scope, headers)
            body.check_length(headers)
        except HttpError as error:
            await _refuse(scope, headers, error, send)
        else:
            await self._serve(scope, headers, body, send)
        await body.drain()

    async def _serve(self, scope: Scope, headers: dict[str, str], body: LimitedBody, send: Send) -> None:
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if body.excess is None:
                raise
        if body.excess is not None and not body.started:
            await _refuse(scope, headers, body.excess, send)

    def _entering(self, scope: Scope, headers: dict[str, str]) -> str | None:
        """The cookie for a browser that brings the token in the URL; None for every other request."""
        if (
            scope["path"] != "/"
            or scope["method"] != "GET"
            or headers.get("host", "").lower() not in self._policy.hosts
        ):
            return None
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if len(tokens) != 1 or not self._policy.is_token(tokens[0]):
            return None
        return f"{self._policy.cookie}={self._policy.session.reveal()}; HttpOnly; SameSite=Strict; Path=/"

    def _check(self, scope: Scope, headers: dict[str, str]) -> None:
        """Refuse a request that may not be made.

        Raises:
            HttpError: With the status that says why.
        """
        policy = self._policy
        host = headers.get("host", "").lower()
        if host not in policy.hosts:
            names = " or ".join(sorted(policy.hosts))
            raise HttpError(
                f"This server is {names}, and the request is for another host.",
                code="host",
                http_status=HTTPStatus.MISDIRECTED_REQUEST,
            )
        origin = headers.get("origin")
        foreign = origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}
        if foreign or headers.get("sec-fetch-site", "") not in _OWN_SITE or "access-control-request-method" in headers:
            raise HttpError(
                "Only this server's own page may send requests from a browser.",
                code="cross_site",
                hint="Open the address in a new tab, or call it from a program.",
                http_status=HTTPStatus.FORBIDDEN,
            )
        if scope["path"] not in policy.public and not policy.knows(
            headers.get("authorization", ""), headers.get("cookie", "")
        ):
            raise HttpError(
                "The token is missing or is not the one of this launch.",
                code="token",
                hint="Open the URL that the server printed, or send its token in the header “Authorization: Bearer …”.",
                http_status=HTTPStatus.UNAUTHORIZED,
                headers={"www-authenticate": "Bearer"},
            )


class AccessLog:
    """An application that logs each request: never its query, which may hold the token.

    Args:
        app: The ASGI application.
        write: Takes a line.
    """

    def __init__(self, app: App, write: Callable[[str], None]) -> None:
        self._app = app
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and log it when its response begins."""
        started = time.perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                milliseconds = (time.perf_counter() - started) * 1000
                path = scope["path"].encode("unicode_escape").decode()
                self._write(f"{scope['method']} {path} {message['status']} {milliseconds:.0f} ms")
            await send(message)

        await self._app(scope, receive, sending)


_HTML = {"content-type": "text/html; charset=utf-8"}


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by name; a repeated one is joined, so that no second value hides."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        found[key] = f"{found[key]}{'; ' if key == 'cookie' else ', '}{text}" if key in found else text
    return found


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message.get("headers", [])}
            added = [(name, value) for name, value in _HEADERS.items() if name not in own]
            message = {**message, "headers": [*message.get("headers", []), *added]}
        await send(message)

    return sending


async def _refuse(scope: Scope, headers: dict[str, str], error: HttpError, send: Send) -> None:
    if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
        await _send(send, error.http_status, entrance.refused(error), {**_HTML, **error.headers})
    else:
        content = {"content-type": "application/json", **error.headers}
        await _send(send, error.http_status, json_bytes(error.to_dict()), content)


async def _send(send: Send, status: int, content: bytes, headers: dict[str, str]) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": int(status), "headers": [*encoded, length]})
    await send({"type": "http.response.body", "body": content})
