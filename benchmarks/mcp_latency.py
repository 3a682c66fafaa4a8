"""What the MCP server adds to a run: the same action in this process, over stdio and over streamable HTTP.

The runs take turns, so that a busy machine slows all of them alike. Each calls the sandbox as often as the limit
allows.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from connector import Connector

_CALLS = 90
_WARM_UP = 8
_ACTION, _INPUTS = "get_profile", {"recipient_id": "ada"}
_COMMAND = ["-m", "connector", "--connector", "courier", "mcp", "--sandbox", "--group", "profiles"]
_Call = Callable[[], Awaitable[object]]


async def main() -> None:
    """Measure, and print medians in milliseconds."""
    with tempfile.TemporaryDirectory() as state:
        environment = {"CONNECTOR_STATE_DIR": state, "PATH": str(Path(sys.executable).parent)}
        async with AsyncExitStack() as stack:
            connector = stack.enter_context(Connector.load("courier"))
            connection = stack.enter_context(connector.sandbox())
            stdio = StdioServerParameters(command=sys.executable, args=_COMMAND, env=environment)
            modern = await stack.enter_async_context(Client(stdio))
            handshake = await stack.enter_async_context(Client(stdio, mode="legacy"))
            url, header = stack.enter_context(_served(environment))
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=dict([header])))
            over_http = await stack.enter_async_context(Client(streamable_http_client(url, http_client=http)))

            async def run() -> object:
                return connector.run(_ACTION, _INPUTS, connection)

            figures = await _measured(
                {
                    "run": run,
                    "stdio, 2026-07-28": lambda: modern.call_tool(f"courier_{_ACTION}", _INPUTS),
                    "stdio, 2025-11-25": lambda: handshake.call_tool(f"courier_{_ACTION}", _INPUTS),
                    "HTTP, 2026-07-28": lambda: over_http.call_tool(f"courier_{_ACTION}", _INPUTS),
                }
            )
    _print(figures)


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The server over HTTP: its URL, and the header with its token."""
    process = subprocess.Popen(  # noqa: S603 - this project's own program
        [sys.executable, *_COMMAND, "--http", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None  # noqa: S101
        url, (name, _, value) = process.stdout.readline().strip(), process.stdout.readline().strip().partition(": ")
        yield url, (name, value)
    finally:
        process.terminate()
        process.wait(20)


async def _measured(calls: dict[str, _Call]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(_CALLS):
        for name, call in calls.items():
            started = time.perf_counter()
            await call()
            if turn >= _WARM_UP:
                figures[name].append((time.perf_counter() - started) * 1000)
    return figures


def _print(figures: dict[str, list[float]]) -> None:
    base = statistics.median(figures["run"])
    for name, times in figures.items():
        median = statistics.median(times)
        print(f"{name:20} {median:6.2f} ms, adds {median - base:5.2f} ms (fastest {min(times):.2f})")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
