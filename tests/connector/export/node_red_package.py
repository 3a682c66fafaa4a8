"""The exported Node-RED package in a Node.js process."""

from __future__ import annotations

from pathlib import Path

from connector.catalogue.loader import Bundle
from connector.export import export, write_files
from tests.javascript.package_process import Json, PackageProcess

__all__ = ["HOST", "Json", "NodeRedPackage"]
HOST = Path(__file__).with_name("node_red_host.js")


class NodeRedPackage(PackageProcess):
    """The package of a connector folder, running.

    Args:
        node: The path of Node.js.
        bundle: The connector folder.
        folder: Where the package is written.
        environment: Variables of the process beside this one's.
    """

    def __init__(self, node: str, bundle: Bundle, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        write_files(export(bundle, "node-red"), folder, "node-red")
        super().__init__([node, str(HOST), str(folder)], environment)
