"""The application: its routes, and what it does with every kind of failure."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from connector.errors import ConnectorError
from connector.server.responses import UnexpectedErrors, on_connector_error, on_http_exception
from connector.server.routes import actions, batches, catalogue, documents, page, runs, status
from connector.server.served import ServedConnector


def create_app(served: ServedConnector, *, with_page: bool = True, mounts: Sequence[BaseRoute] = ()) -> Starlette:
    """The ASGI application for a connector. Put it behind `connector.web.access_control.AccessControl`.

    Args:
        served: The connector and its connections.
        with_page: Serve the page at `/`.
        mounts: Further routes, such as an MCP endpoint's.
    """
    routes = [
        *catalogue.routes(served),
        *actions.routes(served),
        *runs.routes(served),
        *batches.routes(served),
        *documents.routes(served),
        *status.routes(served),
        *(page.routes(served) if with_page else ()),
        *mounts,
    ]

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(served.batches.close)

    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[Middleware(UnexpectedErrors)],
        exception_handlers={ConnectorError: on_connector_error, HTTPException: on_http_exception},
    )
    app.router.redirect_slashes = False  # a path is right or it is not
    return app
