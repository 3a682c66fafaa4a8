"""The `n8n` format: a TypeScript package with one community node, in n8n's declarative style.

The node's parameters and their routing are data made from the definitions. What routing cannot say (rows, nesting,
flat outputs) is done by the hooks in `hooks/`, the same for every connector, which follow a table of shapes that is
made from the definitions too.
"""

from __future__ import annotations

from importlib import resources

from connector.export import Selection
from connector.export.icon_files import icon_bytes
from connector.export.n8n import files_of_node, package
from connector.export.n8n.node import NodeData
from connector.export.n8n.readme import readme
from connector.export.vocabulary import json_bytes

_ESLINT = """import { config } from '@n8n/node-cli/eslint';

export default config;
"""
_GITIGNORE = "dist\nnode_modules\n"


def files(selection: Selection) -> dict[str, bytes]:
    """The files of the package: path inside it, content.

    Raises:
        ExportError: Something cannot be expressed; it is named.
    """
    node = NodeData.of(selection)
    manifest = node.manifest
    texts = {
        "README.md": readme(node),
        "LICENSE.md": package.licence(manifest),
        "eslint.config.mjs": _ESLINT,
        ".gitignore": _GITIGNORE,
        f"credentials/{node.credential_class}.credentials.ts": package.credentials(node),
        **files_of_node.sources(node),
        **_hooks(node),
    }
    home = f"nodes/{node.class_name}/{node.class_name}"
    documents = {
        "package.json": package.package_json(node),
        "tsconfig.json": package.tsconfig(),
        f"{home}.node.json": package.codex(node),
    }
    return {
        **{path: text.encode() for path, text in texts.items()},
        **{path: json_bytes(document) for path, document in documents.items()},
        **package.icons(node, icon_bytes(selection.bundle, manifest.icon)),
    }


def _hooks(node: NodeData) -> dict[str, str]:
    folder = resources.files(__name__) / "hooks"
    return {
        f"nodes/{node.class_name}/hooks/{file.name}": file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".ts")
    }
