"""Running an action: flat inputs in, flat outputs out, or a stream of what happens."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.server.events import EventStream, unless_gone, wants_events
from connector.server.openapi import META_TYPE
from connector.server.options import run_options
from connector.server.responses import json_response
from connector.server.served import ServedConnector
from connector.web.json_body import json_object

_CLIENT_CLOSED = 499
"""Nobody reads it; the name under which servers log a client that went away."""


def routes(served: ServedConnector) -> list[Route]:
    """`POST /actions/{key}/run`."""

    async def run(request: Request) -> Response:
        action = served.action(request)
        name = served.connection_name(request)
        options, with_meta = run_options(request, action)
        inputs = json_object(await request.body())
        start = partial(served.run, action, inputs, name, options)
        if wants_events(request):
            return EventStream(lambda on_event: start(on_event=on_event))
        result = await unless_gone(request, start())
        if result is None:
            return Response(status_code=_CLIENT_CLOSED)
        if with_meta:
            return json_response(result.to_dict(), media_type=META_TYPE)
        return json_response(result.fields)

    return [Route("/actions/{key}/run", run, methods=["POST"])]
