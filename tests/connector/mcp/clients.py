"""The official client of the protocol, connected to a server in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from mcp import Client
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent

from connector.export import select
from connector.export.mcp.tools import ToolMode
from connector.mcp.server import create_server
from connector.mcp.settings import Confirm, McpSettings
from tests.connector.parcels import Bench

Era = Literal["legacy", "2026-07-28"]
Json = dict[str, Any]
T = TypeVar("T")


def server_of(
    made: Bench, *, tools: ToolMode = "all", confirm: Confirm = "auto", read_only: bool = False
) -> Server[Any]:
    selection = select(made.bundle, read_only=read_only)
    return create_server(McpSettings(made.connector, selection, made.connection, tools, confirm))


def talk(server: Server[Any], era: Era, say: Callable[[Client], Awaitable[T]], **options: Any) -> T:
    """Connect, let a function talk to the server, and return what it returns."""

    async def main() -> T:
        async with Client(server, mode=era, **options) as client:
            try:
                return await say(client)
            except MCPError as raised:
                error = raised  # outside, it would be inside a group
        raise error

    return asyncio.run(main())


def call(server: Server[Any], era: Era, name: str, arguments: Json | None = None, **options: Any) -> CallToolResult:
    """The result of one call of a tool."""
    return talk(server, era, lambda client: client.call_tool(name, arguments), **options)


def text_of(result: CallToolResult) -> str:
    """The texts of a result, one below the other."""
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))
