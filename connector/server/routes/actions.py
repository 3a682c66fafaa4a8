"""Looking before running: what is wrong with inputs, the request they make, and the choices of a field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.call.curl import curl_command
from connector.errors import ConnectorError, InputError
from connector.export.code_samples import CodeSample, Target, code_samples
from connector.server.options import flag, query, whole
from connector.server.responses import json_response
from connector.server.served import ENVIRONMENT, SANDBOX, ServedConnector
from connector.web.json_body import json_object


def routes(served: ServedConnector) -> list[Route]:
    """`POST /actions/{key}/check` and `POST /actions/{key}/choices/{field}`."""

    async def check(request: Request) -> Response:
        action = served.action(request)
        name = served.connection_name(request)
        pages = query(request, {"all_pages": flag, "max_items": whole})
        inputs = json_object(await request.body())
        found: dict[str, Any] = {"problems": [], "error": None, "request": None, "curl": None, "code": []}
        try:
            preview = served.connector.preview(action, inputs, served.connections[name])
        except InputError as error:
            found |= {"problems": error.to_dict()["problems"], "error": error.to_dict()}
        except ConnectorError as error:
            found["error"] = error.to_dict()
        else:
            samples = code_samples(served.bundle, action, inputs, _target(served, name, request), **pages)
            found |= {
                "request": preview.model_dump(),
                "curl": curl_command(served.bundle.manifest, preview),
                "code": [_sample(sample) for sample in samples],
            }
        return json_response(found)

    async def choices(request: Request) -> Response:
        action = served.action(request)
        name = served.connection_name(request)
        refresh = query(request, {"refresh": flag}).get("refresh", False)
        inputs = json_object(await request.body())
        found, age = await served.choices.get(
            action, request.path_params["field"], inputs, name, served.connections[name], refresh=refresh
        )
        shown = [choice.model_dump() for choice in found]
        return json_response({"choices": shown, "complete": found.complete, "age": round(age, 1)})

    return [
        Route("/actions/{key}/check", check, methods=["POST"]),
        Route("/actions/{key}/choices/{field}", choices, methods=["POST"]),
    ]


def _sample(sample: CodeSample) -> dict[str, str]:
    return {"language": sample.language, "title": sample.title, "text": sample.code, "reason": sample.reason}


def _target(served: ServedConnector, connection: str, request: Request) -> Target:
    """Where copied code runs an action: with the connection that this request names, over HTTP on this server."""
    known = served.target or Target.installed(served.bundle.manifest)
    server = f"{request.url.scheme}://{request.headers['host']}"
    if connection == SANDBOX and served.sandbox is not None:
        return replace(known, sandbox=True, server=server)
    return replace(known, connection=None if connection == ENVIRONMENT else connection, server=server)
