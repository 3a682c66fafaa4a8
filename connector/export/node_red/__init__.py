"""`node-red`: a package with one node per group of actions, and a config node for the connection.

The runtime under `package/` is the same for every connector; it reads `definitions.json`. The modules here write that
file, the forms and the help of the editor, example flows, `package.json` and the README.
"""

from __future__ import annotations

from pathlib import Path

from connector.export.icons import svg_icon
from connector.export.javascript import core_files
from connector.export.javascript.definitions import document
from connector.export.json_files import compact_json_bytes, json_bytes
from connector.export.node_red import example_flows, pages
from connector.export.node_red.package_json import package_json
from connector.export.node_red.package_names import PackageNames
from connector.export.node_red.readme import readme
from connector.export.selection import ExportSelection
from connector.export.templates import LICENSE, filled

_PACKAGE = Path(__file__).parent / "package"


def files(selection: ExportSelection) -> dict[str, bytes]:
    """The files of the package.

    Raises:
        ExportError: Node-RED cannot express something.
    """
    names = PackageNames.of(selection)
    types = {"connection": names.connection, "groups": dict(names.groups)}
    made = {
        "package.json": json_bytes(package_json(selection, names)),
        "definitions.json": compact_json_bytes({"types": types, **document(selection)}),
        "README.md": readme(selection, names).encode(),
        "LICENSE": filled(LICENSE, holder=_holder(selection)).encode(),
        "nodes/icons/connection.svg": svg_icon(selection.bundle),
    }
    made |= pages.connection(selection, names)
    for group in names.groups:
        made |= pages.group(selection, names, group)
        made[f"nodes/icons/{group}.svg"] = svg_icon(selection.bundle, group)
        made[f"examples/{group}.json"] = json_bytes(example_flows.flow(selection, names, group))
    return made | _runtime_files(names)


def _runtime_files(names: PackageNames) -> dict[str, bytes]:
    """The runtime, what it asks of Node-RED, and the script that draws the forms."""
    made = {f"core/{name}": content for name, content in core_files().items()}
    for path in sorted(_PACKAGE.rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        text = text.replace("__PACKAGE__", names.package).replace("__CONNECTION__", names.connection)
        made[path.relative_to(_PACKAGE).as_posix()] = text.encode()
    return made


def _holder(selection: ExportSelection) -> str:
    """The copyright holder: the publisher, or whoever wrote the connector."""
    return (
        selection.publisher.name
        if selection.publisher is not None
        else f"the authors of the {selection.manifest.title} connector"
    )
