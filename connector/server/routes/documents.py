"""The actions as OpenAPI: this server's own document, and the Swagger one that Power Platform takes."""

from __future__ import annotations

from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.export import export
from connector.server.served import ServedConnector

_JSON = "application/json"


def routes(served: ServedConnector) -> list[Route]:
    """`GET /openapi.json` and `GET /swagger.json`; each is made once."""

    @cache
    def openapi() -> bytes:
        return export(served.bundle, "openapi")["openapi.json"]

    @cache
    def swagger() -> bytes:
        return export(served.bundle, "power-platform")["apiDefinition.swagger.json"]

    async def get_openapi(_request: Request) -> Response:
        return Response(openapi(), media_type=_JSON)

    async def get_swagger(_request: Request) -> Response:
        return Response(swagger(), media_type=_JSON)

    return [Route("/openapi.json", get_openapi), Route("/swagger.json", get_swagger)]
