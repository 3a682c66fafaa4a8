"""The page to try actions in: files of this package, sent as they are."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.export.icons import icon
from connector.server.served import ServedConnector

FOLDER = Path(__file__).parent.parent / "page"

# The machine's own table may say otherwise, and a browser runs no module of another type.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


def routes(served: ServedConnector) -> list[Route]:
    """`GET /`, `GET /page/{path}` and `GET /favicon.ico`."""

    async def index(request: Request) -> Response:
        return _file(request, FOLDER / "index.html")

    async def file(request: Request) -> Response:
        return _file(request, FOLDER / request.path_params["path"])

    async def favicon(request: Request) -> Response:
        path, content = icon(served.bundle)
        return _content(request, content, _TYPES.get(PurePosixPath(path).suffix))

    return [Route("/", index), Route("/page/{path:path}", file), Route("/favicon.ico", favicon)]


def _file(request: Request, path: Path) -> Response:
    """A file of the page.

    Raises:
        HTTPException: There is no such file.
    """
    try:
        resolved = path.resolve()
        served = resolved.is_relative_to(FOLDER.resolve()) and resolved.is_file()
    except (ValueError, OSError):  # a NUL in its name, or a name longer than any file has
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    if not served:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _content(request, resolved.read_bytes(), _TYPES.get(resolved.suffix))


def _content(request: Request, content: bytes, media_type: str | None) -> Response:
    """What a browser asks for again each time, and gets only when it has changed.

    Raises:
        HTTPException: A browser cannot show it.
    """
    if media_type is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
