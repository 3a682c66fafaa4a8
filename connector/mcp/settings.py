"""What a server offers, and when it asks a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connector.connections.connection import Connection
from connector.connector import Connector
from connector.export.mcp.tools import ToolMode
from connector.export.selection import ExportSelection

Confirm = Literal["auto", "always", "never"]
"""Before a destructive action: ask where the client can; ask, and refuse where it cannot; do not ask."""


@dataclass(frozen=True)
class McpSettings:
    """One server."""

    connector: Connector
    selection: ExportSelection
    connection: Connection
    tools: ToolMode = "auto"
    confirm: Confirm = "auto"
