"""`n8n`: a TypeScript package with one community node, in n8n's declarative style.

The parameters of the node and their routing are data made from the definitions. What routing cannot express (rows,
nesting, flat outputs) is done by the hooks in `hooks/`, which are the same for every connector and read a table of
shapes that is made from the definitions too.
"""

from __future__ import annotations

from importlib import resources

from connector.export.icons import read_icon
from connector.export.json_files import json_bytes
from connector.export.mit_license import mit_license
from connector.export.n8n import files_of_node, package_json
from connector.export.n8n.node import NodeData
from connector.export.n8n.readme import readme
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
        f"credentials/{node.credential_class}.credentials.ts": package_json.credentials(node),
        **files_of_node.sources(node),
        **_hooks(node),
    }
    home = f"nodes/{node.class_name}/{node.class_name}"
    documents = {
        "package.json": package_json.package_json(node),
        "tsconfig.json": package_json.tsconfig(),
        f"{home}.node.json": package_json.codex(node),
    }
    return {
        **{path: text.encode() for path, text in texts.items()},
        **{path: json_bytes(document) for path, document in documents.items()},
        **package_json.icons(node, read_icon(selection.bundle, manifest.icon)),
    }


def _hooks(node: NodeData) -> dict[str, str]:
    folder = resources.files(__name__) / "hooks"
    return {
        f"nodes/{node.class_name}/hooks/{file.name}": file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".ts")
    }
