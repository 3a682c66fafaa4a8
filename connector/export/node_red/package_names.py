"""The names of the package and its node types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.export.errors import ExportError
from connector.export.selection import ExportSelection


@dataclass(frozen=True)
class PackageNames:
    """The names of the npm package, of the config node's type, and of the node type of each group."""

    package: str
    connection: str
    groups: Mapping[str, str]

    @classmethod
    def of(cls, selection: ExportSelection) -> PackageNames:
        """The names for a selection.

        Raises:
            ExportError: Two node types would have the same name.
        """
        manifest = selection.bundle.manifest
        key = _dashed(manifest.key)
        groups = {group: f"{key}-{_dashed(group)}" for group in selection.groups}
        connection = f"{key}-connection"
        if connection in groups.values():
            raise ExportError("The group “connection” cannot be exported: the config node has the same name.")
        # Node-RED's library accepts new packages only with a scope.
        return cls(f"@{key}-connector/node-red-contrib-{key}-actions", connection, groups)


def _dashed(key: str) -> str:
    return key.replace("_", "-")
