"""The official client 1.30, run by its own Python, against a server over stdio or HTTP.

`python mcp_handshake_client.py stdio COMMAND...`, or `http URL HEADER`. It imports nothing of this project.
"""

# mypy: ignore-errors
# The client has other names in the version that this project's own environment has.

import asyncio
import contextlib
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from mcp.types import ElicitResult

asked = []


async def person(_context, params):
    """Agrees twice, then declines."""
    asked.append(params.message)
    return ElicitResult(action="accept", content={}) if len(asked) <= 2 else ElicitResult(action="decline")


def expect(what, found, wanted):
    """End with an error where something is not as wanted."""
    if found != wanted:
        raise SystemExit(f"NOT SO: {what}: {found!r}, not {wanted!r}")


async def talk(session):
    """What an agent host does."""
    started = await session.initialize()
    expect("the protocol is the newest of the handshake era", started.protocolVersion, "2025-11-25")
    tools = {tool.name: tool for tool in (await session.list_tools()).tools}
    expect("a deletion is marked", tools["courier_delete_list"].annotations.destructiveHint, True)
    sent = await session.call_tool("courier_send_message", {"user_id": "ada", "title": "Hi", "body": "There"})
    expect("a message is sent", (sent.isError, set(sent.structuredContent)), (False, {"requestId"}))
    wrong = await session.call_tool("courier_send_message", {"usr_id": "ada"})
    expect("a mistake is an error", (wrong.isError, "“user_id”" in wrong.content[0].text), (True, True))
    await session.call_tool("courier_update_list", {"list_id": "mcp.readers", "name": "Readers"})
    gone = await session.call_tool("courier_delete_list", {"list_id": "mcp.readers"})
    expect("with consent it is deleted", (gone.isError, gone.content[0].text[:5]), (False, "Done."))
    kept = await session.call_tool("courier_delete_list", {"list_id": "mcp.readers"})
    expect("without consent it is not", (kept.isError, "declined" in kept.content[0].text), (True, True))
    expect("a person was asked each time", len(asked), 3)


async def main():
    """Connect and talk."""
    async with contextlib.AsyncExitStack() as stack:
        if sys.argv[1] == "stdio":
            server = StdioServerParameters(command=sys.argv[2], args=sys.argv[3:], env=dict(os.environ))
            read, write = await stack.enter_async_context(stdio_client(server))
        else:
            name, _, value = sys.argv[3].partition(": ")
            read, write, _ = await stack.enter_async_context(streamablehttp_client(sys.argv[2], headers={name: value}))
        session = await stack.enter_async_context(ClientSession(read, write, elicitation_callback=person))
        await talk(session)


asyncio.run(main())
