"""`mcp`: the tool list for agent hosts, as the result of `tools/list` in the Model Context Protocol.

The name of a tool has the connector before the action, because most hosts put the tools of all servers into one list,
and other servers have a “get_list” too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.catalogue.action import Action
from connector.export.errors import cannot_export
from connector.export.json_files import json_bytes
from connector.export.mcp.portability import problems
from connector.export.mcp.schemas import PortableSchema
from connector.export.rule_texts import description_with_rules
from connector.export.selection import ExportSelection


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The tool list.

    Raises:
        ExportError: A tool has something that common hosts reject.
    """
    return {"tools.json": json_bytes({"tools": tools(selection)})}


def tools(selection: ExportSelection) -> list[dict[str, Any]]:
    """The tools, in catalogue order.

    Raises:
        ExportError: A tool has something that common hosts reject.
    """
    server = selection.bundle.manifest.key
    names = {action.operation_id: tool_name(server, action) for action in selection.actions}
    made = []
    for action in selection.actions:
        tool = _tool(action, names)
        if rejected := problems(tool, server):
            raise cannot_export(action, f"common hosts reject the tool, because {rejected[0]}")
        made.append(tool)
    return made


def tool_name(server: str, action: Action) -> str:
    """The name of an action's tool: the connector's key, then the action's."""
    return f"{server}_{action.key}"


def _tool(action: Action, names: Mapping[str, str]) -> dict[str, Any]:
    effects = action.definition.effects
    return {
        "name": names[action.operation_id],
        "title": action.summary,
        "description": f"{'Deprecated. ' if action.definition.deprecated else ''}{description_with_rules(action)}",
        "inputSchema": PortableSchema(action, "inputs", names).schema(),
        "outputSchema": PortableSchema(action, "outputs", names).schema(),
        "annotations": {
            "title": action.summary,
            "readOnlyHint": effects.read_only,
            "destructiveHint": effects.destructive,
            "idempotentHint": effects.idempotent,
            "openWorldHint": True,
        },
    }
