"""The files of the package beside the node's own: package.json, codex, icons."""

from __future__ import annotations

import re
from typing import Any

from connector.export.n8n.aliases import aliases
from connector.export.n8n.node import NodeData

NODE_CLI = "0.48.3"
ESLINT = "9.32.0"
TYPESCRIPT = "5.9.2"
"""The versions in n8n's own template of a node package; this package was tested with them."""

_CATEGORIES = (
    "Analytics",
    "Communication",
    "Development",
    "Finance & Accounting",
    "Marketing",
    "Productivity",
    "Sales",
)


def package_json(node: NodeData) -> dict[str, Any]:
    """`package.json`.

    Raises:
        ExportError: Nobody publishes the connector.
    """
    manifest, publisher = node.manifest, node.selection.required_publisher
    return {
        "name": node.package_name,
        "version": manifest.version,
        "description": f"n8n node: {manifest.description}",
        "license": "MIT",
        "homepage": publisher.url,
        "keywords": ["n8n-community-node-package", "n8n", manifest.key],
        "author": publisher.model_dump(),
        "repository": {"type": "git", "url": publisher.url},
        "scripts": {"build": "n8n-node build", "lint": "n8n-node lint", "dev": "n8n-node dev"},
        "files": ["dist"],
        "n8n": {
            "n8nNodesApiVersion": 1,
            "strict": True,
            "credentials": [f"dist/credentials/{node.credential_class}.credentials.js"],
            "nodes": [f"dist/nodes/{node.class_name}/{node.class_name}.node.js"],
        },
        "devDependencies": {"@n8n/node-cli": NODE_CLI, "eslint": ESLINT, "typescript": TYPESCRIPT},
        "peerDependencies": {"n8n-workflow": "*"},
    }


def codex(node: NodeData) -> dict[str, Any]:
    """The codex file: how n8n's node picker lists the node, and where its documentation is."""
    publication = node.manifest.publication
    known = [name for name in publication.categories if name in _CATEGORIES] if publication is not None else []
    links = [{"url": node.selection.required_publisher.url}]
    return {
        "node": f"{node.package_name}.{node.node_name}",
        "nodeVersion": "1.0",
        "codexVersion": "1.0",
        "categories": known or ["Development"],
        # What people type into the node picker's search.
        "alias": aliases(node),
        "resources": {"credentialDocumentation": links, "primaryDocumentation": links},
    }


def icons(node: NodeData, svg: bytes) -> dict[str, bytes]:
    """The icon for light themes, and one with a lighter background for dark themes."""
    text = svg.decode()
    ground = node.manifest.brand_color
    dark = re.sub(re.escape(ground), _lighter(ground), text, flags=re.IGNORECASE)
    return {f"icons/{node.node_name}.svg": svg, f"icons/{node.node_name}.dark.svg": dark.encode()}


def _lighter(color: str) -> str:
    """The colour, a third of the way to white."""
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{part + (255 - part) // 3:02x}" for part in parts)
