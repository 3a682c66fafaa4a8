"""`mcp`: the tool list for agent hosts, as the answer to `tools/list` of the Model Context Protocol.

A tool is named after its connector and its action, because most hosts put the tools of all servers into one list, and
other servers have a “get_list” too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.catalogue.action import Action
from connector.export import Selection
from connector.export.mcp.portability import problems
from connector.export.mcp.schemas import Portable
from connector.export.vocabulary import cannot, json_bytes, require_known


def files(selection: Selection) -> dict[str, bytes]:
    """The tool list.

    Raises:
        ExportError: A tool would have something that common hosts refuse.
    """
    return {"tools.json": json_bytes({"tools": tools(selection)})}


def tools(selection: Selection) -> list[dict[str, Any]]:
    """The tools, in catalogue order.

    Raises:
        ExportError: A tool would have something that common hosts refuse.
    """
    server = selection.bundle.manifest.key
    names = {action.operation_id: tool_name(server, action) for action in selection.actions}
    made = []
    for action in selection.actions:
        require_known(action)
        tool = _tool(action, names)
        refused = problems(tool, server)
        if refused:
            raise cannot(action, f"as a tool, {refused[0]}")
        made.append(tool)
    return made


def tool_name(server: str, action: Action) -> str:
    """The name of an action's tool."""
    return f"{server}_{action.key}"


def _tool(action: Action, names: Mapping[str, str]) -> dict[str, Any]:
    effects = action.definition.effects
    return {
        "name": names[action.operation_id],
        "title": action.summary,
        "description": action.description,
        "inputSchema": Portable(action, "inputs", names).schema(),
        "outputSchema": Portable(action, "outputs", names).schema(),
        "annotations": {
            "title": action.summary,
            "readOnlyHint": effects.read_only,
            "destructiveHint": effects.destructive,
            "idempotentHint": effects.idempotent,
            "openWorldHint": True,
        },
    }
