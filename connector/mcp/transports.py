"""A server over stdio, for a host that starts it, and over streamable HTTP, for hosts that connect to it."""

from __future__ import annotations

import asyncio
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from connector.web.access_control import App

PATH = "/mcp"


def serve_stdio(server: Server[Any]) -> None:
    """Serve the host that started this program, until it closes stdin.

    While it serves, only the protocol reaches stdout; what else is printed goes to stderr.
    """
    asyncio.run(_serve_stdio(server))


async def _serve_stdio(server: Server[Any]) -> None:
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def http_app(server: Server[Any], max_body: int) -> App:
    """The application at `PATH`. It has to be behind access control.

    The SDK's own check accepts any port of this machine as an origin, so that another program's page could call: it is
    off.

    Args:
        server: The server.
        max_body: The largest request body in bytes.
    """
    return server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=max_body,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
