"""One call of a tool: validate, ask where needed, run, and report waits on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.types import CallToolRequestParams, CallToolResult, InputRequiredResult

from connector.call.events import Event, PageRead, WaitStarted
from connector.catalogue.action import Action
from connector.mcp import results
from connector.mcp.confirmation import question_for
from connector.mcp.settings import McpSettings


async def run_action(
    context: ServerRequestContext[Any],
    params: CallToolRequestParams,
    settings: McpSettings,
    action: Action,
    inputs: Mapping[str, Any],
    max_items: int | None = None,
) -> CallToolResult | InputRequiredResult:
    """Run an action for a client.

    A call that the client cancels gives its place in the throttle back.

    Raises:
        ConnectorError: As `Connector.run` raises it.
    """
    if action.definition.effects.destructive and settings.confirm != "never":
        settings.connector.preview(action, inputs, settings.connection)  # a person is asked about valid inputs only
        question = await question_for(context, params, action, inputs, settings.confirm)
        if question is not None:
            return question
    progress = _Progress(context)
    try:
        result = await settings.connector.arun(
            action, inputs, settings.connection, max_items=max_items, on_event=progress.on_event
        )
    finally:
        await progress.finish()
    return results.of_run(result)


class _Progress:
    """Sends waits and pages to the client that asked for progress, in their order."""

    def __init__(self, context: ServerRequestContext[Any]) -> None:
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._messages: asyncio.Queue[str | None] = asyncio.Queue()
        self._sending: asyncio.Task[None] | None = None

    def on_event(self, event: Event) -> None:
        """Take an event of the run, on whatever thread it happens."""
        if isinstance(event, WaitStarted | PageRead):
            text = event.message if isinstance(event, WaitStarted) else f"Page {event.number}: {event.rows} rows."
            self._loop.call_soon_threadsafe(self._put, text)

    def _put(self, text: str) -> None:
        if self._sending is None:
            self._sending = self._loop.create_task(self._send())
        self._messages.put_nowait(text)

    async def _send(self) -> None:
        number = 0
        while (message := await self._messages.get()) is not None:
            number += 1
            await self._context.session.report_progress(number, message=message)

    async def finish(self) -> None:
        """Send what is left, before the result."""
        await asyncio.sleep(0)  # the last event may still be on its way from another thread
        if self._sending is not None:
            self._messages.put_nowait(None)
            await self._sending
