"""`definitions.json`: what the runtime in the package is driven by, and what the nodes are called."""

from __future__ import annotations

import json

from connector.export.javascript import definitions
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection


def document(selection: ExportSelection, names: PackageNames) -> bytes:
    """The file's content.

    Raises:
        ExportError: The runtime cannot put an input into the request, or a pattern is not valid in JavaScript.
    """
    types = {"connection": names.connection, "groups": dict(names.groups)}
    made = {"types": types, **definitions.document(selection)}
    return (json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
