"""A run as server-sent events: what happens while it goes on, then its result or its error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connector.call.events import Event, EventCallback, RunFailed, RunSucceeded
from connector.call.result import Result
from connector.errors import ConnectorError
from connector.server.responses import stopped, unexpected
from connector.web.errors import json_bytes

EVENTS = "text/event-stream"
_Found = TypeVar("_Found")
_QUIET_SECONDS = 15.0
"""After so long without an event a comment is sent, so that nothing on the way closes the connection."""


def wants_events(request: Request) -> bool:
    """Whether a request asks for a stream of events."""
    return EVENTS in request.headers.get("accept", "").lower()


async def disconnected(receive: Receive) -> None:
    """Return when the client of a request, whose body was read, has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def unless_gone(request: Request, working: Coroutine[Any, Any, _Found]) -> _Found | None:
    """What came of it; a client that goes away cancels it, None then."""
    work, gone = asyncio.ensure_future(working), asyncio.ensure_future(disconnected(request.receive))
    both: set[asyncio.Future[Any]] = {work, gone}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return await work if work.done() else None
    finally:
        work.cancel()
        gone.cancel()


class EventStream(Response):
    """The events of a run. A client that goes away cancels the run.

    Args:
        start: Begins the run, with what its events are handed to.
    """

    media_type = EVENTS

    def __init__(self, start: Callable[[EventCallback], Awaitable[Result]]) -> None:
        super().__init__()
        self._start = start

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until the run is over or the client has gone."""
        del scope
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        run = asyncio.ensure_future(self._run(queue))
        gone = asyncio.ensure_future(disconnected(receive))
        headers = [(b"content-type", EVENTS.encode()), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            ended = False
            while not ended:
                event = await _next(queue, gone)
                if gone.done():
                    return
                ended = event is not None and event["type"] in {"result", "error"}
                await send({"type": "http.response.body", "body": _encoded(event), "more_body": not ended})
        except asyncio.CancelledError:
            last = _encoded({"type": "error", "error": stopped().to_dict()})
            await send({"type": "http.response.body", "body": last, "more_body": False})
            raise
        finally:
            run.cancel()
            gone.cancel()

    async def _run(self, queue: asyncio.Queue[dict[str, Any]]) -> None:
        """Run, and queue the events; the last is made of what the run returned, once it is over."""
        loop = asyncio.get_running_loop()

        def on_event(event: Event) -> None:
            if not isinstance(event, RunSucceeded | RunFailed):
                loop.call_soon_threadsafe(queue.put_nowait, event.to_dict())

        try:
            result = await self._start(on_event)
            queue.put_nowait({"type": "result", **result.to_dict()})
        except ConnectorError as error:
            queue.put_nowait({"type": "error", "error": error.to_dict()})
        except Exception as error:
            queue.put_nowait({"type": "error", "error": unexpected(error).to_dict()})


async def _next(queue: asyncio.Queue[dict[str, Any]], gone: asyncio.Future[None]) -> dict[str, Any] | None:
    """The next event; None after a while without one, or when the client has gone."""
    waiting = asyncio.ensure_future(queue.get())
    both: set[asyncio.Future[Any]] = {waiting, gone}
    await asyncio.wait(both, timeout=_QUIET_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    return None


def _encoded(event: dict[str, Any] | None) -> bytes:
    if event is None:
        return b": waiting\n\n"
    return b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json_bytes(event))
