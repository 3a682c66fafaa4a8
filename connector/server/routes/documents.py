"""The actions as OpenAPI: this server's own document, and the Swagger one that Power Platform takes."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.export import ExportError, export
from connector.server.openapi import openapi
from connector.server.responses import json_response
from connector.server.served import ServedConnector
from connector.web.errors import HttpError


def routes(served: ServedConnector) -> list[Route]:
    """`GET /openapi.json` and `GET /swagger.json`; each is made once."""

    @cache
    def own() -> Response:
        return json_response(openapi(served))

    @cache
    def swagger() -> Response:
        try:
            content = export(served.bundle, "power-platform")["apiDefinition.swagger.json"]
        except ExportError as error:
            raise HttpError(error.message, code=error.code, http_status=HTTPStatus.NOT_FOUND) from None
        return Response(content, media_type="application/json")

    async def get_openapi(_request: Request) -> Response:
        return own()

    async def get_swagger(_request: Request) -> Response:
        return swagger()

    return [Route("/openapi.json", get_openapi), Route("/swagger.json", get_swagger)]
