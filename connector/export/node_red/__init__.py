"""A Node-RED package: one node per group of actions, and a connection as a config node.

What runs in Node-RED is the small generic runtime under `package/`, which is the same for every connector; it is
driven by `definitions.json`. This package turns definitions into that file, into the forms and help of the editor,
and into what belongs around them.
"""

from __future__ import annotations

from connector.export import Selection
from connector.export.icon_files import icon_bytes
from connector.export.node_red import definitions, examples, pages, readme
from connector.export.node_red.names import Names
from connector.export.node_red.parts import runtime_files
from connector.export.vocabulary import json_bytes, require_known


def files(selection: Selection) -> dict[str, bytes]:
    """The files of the package: path inside it, content.

    Raises:
        ExportError: Something cannot be expressed; it is named.
    """
    for action in selection.actions:
        require_known(action)
    names = Names.of(selection)
    made = {
        "package.json": json_bytes(readme.package(selection, names)),
        "definitions.json": definitions.document(selection, names),
        "README.md": readme.readme(selection, names).encode(),
        "LICENSE": readme.licence(selection).encode(),
        "nodes/icons/connection.svg": icon_bytes(selection.bundle, selection.bundle.manifest.icon),
    }
    made |= pages.connection(selection, names)
    for group in names.groups:
        made |= pages.group(selection, names, group)
        made[f"nodes/icons/{group}.svg"] = icon_bytes(selection.bundle, selection.bundle.manifest.groups[group].icon)
        made[f"examples/{group}.json"] = json_bytes(examples.flow(selection, names, group))
    return made | runtime_files(names)
