"""README placeholder."""
from __future__ import annotations
from connector.bundle import Bundle
from connector.export.n8n.node import NodeData

def readme(node: NodeData, bundle: Bundle) -> str:
    return "# x\n"
