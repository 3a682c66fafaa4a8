"""Batches: an action over a file that the client sends, run in the background, watched, and its results downloaded."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from connector.batch.journal import Outcome
from connector.batch.source import FileFormat
from connector.connections.connection import Connection
from connector.server.events import unless_gone
from connector.server.options import query
from connector.server.responses import Endpoint, json_response
from connector.server.served import ServedConnector
from connector.server.stored_batch import BatchSettings
from connector.web.errors import HttpError
from connector.web.json_body import json_object

FORMATS: dict[str, FileFormat] = {"text/csv": "csv", "application/x-ndjson": "jsonl"}
"""The format of a file by its media type."""

_LONGEST_NAME = 200
_CLIENT_CLOSED = 499
_CHUNK = 1 << 16


def routes(served: ServedConnector) -> list[Route]:
    """`/batches`, `/batches/{id}` and what can be done with one."""
    return [*_of_files(served), *_of_runs(served)]


def _of_files(served: ServedConnector) -> list[Route]:
    """Those that send, show and delete a batch."""

    async def every(request: Request) -> Response:
        query(request, {})
        return json_response({"batches": await asyncio.to_thread(_every, served)})

    async def upload(request: Request) -> Response:
        name = query(request, {"name": _file_name}).get("name")
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in FORMATS:
            raise HttpError(
                "Send the file of rows as text/csv or application/x-ndjson.",
                code="content_type",
                http_status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            )
        file_format = FORMATS[media_type]
        batch = await served.batches.receive(name or f"rows.{file_format}", file_format, request.stream())
        return json_response(batch.to_dict(), HTTPStatus.CREATED, Location=f"/batches/{batch.entry.id}")

    async def one(request: Request) -> Response:
        batch = served.batches.get(request.path_params["id"])
        return json_response(await asyncio.to_thread(batch.to_dict))

    async def delete(request: Request) -> Response:
        served.batches.delete(served.batches.get(request.path_params["id"]))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def results(request: Request) -> Response:
        batch = served.batches.get(request.path_params["id"])
        outcome = next((each for each in get_args(Outcome) if each == request.path_params["outcome"]), None)
        path = batch.result(outcome) if outcome else Path()
        if not path.is_file():
            raise HttpError("The batch has no such results.", code="not_found", http_status=HTTPStatus.NOT_FOUND)
        name = quote(f"{Path(batch.entry.file).stem}-{path.name}")
        media_type = next(media for media, format_ in FORMATS.items() if format_ == batch.entry.format)
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return StreamingResponse(_content(path), headers=headers, media_type=media_type)

    return [
        _route("/batches", GET=every, POST=upload),
        _route("/batches/{id}", GET=one, DELETE=delete),
        Route("/batches/{id}/results/{outcome}", results),
    ]


def _of_runs(served: ServedConnector) -> list[Route]:
    """Those that check and run one."""

    async def columns(request: Request) -> Response:
        batch = served.batches.get(request.path_params["id"])
        settings = await _settings(request)
        connections, _ = _connections(served, request, settings)
        return json_response(await asyncio.to_thread(served.batches.columns, batch, settings, connections))

    async def dry_run(request: Request) -> Response:
        batch = served.batches.get(request.path_params["id"])
        settings = await _settings(request)
        connections, _ = _connections(served, request, settings)
        found = await unless_gone(request, served.batches.dry_run(batch, settings, connections))
        return Response(status_code=_CLIENT_CLOSED) if found is None else json_response(found.to_dict())

    async def run(request: Request) -> Response:
        batch = served.batches.get(request.path_params["id"])
        settings = await _settings(request)
        connections, name = _connections(served, request, settings)
        served.batches.start(batch, settings, connections, name)
        return json_response(await asyncio.to_thread(batch.to_dict), HTTPStatus.ACCEPTED)

    async def stop(request: Request) -> Response:
        batch = served.batches.get(request.path_params["id"])
        batch.stop.set()
        return json_response(await asyncio.to_thread(batch.to_dict), HTTPStatus.ACCEPTED)

    async def retry(request: Request) -> Response:
        batch = await asyncio.to_thread(served.batches.retry, served.batches.get(request.path_params["id"]))
        return json_response(batch.to_dict(), HTTPStatus.CREATED, Location=f"/batches/{batch.entry.id}")

    return [
        Route("/batches/{id}/columns", columns, methods=["POST"]),
        Route("/batches/{id}/dry-run", dry_run, methods=["POST"]),
        Route("/batches/{id}/run", run, methods=["POST"]),
        Route("/batches/{id}/stop", stop, methods=["POST"]),
        Route("/batches/{id}/retry", retry, methods=["POST"]),
    ]


def _route(path: str, **endpoints: Endpoint) -> Route:
    """A route with an endpoint for each method, so that the response to any other lists them all."""

    async def endpoint(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, endpoint, methods=list(endpoints))


def _every(served: ServedConnector) -> list[dict[str, Any]]:
    return [batch.to_dict() for batch in served.batches.list()]


def _file_name(text: str) -> str:
    name = re.sub(r"[\x00-\x1f\x7f]", "", text.replace("\\", "/").rpartition("/")[2]).strip()
    if not name or len(name) > _LONGEST_NAME:
        raise ValueError(f"must be the name of a file, at most {_LONGEST_NAME} characters.")
    return name


async def _settings(request: Request) -> BatchSettings:
    """How a batch is to run, from the body of a request.

    Raises:
        HttpError: The body does not say so.
    """
    body = json_object(await request.body())
    try:
        return BatchSettings.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HttpError(f"{where}: {first['msg']}.", code="json", http_status=HTTPStatus.BAD_REQUEST) from None


def _connections(
    served: ServedConnector, request: Request, settings: BatchSettings
) -> tuple[Mapping[str, Connection], str]:
    """The connections that rows may run with, and how they are called: one, or all where a column names them."""
    if settings.connection_column is not None:
        return served.connections, ""
    name = served.connection_name(request)
    return {name: served.connections[name]}, name


async def _content(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size  # a run may append to it meanwhile
        while left > 0 and (chunk := await asyncio.to_thread(file.read, min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
