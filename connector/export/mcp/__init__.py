"""`mcp`: the tool list for agent hosts, as the result of `tools/list` in the Model Context Protocol.

It is the list that the MCP server serves. A tool has the inputs that most calls need; `describe_action` explains the
others, which a call passes under `other_inputs`. So a list of 86 tools costs an agent 29,000 tokens instead of 90,000.
There are no output schemas: a client would reject the result of a call that has been carried out because the service
added a field.

The name of a tool has the connector before the action, because most hosts put the tools of all servers into one list,
and other servers have a “get_list” too.
"""

from __future__ import annotations

from connector.export.json_files import json_bytes
from connector.export.mcp.tools import tool_list
from connector.export.selection import ExportSelection


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The tool list.

    Raises:
        ExportError: A tool has something that common hosts reject.
    """
    return {"tools.json": json_bytes({"tools": tool_list(selection)})}
