"""The status of the server, the call limits, the connections and the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.catalogue.sandbox import Service
from connector.server.events import EventStream, wants_events
from connector.server.options import query, whole
from connector.server.responses import json_response
from connector.server.served import SANDBOX, ServedConnector
from connector.web.errors import HttpError


def routes(served: ServedConnector) -> list[Route]:
    """`GET /healthz`, `GET /throttle`, `POST /connections/{name}/test`, and those of the sandbox."""

    async def healthz(_request: Request) -> Response:
        return json_response({"status": "ok"})

    async def throttle(request: Request) -> Response:
        name = served.connection_name(request)
        asked = query(request, {"action": served.connector.find, "calls": whole})
        limits = await asyncio.to_thread(
            served.connector.throttle, served.connections[name], asked.get("action"), calls=asked.get("calls", 1)
        )
        return json_response({"connection": name, "limits": [limit.model_dump(mode="json") for limit in limits]})

    async def test(request: Request) -> Response:
        name = request.path_params["name"]
        served.named(name)
        action = served.connector.find(served.bundle.manifest.connection.test_action)
        start = partial(served.run, action, {}, name, {})
        if wants_events(request):
            return EventStream(lambda on_event: start(on_event=on_event))
        result = await start()
        return json_response({"meta": result.meta.model_dump(mode="json")})

    async def messages(_request: Request) -> Response:
        return json_response({"messages": await asyncio.to_thread(_observed(served, "messages"))})

    async def requests(_request: Request) -> Response:
        return json_response({"requests": await asyncio.to_thread(_observed(served, "requests"))})

    async def reset(_request: Request) -> Response:
        await asyncio.to_thread(_sandbox(served).reset)
        served.choices.forget(SANDBOX)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return [
        Route("/healthz", healthz),
        Route("/throttle", throttle),
        Route("/connections/{name}/test", test, methods=["POST"]),
        Route("/sandbox/messages", messages),
        Route("/sandbox/requests", requests),
        Route("/sandbox/reset", reset, methods=["POST"]),
    ]


def _sandbox(served: ServedConnector) -> Service:
    """The running sandbox.

    Raises:
        HttpError: The connector has none.
    """
    if served.sandbox is None:
        raise HttpError("This connector has no sandbox.", code="sandbox", http_status=HTTPStatus.NOT_FOUND)
    return served.sandbox


def _observed(served: ServedConnector, what: str) -> Callable[[], Any]:
    """What the sandbox received, if it shows that.

    Raises:
        HttpError: It does not, or there is no sandbox.
    """
    shown: Callable[[], Any] | None = getattr(_sandbox(served), what, None)
    if shown is None:
        raise HttpError(f"This sandbox shows no {what}.", code="sandbox", http_status=HTTPStatus.NOT_FOUND)
    return shown
