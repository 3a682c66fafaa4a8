"""Looking before running: what is wrong with inputs, the request they make, and the choices of a field."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.call.curl import curl_command
from connector.errors import ConnectorError, InputError
from connector.server.responses import json_response
from connector.server.served import ServedConnector
from connector.web.json_body import json_object


def routes(served: ServedConnector) -> list[Route]:
    """`POST /actions/{key}/check` and `POST /actions/{key}/choices/{field}`."""

    async def check(request: Request) -> Response:
        action = served.action(request)
        name = served.connection_name(request)
        inputs = json_object(await request.body())
        found: dict[str, Any] = {"problems": [], "error": None, "request": None, "curl": None, "code": []}
        try:
            preview = served.connector.preview(action, inputs, served.connections[name])
        except InputError as error:
            found |= {"problems": error.to_dict()["problems"], "error": error.to_dict()}
        except ConnectorError as error:
            found["error"] = error.to_dict()
        else:
            found |= {"request": preview.model_dump(), "curl": curl_command(served.bundle.manifest, preview)}
        return json_response(found)

    async def choices(request: Request) -> Response:
        action = served.action(request)
        connection = served.connection(request)
        found = await asyncio.to_thread(served.connector.choices, action, request.path_params["field"], connection)
        return json_response({"choices": [choice.model_dump() for choice in found], "complete": True})

    return [
        Route("/actions/{key}/check", check, methods=["POST"]),
        Route("/actions/{key}/choices/{field}", choices, methods=["POST"]),
    ]
