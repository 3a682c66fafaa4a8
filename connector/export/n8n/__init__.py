"""`n8n`: a TypeScript package with one community node, whose `execute()` runs the actions with the JavaScript runtime.

The parameters of the node are data made from the definitions. `package/` has what is the same for every connector: how
n8n's helpers send and sleep for the runtime, how its parameters become inputs, and its items results. The runtime is
copied into the package with a `definitions.json`.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from connector.export.icons import read_icon
from connector.export.javascript import core_files
from connector.export.json_files import json_bytes
from connector.export.mit_license import mit_license
from connector.export.n8n import credentials, package_json
from connector.export.n8n.node import NodeData
from connector.export.n8n.readme import readme
from connector.export.n8n.sources import sources
from connector.export.selection import ExportSelection

_ESLINT = """import { config } from '@n8n/node-cli/eslint';

export default config;
"""
_GITIGNORE = "dist\nnode_modules\n"


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The files of the package.

    Raises:
        ExportError: n8n cannot express something, or nobody publishes the connector.
    """
    node = NodeData.of(selection)
    manifest = node.manifest
    texts = {
        "README.md": readme(node),
        "LICENSE.md": f"# {mit_license(selection.required_publisher.name)}",
        "eslint.config.mjs": _ESLINT,
        ".gitignore": _GITIGNORE,
        f"credentials/{node.credential_class}.credentials.ts": credentials.credentials(node),
        **sources(node),
        **_host_files(node),
    }
    home = f"nodes/{node.class_name}"
    documents = {
        "package.json": package_json.package_json(node),
        "tsconfig.json": package_json.tsconfig(),
        f"{home}/{node.class_name}.node.json": package_json.codex(node),
    }
    return {
        **{path: text.encode() for path, text in texts.items()},
        **{path: json_bytes(document) for path, document in documents.items()},
        f"{home}/definitions.json": _compact(node.definitions),
        **{f"{home}/core/{name}": content for name, content in core_files().items()},
        **package_json.icons(node, read_icon(selection.bundle, manifest.icon)),
    }


def _host_files(node: NodeData) -> dict[str, str]:
    folder = resources.files(__name__) / "package"
    return {
        f"nodes/{node.class_name}/{file.name}": file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".ts")
    }


def _compact(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
