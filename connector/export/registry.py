"""The export formats. A new format is a package here with a function `files`, and one line in this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class ExportFormat(NamedTuple):
    """One export format.

    Attributes:
        package: The package in `connector.export` whose `files` writes it.
        purpose: What the format is for, for lists of formats.
        names_publisher: Whether its files say who publishes the connector.
    """

    package: str
    purpose: str
    names_publisher: bool = True


EXPORT_FORMATS: Mapping[str, ExportFormat] = {
    "catalogue": ExportFormat("catalogue", "JSON with everything a flow builder in any language needs"),
    "power-platform": ExportFormat("power_platform", "a custom connector for Power Automate, Power Apps, Logic Apps"),
    "openapi": ExportFormat("openapi", "an OpenAPI 3.1 document with one operation per action", names_publisher=False),
    "n8n": ExportFormat("n8n", "an n8n community node package"),
    "node-red": ExportFormat("node_red", "a Node-RED node package"),
    "docs": ExportFormat("docs", "reference pages in Markdown"),
    "mcp": ExportFormat("mcp", "the tool list for agent hosts (Model Context Protocol)", names_publisher=False),
}
"""The formats by name."""
