"""What there is: the actions by group, and one action whole."""

from __future__ import annotations

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.catalogue.action import Action
from connector.export.catalogue import FORMAT_VERSION, action_entry, groups_with_icons, index_entry, metadata
from connector.server.responses import json_response
from connector.server.served import SANDBOX, ServedConnector


def routes(served: ServedConnector) -> list[Route]:
    """`GET /catalogue` and `GET /actions/{key}`; each is made once."""

    @cache
    def catalogue() -> Response:
        return json_response(_catalogue(served))

    @cache
    def whole(action: Action) -> Response:
        return json_response(action_entry(action, served.bundle))

    async def get_catalogue(_request: Request) -> Response:
        return catalogue()

    async def get_action(request: Request) -> Response:
        return whole(served.action(request))

    return [Route("/catalogue", get_catalogue), Route("/actions/{key}", get_action)]


def _catalogue(served: ServedConnector) -> dict[str, Any]:
    manifest = served.bundle.manifest
    return {
        "formatVersion": FORMAT_VERSION,
        "connector": metadata(served.bundle),
        "throttle": manifest.throttle.model_dump(by_alias=True),
        "paging": {"maxItems": manifest.paging.max_items},
        **groups_with_icons(served.selection),
        "actions": [index_entry(action) | {"effects": action.effects} for action in served.actions],
        "connections": [{"name": name, "sandbox": name == SANDBOX} for name in served.connections],
        "defaultConnection": served.default_connection,
        "connectionTest": manifest.connection.test,
        "sandbox": None
        if served.sandbox is None
        else {what: hasattr(served.sandbox, what) for what in ("messages", "requests")},
    }
