"""What things are called in Node-RED."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.export import ExportError, Selection


@dataclass(frozen=True)
class Names:
    """The names of an exported package.

    Attributes:
        package: The package's name in the npm registry.
        connection: The type of the config node.
        groups: Per group of the selection the type of its node, in the catalogue's order.
    """

    package: str
    connection: str
    groups: Mapping[str, str]

    @classmethod
    def of(cls, selection: Selection) -> Names:
        """The names for a selection.

        Raises:
            ExportError: Two node types would have the same name.
        """
        manifest = selection.bundle.manifest
        key = _dashed(manifest.key)
        groups = {group: f"{key}-{_dashed(group)}" for group in dict.fromkeys(a.group for a in selection.actions)}
        connection = f"{key}-connection"
        if connection in groups.values():
            raise ExportError(
                "The group “connection” cannot be exported: the connection itself is a node of that name."
            )
        # Node-RED's library takes new packages only under a scope.
        return cls(f"@{key}-connector/node-red-contrib-{key}-actions", connection, groups)


def _dashed(key: str) -> str:
    return key.replace("_", "-")
