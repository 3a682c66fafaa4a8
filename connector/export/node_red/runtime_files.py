"""The files of the package that are the same for every connector, except for its names."""

from __future__ import annotations

from pathlib import Path

from connector.export.javascript import core_files
from connector.export.node_red.package_names import PackageNames

_SOURCE = Path(__file__).parent / "package"


def runtime_files(names: PackageNames) -> dict[str, bytes]:
    """The runtime, what it asks of Node-RED, and the script that draws the forms."""
    made = {f"core/{name}": content for name, content in core_files().items()}
    for path in sorted(_SOURCE.rglob("*.js")):
        text = path.read_text(encoding="utf-8")
        text = text.replace("__PACKAGE__", names.package).replace("__CONNECTION__", names.connection)
        made[path.relative_to(_SOURCE).as_posix()] = text.encode()
    return made
