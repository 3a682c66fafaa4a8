"""`n8n`: a TypeScript package with one community node, whose `execute()` runs the actions with the JavaScript runtime.

The parameters of the node are data made from the definitions. `package/` has what is the same for every connector: how
n8n's helpers send and sleep for the runtime, how its parameters become inputs, and its items results. The runtime is
copied into the package with a `definitions.json`.
"""

from __future__ import annotations

from pathlib import Path

from connector.export.icons import svg_icon
from connector.export.javascript import core_files
from connector.export.json_files import compact_json_bytes, json_bytes
from connector.export.n8n import credentials, package_json
from connector.export.n8n.node import NodeData
from connector.export.n8n.readme import readme
from connector.export.n8n.sources import sources
from connector.export.selection import ExportSelection
from connector.export.templates import LICENSE, filled

_PACKAGE = Path(__file__).parent / "package"


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The files of the package.

    Raises:
        ExportError: n8n cannot express something, or nobody publishes the connector.
    """
    node = NodeData.of(selection)
    texts = {
        "README.md": readme(node),
        "LICENSE.md": "# " + filled(LICENSE, holder=selection.required_publisher.name),
        f"credentials/{node.credential_class}.credentials.ts": credentials.credentials(node),
        **sources(node),
    }
    home = f"nodes/{node.class_name}"
    documents = {
        "package.json": package_json.package_json(node),
        f"{home}/{node.class_name}.node.json": package_json.codex(node),
    }
    return {
        **{path: text.encode() for path, text in texts.items()},
        **{path: json_bytes(document) for path, document in documents.items()},
        **{name: (_PACKAGE / name).read_bytes() for name in ("eslint.config.mjs", "tsconfig.json")},
        ".gitignore": (_PACKAGE / "gitignore").read_bytes(),
        **{f"{home}/{path.name}": path.read_bytes() for path in sorted(_PACKAGE.glob("*.ts"))},
        f"{home}/definitions.json": compact_json_bytes(node.definitions),
        **{f"{home}/core/{name}": content for name, content in core_files().items()},
        **package_json.icons(node, svg_icon(selection.bundle)),
    }
